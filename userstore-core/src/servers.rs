//! Private servers for tests: on free ports of this machine, with nothing in them, and gone with the test.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use deadpool_redis::redis::{Client, FromRedisValue, cmd};
use tempfile::TempDir;

use crate::config::{self, Secret};
use crate::redis::Link;

/// How long a server may take to start.
const START: Duration = Duration::from_secs(10);
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// A process that is ended with its owner.
#[derive(Debug)]
struct Process(Child);

impl Process {
    /// Starts a server and waits until it listens.
    fn start(program: &str, arguments: &[&str], port: u16) -> Self {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut process = Self(command.spawn().unwrap_or_else(|error| panic!("{program}: {error}")));
        let started = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(process.0.try_wait().unwrap().is_none(), "{program} has ended");
            assert!(started.elapsed() < START, "{program} does not listen");
            sleep(LOOK);
        }
        process
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("sh").arg("-c").arg(format!("kill -{name} {}", self.0.id())).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _code = self.0.wait();
    }
}

/// A port that nobody listens on. It is below those that outgoing connections are given, so that it stays free while its
/// server is down.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    const FIRST: u16 = 20_000;
    const COUNT: u16 = 12_000;
    // Processes begin at different places.
    let begin = u16::try_from(std::process::id().wrapping_mul(97) % u32::from(COUNT)).unwrap();
    let mut ports = (0..COUNT).map(|_| FIRST + (begin + NEXT.fetch_add(1, Ordering::Relaxed) % COUNT) % COUNT);
    ports.find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()).expect("no port is free")
}

/// A Redis, which saves nothing unless it is told to.
#[derive(Debug)]
pub(crate) struct RedisServer {
    folder: TempDir,
    port: u16,
    arguments: Vec<String>,
    process: Option<Process>,
}

impl RedisServer {
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    pub(crate) fn with(arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let mut server = Self { folder: tempfile::tempdir().unwrap(), port: free_port(), arguments, process: None };
        server.resume();
        server
    }

    /// Starts it again, on the same port, with what it has saved.
    pub(crate) fn resume(&mut self) {
        let port = self.port.to_string();
        let mut arguments =
            vec!["--port", &port, "--bind", "127.0.0.1", "--save", "", "--dir", self.folder.path().to_str().unwrap()];
        arguments.extend(self.arguments.iter().map(String::as_str));
        self.process = Some(Process::start("redis-server", &arguments, self.port));
    }

    /// Ends it at once, as a crash does.
    pub(crate) fn kill(&mut self) {
        self.process = None;
    }

    /// Has it swallow everything and answer nothing, until it goes on.
    pub(crate) fn freeze(&self) {
        self.process.as_ref().unwrap().signal("STOP");
    }

    pub(crate) fn go_on(&self) {
        self.process.as_ref().unwrap().signal("CONT");
    }

    /// The file that `SAVE` writes.
    pub(crate) fn dump(&self) -> PathBuf {
        self.folder.path().join("dump.rdb")
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// A link to it, with a second for each operation.
    pub(crate) fn link(&self) -> Link {
        self.link_within(Duration::from_secs(1))
    }

    pub(crate) fn link_within(&self, timeout: Duration) -> Link {
        let url = Some(Secret::new(self.url()));
        Link::new(&config::Redis { url, timeout }).unwrap().unwrap()
    }

    /// What it says to a command, on a connection of its own.
    pub(crate) async fn ask<T: FromRedisValue>(&self, command: &[&str]) -> T {
        let client = Client::open(self.url()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        cmd(command[0]).arg(&command[1..]).query_async(&mut connection).await.unwrap()
    }
}

/// A Memcached.
#[derive(Debug)]
pub(crate) struct MemcachedServer {
    port: u16,
    process: Option<Process>,
}

impl MemcachedServer {
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    pub(crate) fn with(arguments: &[&str]) -> Self {
        let mut server = Self { port: free_port(), process: None };
        server.resume_with(arguments);
        server
    }

    /// Starts it again, on the same port, with nothing in it.
    pub(crate) fn resume(&mut self) {
        self.resume_with(&[]);
    }

    fn resume_with(&mut self, more: &[&str]) {
        let port = self.port.to_string();
        let mut arguments = vec!["-p", &port, "-l", "127.0.0.1", "-u", "nobody"];
        arguments.extend(more);
        self.process = Some(Process::start("memcached", &arguments, self.port));
    }

    pub(crate) fn kill(&mut self) {
        self.process = None;
    }

    pub(crate) fn freeze(&self) {
        self.process.as_ref().unwrap().signal("STOP");
    }

    pub(crate) fn go_on(&self) {
        self.process.as_ref().unwrap().signal("CONT");
    }

    pub(crate) fn url(&self) -> Secret {
        Secret::new(format!("memcache://127.0.0.1:{}", self.port))
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}
