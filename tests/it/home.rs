//! `GET /` never refuses, and `/healthz` and `/readyz` say how things are.

use serde_json::json;
use tests::TestServer;

fn greets(answer: &tests::Answer) {
    assert_eq!(answer.status(), 200, "{answer:?}");
    assert_eq!(answer.json(), json!({"message": "Hello World"}), "{answer:?}");
}

#[test]
fn a_stranger_is_greeted() {
    let server = TestServer::start();
    insta::assert_snapshot!(server.get("/").shown(), @r#"
    200 {
      "message": "Hello World"
    }
    "#);
}

#[test]
fn a_user_sees_the_own_account() {
    let server = TestServer::start();
    let alice = server.account("alice", userstore_core::Role::User, r#"{"likes": ["plums"]}"#).signed_in();
    let home = alice.get("/");
    insta::assert_snapshot!(home.shown(), @r#"
    200 {
      "id": "[uuid v7]",
      "username": "alice",
      "role": "user",
      "status": "active",
      "data": {
        "likes": [
          "plums"
        ]
      },
      "created_at": "2026-01-02T03:04:05.678Z",
      "updated_at": "2026-01-02T03:04:05.678Z"
    }
    "#);
    assert_eq!(home.etag(), alice.get("/user/me").etag());
}

#[test]
fn whatever_is_not_a_live_token_is_greeted() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let ended = alice.signed_in();
    ended.delete("/auth").is(204);
    let token = alice.token();
    for value in [
        format!("Bearer {}", ended.token()),
        "Bearer nonsense".to_owned(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        String::new(),
        "Basic YWxpY2U6cGx1bQ==".to_owned(),
        "Bearer eyJhbGciOiJub25lIn0.e30.".to_owned(),
        format!("Bearer {}", &token[..token.len() - 1]),
        format!("Bearer {token}x"),
        format!("Bearer {token} {token}"),
        token.to_owned(),
        format!("Bearer {}", "x".repeat(8000)),
    ] {
        greets(&server.request("GET", "/").header("Authorization", &value).send());
    }
    greets(&alice.request("GET", "/").header("Authorization", &format!("Bearer {token}")).send());
    greets(&server.get(&format!("/?access_token={token}")));
    server.store().clock().advance(server.store().settings().sessions.ttl);
    greets(&alice.get("/"));
}

#[test]
fn home_is_there_without_a_database() {
    let server = TestServer::start();
    let alice = server.user("alice");
    server.run(server.store().close());
    greets(&server.get("/"));
    greets(&alice.get("/"));
}

#[test]
fn health() {
    let server = TestServer::start();
    let _alive = server.get("/healthz").is(200);
    let _ready = server.get("/readyz").is(200);
    server.run(server.store().close());
    let _alive = server.get("/healthz").is(200);
    let failing = server.get("/readyz").refused(503, "unavailable");
    assert_eq!(failing.json()["failing"], json!(["database", "sessions"]));
}
