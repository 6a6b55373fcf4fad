//! `POST /auth`.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::TestServer;
use userstore_core::Role;

#[test]
fn a_session_is_opened() {
    let server = TestServer::start();
    let alice = server.account("alice", Role::User, r#"{"likes": "plums"}"#);
    let answer = alice.sign_in();
    insta::assert_snapshot!(answer.shown(), @r#"
    200 {
      "token": "[session token]",
      "token_type": "Bearer",
      "expires_in": 86400,
      "expires_at": "2026-01-03T03:04:05.678Z",
      "user": {
        "id": "[uuid v7]",
        "username": "alice",
        "role": "user",
        "status": "active",
        "data": {
          "likes": "plums"
        },
        "created_at": "2026-01-02T03:04:05.678Z",
        "updated_at": "2026-01-02T03:04:05.678Z"
      }
    }
    "#);
    assert_eq!(answer.header("Cache-Control"), Some("no-store"));
    assert!(alice.with_token(&answer.str_at("/token")).is_in());
}

#[test]
fn a_token_is_always_fresh() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let tokens: Vec<String> = (0..3).map(|_| alice.sign_in().is(200).str_at("/token")).collect();
    assert!(tokens[0] != tokens[1] && tokens[1] != tokens[2] && tokens[0] != tokens[2]);
    assert!(tokens.iter().all(|token| alice.with_token(token).is_in()) && alice.is_in());
}

/// Headers and body are the same to the byte, but for the request's id, which here is brought.
#[test]
fn a_wrong_password_and_a_name_that_is_not_there_are_answered_alike() {
    let server = TestServer::start();
    let _alice = server.account("alice", Role::User, "{}");
    let answer = |name: &str, password: &str| {
        let request = server.request("POST", "/auth").header("X-Request-Id", "same");
        let answer = request.json(&json!({"username": name, "password": password})).send();
        let answer = answer.refused(401, "invalid_credentials");
        assert_eq!(answer.header("WWW-Authenticate"), Some("Bearer realm=\"userstore\""));
        (answer.lasting_headers(), answer.body().to_owned())
    };
    let wrong = answer("alice", "a wrong plum, 7");
    let long = "a".repeat(200);
    for name in ["bob", "", ".", "me", "a b", "admin", "\u{202e}", "🦀", "al/ice", "alicе", &long] {
        assert_eq!(answer(name, "a wrong plum, 7"), wrong, "{name:?}");
    }
    for password in ["", "x", "a\u{7}b", "password123", &"y".repeat(1024)] {
        assert_eq!(answer("alice", password), wrong, "{password:?}");
        assert_eq!(answer("bob", password), wrong, "{password:?}");
    }
}

#[test]
fn a_name_that_is_not_there_costs_the_same_work() {
    let server = TestServer::start();
    let _alice = server.account("alice", Role::User, "{}");
    let time = |name: &str| {
        let start = Instant::now();
        server.anonymous().post("/auth", json!({"username": name, "password": "a wrong plum, 7"})).is(401);
        start.elapsed()
    };
    // One hash is more than ten times what all else costs, so half of it tells whether there was one.
    let [mut wrong, mut unknown, mut invalid] = [const { Vec::<Duration>::new() }; 3];
    for _ in 0..9 {
        wrong.push(time("alice"));
        unknown.push(time("bob"));
        invalid.push(time("no name"));
    }
    let median = |mut times: Vec<Duration>| {
        times.sort();
        times[times.len() / 2]
    };
    let (wrong, unknown, invalid) = (median(wrong), median(unknown), median(invalid));
    assert!(unknown > wrong / 2 && invalid > wrong / 2, "{wrong:?} {unknown:?} {invalid:?}");
}

#[test]
fn mistyped_input_is_refused_alike_too() {
    let server = TestServer::start();
    let _alice = server.account("alice", Role::User, "{}");
    for name in ["alice", "bob"] {
        let post = |body| server.anonymous().post("/auth", body);
        post(json!({"username": name, "password": "x".repeat(1025)})).invalid(&["/password"]);
        post(json!({"username": name, "password": 7})).invalid(&["/password"]);
        post(json!({"username": name})).invalid(&["/password"]);
        post(json!({"username": name, "password": "p", "remember": true})).invalid(&["/remember"]);
        post(json!({"username": name, "password": "a\u{0}plum for"})).invalid(&["/password"]);
        post(json!({"username": [name], "password": "p"})).invalid(&["/username"]);
    }
}

#[test]
fn a_blocked_user_with_the_right_password_is_told() {
    let server = TestServer::start();
    let (ada, bob) = (server.admin("ada"), server.user("bob"));
    ada.put("/user/bob/status", json!({"status": "blocked", "reason": "spam"})).is(200);
    let told = bob.sign_in().refused(403, "account_blocked");
    assert!(!told.body().contains("spam"), "the reason is for admins: {told:?}");
    bob.with_password("a wrong plum, 7").sign_in().refused(401, "invalid_credentials");
    assert!(!bob.is_in());
}

#[test]
fn a_token_shown_at_sign_in_is_ignored() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let request = server.request("POST", "/auth").json(&alice.credentials());
    request.clone().token(Some("nonsense")).send().is(200);
    request.clone().token(Some(alice.token())).send().is(200);
    request.token(Some("a")).token(Some("b")).send().is(200);
}
