//! The server under a supervisor: it says when it is ready and when it stops, and tells its health.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use tests::{ServerProcess, program};

/// A socket that a supervisor listens on.
fn listening(address: &SocketAddr) -> UnixDatagram {
    let socket = UnixDatagram::bind_addr(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    socket
}

/// The next thing that it is told.
fn told(socket: &UnixDatagram) -> String {
    let mut buffer = [0; 64];
    let length = loop {
        match socket.recv(&mut buffer) {
            // A wait with a limit is not gone on with after a signal.
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            length => break length.unwrap(),
        }
    };
    String::from_utf8(buffer[..length].to_vec()).unwrap()
}

/// Starts and stops a server that is to tell this socket how it goes.
fn assert_tells(name: &str, address: &SocketAddr, database: &Path) {
    let socket = listening(address);
    let server = ServerProcess::with(database, [("USERSTORE_LOG_LEVEL", "info"), ("NOTIFY_SOCKET", name)]);
    assert_eq!(told(&socket), "READY=1");
    // It was not told too early.
    let _ready = server.client().request("GET", "/readyz").send().is(200);
    let (status, log) = server.stop();
    assert!(status.success(), "{log}");
    assert_eq!(told(&socket), "STOPPING=1");
    socket.set_nonblocking(true).unwrap();
    assert!(socket.recv(&mut [0; 64]).is_err(), "there is no more to tell");
}

#[test]
fn a_supervisor_is_told_by_a_socket_in_the_file_system() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let address = SocketAddr::from_pathname(&path).unwrap();
    assert_tells(path.to_str().unwrap(), &address, &folder.path().join("users.db"));
}

#[test]
fn a_supervisor_is_told_by_an_abstract_socket() {
    let folder = tempfile::tempdir().unwrap();
    let name = format!("userstore-test-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    assert_tells(&format!("@{name}"), &address, &folder.path().join("users.db"));
}

#[test]
fn a_server_that_cannot_tell_serves() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    for socket in [missing.to_str().unwrap(), "", "vsock:2:1"] {
        let environment = [("USERSTORE_LOG_LEVEL", "info"), ("NOTIFY_SOCKET", socket)];
        let server = ServerProcess::with(&folder.path().join("users.db"), environment);
        let _ready = server.client().request("GET", "/readyz").send().is(200);
        let (status, log) = server.stop();
        assert!(status.success() && log.contains("NOTIFY_SOCKET"), "{log}");
    }
}

/// Asks for the health of the server on this port.
fn check_health(environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(program("userstore-server"));
    let folder = tempfile::tempdir().unwrap();
    command.env_clear().current_dir(folder.path()).envs(environment.iter().copied()).arg("--check-health");
    let output = command.output().unwrap();
    assert_eq!(folder.path().read_dir().unwrap().count(), 0, "it looks, and makes nothing");
    output
}

#[test]
fn health_is_told_by_the_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("users.db");
    let server = ServerProcess::with(&file, [("HOST", "0.0.0.0"), ("USERSTORE_LOG_LEVEL", "info")]);
    let port = server.client().address().port().to_string();
    for host in ["0.0.0.0", "127.0.0.1"] {
        let output = check_health(&[("HOST", host), ("PORT", &port)]);
        assert_eq!((output.status.code(), output.stdout, output.stderr), (Some(0), vec![], vec![]), "{host}");
    }
    let (status, log) = server.stop();
    assert!(status.success(), "{log}");
    let output = check_health(&[("PORT", &port)]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains(&port) && message.contains("no answer"), "{message}");
    let output = check_health(&[("PORT", "eighty")]);
    assert_eq!(output.status.code(), Some(2), "settings that do not load");
}

/// Answers one connection with this, and gives what it was asked.
fn asked(answer: &'static str) -> (Output, String) {
    use std::io::{BufRead as _, BufReader, Write as _};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let head: Vec<String> = lines.by_ref().map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
        stream.write_all(answer.as_bytes()).unwrap();
        head.join("\n")
    });
    let output = check_health(&[("PORT", &port)]);
    (output, server.join().unwrap())
}

#[test]
fn what_is_wrong_with_the_health_is_told() {
    let (output, request) = asked("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(request.starts_with("GET /readyz HTTP/1.1\nHost: 127.0.0.1:"), "{request}");
    for (answer, words) in [
        (
            "HTTP/1.1 503 Service Unavailable\r\n\r\n{\"detail\": \"not working: database\", \"status\": 503}",
            "answers 503: not working: database",
        ),
        ("HTTP/1.1 404 Not Found\r\n\r\n200 OK", "answers 404"),
        ("220 200 mail.example.org\r\n", "answers no HTTP"),
        ("", "answers no HTTP"),
    ] {
        let (output, _) = asked(answer);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{answer}: {message}");
        assert!(message.contains(words), "{answer}: {message}");
    }
}
