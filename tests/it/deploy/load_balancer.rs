//! `haproxy.cfg`, read by the real program, in front of real servers and of some that do as the test says.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tests::servers::program;
use tests::{Client, Persona, ServerProcess};

use super::{read, root};

/// How long the load balancer may take to start, and to see how its servers are.
const PATIENCE: Duration = Duration::from_secs(30);

/// `HAProxy` with our configuration, on ports and in front of servers of its own. It is killed when it is dropped.
struct LoadBalancer {
    child: Child,
    client: Client,
    health: Client,
    _folder: TempDir,
}

impl LoadBalancer {
    fn start(servers: [SocketAddr; 2]) -> Self {
        let listeners = [0, 1].map(|_| TcpListener::bind("127.0.0.1:0").unwrap());
        let [address, health] = listeners.map(|listener| listener.local_addr().unwrap());
        let mut text = read("deploy/haproxy.cfg");
        for (printed, count, private) in [
            ("bind :8000\n", 1, format!("bind {address}\n")),
            ("bind 127.0.0.1:8404\n", 1, format!("bind {health}\n")),
            ("server server-1 server-1:8000\n", 2, format!("server server-1 {}\n", servers[0])),
            ("server server-2 server-2:8000\n", 2, format!("server server-2 {}\n", servers[1])),
        ] {
            assert_eq!(text.matches(printed).count(), count, "{printed}");
            text = text.replace(printed, &private);
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("haproxy.cfg");
        fs::write(&file, text).unwrap();
        let mut command = Command::new(program(option_env!("PROGRAM_HAPROXY"), "haproxy"));
        command.arg("-db").arg("-f").arg(&file).stdin(Stdio::null()).stdout(Stdio::null());
        let said = folder.path().join("stderr");
        command.stderr(fs::File::create(&said).unwrap());
        let child = command.spawn().unwrap();
        let mut started = Self { child, client: Client::new(address), health: Client::new(health), _folder: folder };
        until("it listens", || {
            let is_gone = started.child.try_wait().unwrap().is_some();
            assert!(!is_gone, "haproxy does not start: {}", fs::read_to_string(&said).unwrap());
            TcpStream::connect(address).is_ok()
        });
        started
    }
}

impl Drop for LoadBalancer {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Looks again and again until it is so.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "in vain: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// A server that answers `/readyz` and `/healthz` with a status that the test can change, and all else with its name.
struct Fake {
    address: SocketAddr,
    ready: Arc<AtomicU16>,
    live: Arc<AtomicU16>,
}

impl Fake {
    fn start(name: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (ready, live) = (Arc::new(AtomicU16::new(200)), Arc::new(AtomicU16::new(200)));
        let fake = Self { address: listener.local_addr().unwrap(), ready: Arc::clone(&ready), live: Arc::clone(&live) };
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (ready, live) = (ready.load(Ordering::SeqCst), live.load(Ordering::SeqCst));
                // Somebody who has gone needs no answer.
                thread::spawn(move || drop(answer(stream, name, ready, live)));
            }
        });
        fake
    }
}

fn answer(mut stream: TcpStream, name: &str, ready: u16, live: u16) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut head = String::new();
    while reader.read_line(&mut head)? > 2 {}
    let status = match head.split(' ').nth(1) {
        Some("/readyz") => ready,
        Some("/healthz") => live,
        _ => 200,
    };
    let length = name.len();
    write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{name}")
}

/// Who answers, of the servers behind it; nobody, if it is the load balancer itself.
fn who(client: Client) -> String {
    let answer = client.request("GET", "/").send_unchecked();
    if answer.status() == 200 { answer.body().to_owned() } else { "nobody".to_owned() }
}

#[test]
#[cfg_attr(not(has_haproxy), ignore = "needs haproxy")]
fn haproxy_understands_its_configuration() {
    let output = Command::new(program(option_env!("PROGRAM_HAPROXY"), "haproxy"))
        .args(["-c", "-f"])
        .arg(root().join("deploy/haproxy.cfg"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // Names of servers that are not there are all it may find here.
    let said = String::from_utf8(output.stderr).unwrap();
    let warnings = said.lines().filter(|line| line.contains("WARNING") && !line.contains("could not resolve address"));
    assert_eq!(warnings.collect::<Vec<_>>(), [""; 0]);
}

#[test]
#[cfg_attr(not(has_haproxy), ignore = "needs haproxy")]
fn what_servers_answer_is_handed_on_and_a_stop_is_not_seen() {
    let folder = tempfile::tempdir().unwrap();
    let servers = [0, 1].map(|_| ServerProcess::start(&folder.path().join("users.db")));
    let balancer = LoadBalancer::start([servers[0].client().address(), servers[1].client().address()]);
    let alice = Persona::named(balancer.client, "alice");
    alice.sign_up().is(201);
    let alice = alice.signed_in();
    let own =
        |id: &str| balancer.client.request("GET", "/user/me").token(Some(alice.token())).header("X-Request-Id", id);
    let answer = own("a-\"quoted\"-id").send().is(200);
    assert_eq!(answer.header("X-Request-Id"), Some("a-\"quoted\"-id"), "it is the client's");
    let _refused = balancer.client.request("GET", "/user/me").send().refused(401, "unauthenticated");
    let [one, other] = servers;
    thread::scope(|scope| {
        let stopping = scope.spawn(|| one.stop());
        while !stopping.is_finished() {
            let _answered = own("while-one-stops").send().is(200);
        }
        let (status, log) = stopping.join().unwrap();
        assert!(status.success(), "{log}");
    });
    (0..20).for_each(|_| drop(own("while-one-is-gone").send().is(200)));
    let (status, log) = other.stop();
    assert!(status.success(), "{log}");
    // Now it is the load balancer that answers, as the servers would.
    until("it sees that both are gone", || own("gone").send().status() == 503);
    let answer = own("nobody-there").send().refused(503, "unavailable");
    assert_eq!(answer.header("Retry-After"), Some("2"));
    assert_eq!(answer.str_at("/request_id"), "nobody-there");
    assert_eq!(balancer.health.request("GET", "/").send_unchecked().status(), 200, "it lives nevertheless");
}

#[test]
#[cfg_attr(not(has_haproxy), ignore = "needs haproxy")]
fn requests_go_to_what_is_ready_else_to_what_lives() {
    let (one, other) = (Fake::start("one"), Fake::start("other"));
    let balancer = LoadBalancer::start([one.address, other.address]);
    let answers = |wanted: &[&str]| {
        let seen: Vec<String> = (0..8).map(|_| who(balancer.client)).collect();
        seen.iter().all(|name| wanted.contains(&name.as_str()))
            && wanted.iter().all(|name| seen.iter().any(|seen| seen == name))
    };
    until("both are asked", || answers(&["one", "other"]));
    one.ready.store(503, Ordering::SeqCst);
    until("the ready one is asked", || answers(&["other"]));
    other.ready.store(503, Ordering::SeqCst);
    until("those that live are asked", || answers(&["one", "other"]));
    one.live.store(500, Ordering::SeqCst);
    until("the one that lives is asked", || answers(&["other"]));
    one.ready.store(200, Ordering::SeqCst);
    until("the one that is ready again is asked", || answers(&["one"]));
}

#[test]
#[cfg_attr(not(has_haproxy), ignore = "needs haproxy")]
fn clients_are_known_by_their_own_address_and_numbers_are_not_for_them() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let balancer = LoadBalancer::start([listener.local_addr().unwrap(); 2]);
    assert_eq!(balancer.client.request("GET", "/metrics").send_unchecked().status(), 404);
    let mut client = TcpStream::connect(balancer.client.address()).unwrap();
    client
        .write_all(b"GET /auth HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.66\r\nForwarded: for=192.0.2.66\r\n\r\n")
        .unwrap();
    let mut heads = listener.incoming().map_while(Result::ok).map(|server| {
        let lines = BufReader::new(server).lines().map_while(Result::ok);
        lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n").to_lowercase()
    });
    // Others ask how the server is.
    let head = heads.find(|head| head.starts_with("get /auth ")).unwrap();
    assert!(head.contains("\nx-forwarded-for: 127.0.0.1") && !head.contains("192.0.2.66"), "{head}");
}

#[test]
#[cfg_attr(not(has_haproxy), ignore = "needs haproxy")]
fn an_answer_is_handed_on_as_it_comes() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let balancer = LoadBalancer::start([listener.local_addr().unwrap(); 2]);
    let mut client = TcpStream::connect(balancer.client.address()).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client.write_all(b"GET /members HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut server = listener
        .incoming()
        .map(Result::unwrap)
        .find_map(|stream| {
            let mut head = String::new();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            while reader.read_line(&mut head).unwrap() > 2 {}
            head.starts_with("GET /members ").then_some((stream, head))
        })
        .unwrap();
    let id = server.1.lines().find_map(|line| line.to_lowercase().strip_prefix("x-request-id: ").map(str::to_owned));
    assert!(id.is_some_and(|id| id.len() == 36), "a request without an id is given one: {}", server.1);
    assert!(server.1.to_lowercase().contains("x-forwarded-for: 127.0.0.1\r\n"), "{}", server.1);
    server.0.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst").unwrap();
    // The rest is sent once the client has the beginning.
    let mut seen = Vec::new();
    while !seen.ends_with(b"first") {
        let mut byte = [0];
        client.read_exact(&mut byte).unwrap();
        seen.push(byte[0]);
    }
    server.0.write_all(b"-rest").unwrap();
    let mut rest = [0; 5];
    client.read_exact(&mut rest).unwrap();
    assert_eq!(&rest, b"-rest");
}
