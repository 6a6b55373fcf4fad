//! How large a body can be, and one that nobody asked for.

use serde_json::{Value, json};
use tests::{Request, TestServer};

use super::{Bench, routes};

const MAX_BYTES: usize = 64 * 1024;

/// A body of this many bytes, white space included.
fn padded(body: &Value, bytes: usize) -> String {
    let text = body.to_string();
    let padding = " ".repeat(bytes - text.len());
    text + &padding
}

#[test]
fn sixty_four_kib_to_the_byte() {
    let bench = Bench::new();
    for chunked in [false, true] {
        let send = |request: Request| if chunked { request.chunked() } else { request };
        let large =
            |bytes| move |request: Request, body: &Value| send(request.text("application/json", padded(body, bytes)));
        for bytes in [MAX_BYTES + 1, MAX_BYTES + 10_000] {
            bench.spoilt(large(bytes), |answer, name| {
                assert_eq!(answer.status(), 413, "{name} {bytes} chunked: {chunked}: {answer:?}");
                answer.refused(413, "payload_too_large");
            });
        }
        let server = TestServer::start();
        for (request, name, body) in routes(&server) {
            let answer = send(request.text("application/json", padded(&body, MAX_BYTES))).send();
            assert!(answer.status() < 300, "{name}: {answer:?}");
        }
    }
    bench.good();
}

#[test]
fn a_body_far_too_large_is_refused_and_the_server_lives() {
    let server = TestServer::start();
    let alice = server.user("alice");
    for chunked in [false, true] {
        let request = alice.request("PUT", "/user/me").text("application/json", vec![b' '; 8 * 1024 * 1024]);
        let request = if chunked { request.chunked() } else { request };
        request.send().refused(413, "payload_too_large");
    }
    assert!(alice.is_in());
}

#[test]
fn a_body_where_none_is_asked_for_is_ignored() {
    let server = TestServer::start();
    let alice = server.user("alice");
    alice.request("GET", "/user/me").json(&json!({"data": {"a": 1}})).send().is(200);
    alice.request("DELETE", "/auth").text("application/json", "not JSON").send().is(204);
    assert!(!alice.is_in());
}
