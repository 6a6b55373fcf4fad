//! A username: one account in every spelling, and what is no name.

use serde_json::json;
use tests::{Persona, TestServer};
use userstore_core::Role;

/// As it stands in a path.
pub(crate) fn escaped(name: &str) -> String {
    name.bytes().fold(String::new(), |path, byte| format!("{path}%{byte:02X}"))
}

#[test]
fn every_spelling_is_one_account() {
    let server = TestServer::start();
    for (name, spellings) in [
        ("alice", ["alice", "Alice", "ALICE", "ａｌｉｃｅ", "ＡＬＩＣＥ"]),
        ("éric", ["éric", "e\u{301}ric", "ÉRIC", "E\u{301}ric", "ｅ\u{301}ric"]),
        (
            "alice@example.org",
            [
                "alice@example.org",
                "Alice@Example.org",
                "alice＠example．org",
                "ALICE@EXAMPLE.ORG",
                "alice@example．org",
            ],
        ),
        ("мария", ["мария", "Мария", "МАРИЯ", "мАРИЯ", "МаРиЯ"]),
    ] {
        let owner = server.account(name, Role::User, "{}");
        for spelling in spellings {
            let credentials = json!({"username": spelling, "password": owner.password()});
            let answer = server.anonymous().post("/auth", credentials).is(200);
            assert_eq!(answer.str_at("/user/username"), name, "{spelling}");
            let owner = owner.with_token(&answer.str_at("/token"));
            assert_eq!(owner.get(&format!("/user/{}", escaped(spelling))).is(200).str_at("/username"), name);
            let again = json!({"username": spelling, "password": "another plum, 8"});
            server.anonymous().post("/user", again).refused(409, "username_taken");
        }
    }
}

#[test]
fn what_is_no_name() {
    let server = TestServer::start();
    let long = "a".repeat(129);
    let wide = "山".repeat(86);
    for name in [
        "",
        ".",
        "..",
        "me",
        "ME",
        "ｍｅ",
        "．．",
        "alice smith",
        " alice",
        "alice ",
        "al/ice",
        "al%ice",
        "al\\ice",
        "o'brien",
        "a:b",
        "a\nb",
        "a\u{7f}",
        "a\u{200b}b",
        "a\u{ad}b",
        "a\u{202e}b",
        "🦀",
        "p\u{430}ypal",
        "αlice",
        "ﬁn",
        "x²",
        "\u{301}a",
        &long,
        &wide,
        "<b>",
        "a&b",
        "\u{feff}alice",
    ] {
        let answer = server.anonymous().post("/user", json!({"username": name, "password": "a plum for all, 7"}));
        let answer = answer.invalid(&["/username"]);
        assert!(name.len() < 3 || !answer.body().contains(name), "{answer:?}");
    }
}

#[test]
fn how_long_a_name_may_be() {
    let server = TestServer::start();
    for name in ["a".repeat(128), "é".repeat(127), "山".repeat(85), "Ｂ".repeat(128), "z".to_owned()] {
        server.anonymous().post("/user", json!({"username": name, "password": "a plum for all, 7"})).is(201);
    }
}

#[test]
fn me_is_the_caller() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    assert_eq!(alice.get("/user/me").str_at("/username"), "alice");
    assert_eq!(bob.get("/user/me").str_at("/username"), "bob");
    let ada = server.admin("ada");
    assert_eq!(ada.get("/user/me").str_at("/username"), "ada");
    ada.put("/user/me", json!({"data": {"mine": 1}})).is(200);
    assert_eq!(alice.get("/user/me").json()["data"], json!({}));
    for other in ["ME", "%EF%BD%8De"] {
        let answer = alice.get(&format!("/user/{other}"));
        assert!(answer.status() == 200 || answer.status() == 403, "{answer:?}");
    }
}

#[test]
fn another_account_is_refused_alike_whether_it_is_there_or_not() {
    let server = TestServer::start();
    let (alice, _bob) = (server.user("alice"), server.account("bob", Role::User, "{}"));
    let requests = |name: &str, persona: &Persona| {
        let path = format!("/user/{name}");
        [
            ("GET", path.clone(), None),
            ("PUT", path.clone(), Some(json!({"data": {}}))),
            ("PATCH", path.clone(), Some(json!({"data": {}}))),
            ("DELETE", path.clone(), None),
            ("PUT", format!("{path}/password"), Some(json!({"new_password": "another plum, 8"}))),
            ("PUT", format!("{path}/role"), Some(json!({"role": "admin"}))),
            ("PUT", format!("{path}/status"), Some(json!({"status": "blocked"}))),
            ("GET", format!("{path}/sessions"), None),
            ("DELETE", format!("{path}/sessions"), None),
            ("DELETE", format!("{path}/sessions/0198d2f0-0000-7000-8000-00000000abcd"), None),
        ]
        .map(|(method, target, body)| {
            let request = persona.request(method, &target).header("X-Request-Id", "same");
            let request = if let Some(body) = body { request.json(&body) } else { request };
            let answer = request.send().refused(403, "forbidden");
            (method, answer.lasting_headers(), answer.body().to_owned())
        })
    };
    assert_eq!(requests("bob", &alice), requests("nobody-here", &alice));
    assert_eq!(requests("bob", &alice), requests("admin", &alice));
}
