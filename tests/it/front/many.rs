//! Many clients.

use std::time::{Duration, Instant};

use rustix::process::{Resource, getrlimit, setrlimit};
use tests::{ServerProcess, TestServer};

use super::Kept;

#[test]
fn one_too_many_takes_the_place_of_the_one_that_does_least() {
    let server = TestServer::with(|settings| settings.server.max_connections = 4);
    let mut first = Kept::open(server.client());
    let _home = first.get("/").unwrap().is(200);
    let others: Vec<_> = (0..3).map(|_| Kept::open(server.client())).collect();
    let mut half = Kept::open(server.client());
    half.say(b"GET / HTTP/1.1\r\nHost: localhost\r\n");
    // Whoever comes is served, however many are there.
    for _ in 0..20 {
        let _home = Kept::open(server.client()).get("/").unwrap().is(200);
    }
    drop(others);
}

/// With the settings as they are.
#[test]
fn thousands_that_do_nothing_harm_nobody() {
    raise_file_limit();
    let folder = tempfile::tempdir().unwrap();
    let server = ServerProcess::start(&folder.path().join("users.db"));
    let mut open = Vec::new();
    for _ in 0..2_000 {
        let mut head = Kept::open(server.client());
        head.say(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Half");
        let mut body = Kept::open(server.client());
        body.say(
            b"POST /auth HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
        );
        open.extend([head, body, Kept::open(server.client()), Kept::open(server.client())]);
    }
    let opened = Instant::now();
    let mut slowest = Duration::ZERO;
    for _ in 0..50 {
        let asked = Instant::now();
        let _home = server.client().request("GET", "/").send().is(200);
        slowest = slowest.max(asked.elapsed());
    }
    assert!(slowest < Duration::from_millis(500), "GET / took {slowest:?}");
    for kept in open {
        let said = kept.rest();
        assert!(said.is_empty() || said.starts_with(b"HTTP/1.1 400"), "{}", String::from_utf8_lossy(&said));
    }
    assert!(opened.elapsed() < Duration::from_mins(1), "the last was closed after {:?}", opened.elapsed());
    let _home = server.client().request("GET", "/").send().is(200);
}

/// Lets this process have as many connections open as it is allowed to.
fn raise_file_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
}
