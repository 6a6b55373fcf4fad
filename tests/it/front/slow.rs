//! Clients that take their time.

use std::time::{Duration, Instant};

use tests::{Answer, TestServer};

use super::Kept;

/// The shortest that a client is given here.
const SHORT: Duration = Duration::from_millis(500);

/// Runs on a server that gives one of its time-outs briefly, and the others for ever.
fn server(tune: impl FnOnce(&mut userstore_core::config::Server)) -> TestServer {
    TestServer::with(|settings| {
        let long = Duration::from_hours(1);
        settings.server.header_timeout = long;
        settings.server.body_timeout = long;
        settings.server.idle_timeout = long;
        tune(&mut settings.server);
    })
}

#[test]
fn half_a_head_is_given_up() {
    let server = server(|server| server.header_timeout = SHORT);
    let begun = Instant::now();
    let mut kept = Kept::open(server.client());
    kept.say(b"GET / HTTP/1.1\r\nHost: loc");
    assert_eq!(kept.rest(), b"");
    assert!(begun.elapsed() >= SHORT);
    // Also where requests came before it.
    let mut kept = Kept::open(server.client());
    let _home = kept.get("/").unwrap().is(200);
    kept.say(b"GET /");
    assert_eq!(kept.rest(), b"");
}

#[test]
fn half_a_body_is_refused() {
    let server = server(|server| server.body_timeout = SHORT);
    let begun = Instant::now();
    let mut kept = Kept::open(server.client());
    kept.say(
        b"POST /user HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 30\r\n\r\n{",
    );
    let answer = Answer::read("POST", "/user", &kept.rest());
    answer.check();
    assert!(answer.refused(400, "malformed_request").str_at("/detail").contains("too long"));
    assert!(begun.elapsed() >= SHORT);
}

#[test]
fn a_connection_that_brings_nothing_is_closed() {
    let server = server(|server| server.idle_timeout = SHORT);
    let begun = Instant::now();
    assert_eq!(Kept::open(server.client()).rest(), b"");
    assert!(begun.elapsed() >= SHORT);
    let mut kept = Kept::open(server.client());
    let _home = kept.get("/").unwrap().is(200);
    assert_eq!(kept.rest(), b"");
}

/// A request that takes longer than any client may is none that a client takes.
#[test]
fn what_the_server_itself_takes_is_not_held_against_its_client() {
    let server = server(|server| {
        server.idle_timeout = SHORT;
        server.header_timeout = SHORT;
        server.body_timeout = 2 * SHORT;
    });
    let alice = server.user("alice");
    let mut kept = Kept::open(server.client());
    // In two halves, the second one after a while: that is what the body may take.
    let body = alice.credentials().to_string();
    let (first, second) = body.split_at(10);
    let length = body.len();
    kept.say(format!("POST /auth HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{first}").as_bytes());
    let half = Instant::now();
    while half.elapsed() < SHORT + SHORT / 2 {
        let _home = server.get("/").is(200);
    }
    kept.say(second.as_bytes());
    let _session = kept.answer("/auth").unwrap().is(200);
}
