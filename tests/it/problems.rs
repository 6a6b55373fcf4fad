//! Problems: what each of them looks like (RFC 9457). That every refusal has the members and headers it must have, each
//! answer in these tests is checked for; that each code occurs, the tests of its subject show. Here are those that no
//! other subject has, and the form of some.

use std::time::Duration;

use serde_json::json;
use tests::TestServer;

#[test]
fn what_a_problem_looks_like() {
    let server = TestServer::start();
    let alice = server.user("alice");
    insta::assert_snapshot!(alice.get("/nowhere").shown(), @r#"
    404 {
      "type": "/problems/not_found",
      "title": "There is no such thing",
      "status": 404,
      "detail": "there is nothing at this address",
      "code": "not_found",
      "request_id": "[request id]"
    }
    "#);
    insta::assert_snapshot!(alice.get("/users").shown(), @r#"
    403 {
      "type": "/problems/forbidden",
      "title": "This is not allowed",
      "status": 403,
      "detail": "this account may not do that",
      "code": "forbidden",
      "request_id": "[request id]"
    }
    "#);
    insta::assert_snapshot!(alice.put("/user/me", json!({"data": 1, "x": 2})).shown(), @r#"
    422 {
      "type": "/problems/validation_failed",
      "title": "The input is not valid",
      "status": 422,
      "detail": "correct what `errors` lists",
      "code": "validation_failed",
      "request_id": "[request id]",
      "errors": [
        {
          "pointer": "/data",
          "detail": "must be an object"
        },
        {
          "pointer": "/x",
          "detail": "is not known here"
        }
      ]
    }
    "#);
    insta::assert_snapshot!(alice.get("/user/me/sessions?limit=0").shown(), @r#"
    422 {
      "type": "/problems/validation_failed",
      "title": "The input is not valid",
      "status": 422,
      "detail": "correct what `errors` lists",
      "code": "validation_failed",
      "request_id": "[request id]",
      "errors": [
        {
          "parameter": "limit",
          "detail": "must be a number from 1 to 1000"
        }
      ]
    }
    "#);
}

/// Requests wait for a place in the queue of hashes; one more is told to come back.
#[test]
fn too_many_passwords_at_once_are_503() {
    let server = TestServer::with(|settings| {
        settings.passwords.max_concurrent = Some(1);
        settings.passwords.max_queue = 1;
    });
    let alice = server.user("alice");
    let answers: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..20).map(|_| scope.spawn(|| alice.sign_in())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let busy = answers.iter().filter(|answer| answer.status() == 503).count();
    let served = answers.iter().filter(|answer| answer.status() == 200).count();
    assert!(served >= 2 && busy >= 1 && served + busy == 20, "{served} {busy}");
    answers
        .into_iter()
        .filter(|answer| answer.status() == 503)
        .for_each(|answer| drop(answer.refused(503, "unavailable")));
    alice.sign_in().is(200);
}

#[test]
fn without_a_database_it_is_503() {
    let server = TestServer::with(|settings| settings.database.timeout = Duration::from_millis(500));
    let (alice, ada) = (server.user("alice"), server.admin("ada"));
    server.run(server.store().close());
    alice.sign_in().refused(503, "unavailable");
    alice.with_password("a wrong plum, 7").sign_in().refused(503, "unavailable");
    server
        .anonymous()
        .post("/user", json!({"username": "bob", "password": "a plum for bob, 7"}))
        .refused(503, "unavailable");
    alice.put("/user/me", json!({"data": {}})).refused(503, "unavailable");
    alice.delete("/user/me").refused(503, "unavailable");
    ada.get("/users").refused(503, "unavailable");
    let told = ada.get("/user/alice").refused(503, "unavailable");
    for secret in ["sqlite", "SELECT", "users.db", "pool", "/tmp"] {
        assert!(!told.body().to_lowercase().contains(&secret.to_lowercase()), "{told:?}");
    }
    server.get("/nowhere").refused(404, "not_found");
}

/// What is not HTTP is refused bare, and the next request is served.
#[test]
fn what_is_not_http_is_refused() {
    let server = TestServer::start();
    for bytes in [
        &b"GARBAGE\r\n\r\n"[..],
        b"\0\x01\x02\x03\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n",
        b"POST /auth HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n",
    ] {
        let answer = String::from_utf8_lossy(&server.client().raw(bytes)).into_owned();
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.1 5"), "{answer}");
        assert!(!answer.contains("200 OK"), "{answer}");
        server.get("/").is(200);
    }
}

#[test]
fn headers_that_are_no_text_are_refused_or_ignored() {
    let server = TestServer::start();
    let head = b"GET /user/me HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Odd: \xff\xfe\r\nAuthorization: Bearer \xff\r\n\r\n";
    let answer = String::from_utf8_lossy(&server.client().raw(head)).into_owned();
    assert!(answer.starts_with("HTTP/1.1 400") || answer.starts_with("HTTP/1.1 401"), "{answer}");
    assert!(answer.contains("application/problem+json") && answer.to_lowercase().contains("nosniff"), "{answer}");
}
