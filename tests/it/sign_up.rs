//! `POST /user`.

use serde_json::json;
use tests::TestServer;
use userstore_core::Role;
use userstore_core::config::SignupMode;

#[test]
fn an_account_is_made() {
    let server = TestServer::start();
    let body = json!({"username": "Alice", "password": "a plum for alice, 7", "data": {"b": 1, "a": [true, null]}});
    let answer = server.anonymous().post("/user", body);
    insta::assert_snapshot!(answer.shown(), @r#"
    201 {
      "id": "[uuid v7]",
      "username": "alice",
      "role": "user",
      "status": "active",
      "data": {
        "b": 1,
        "a": [
          true,
          null
        ]
      },
      "created_at": "2026-01-02T03:04:05.678Z",
      "updated_at": "2026-01-02T03:04:05.678Z"
    }
    "#);
    assert_eq!(answer.header("Location"), Some("/user/alice"));
    let alice = server.anonymous();
    let alice = alice.with_token(
        &server
            .anonymous()
            .post("/auth", json!({"username": "alice", "password": "a plum for alice, 7"}))
            .is(200)
            .str_at("/token"),
    );
    let read = alice.get("/user/alice").is(200);
    assert_eq!(read.body(), answer.body());
    assert_eq!(read.etag(), answer.etag());
}

#[test]
fn data_is_an_empty_object_where_none_is_given() {
    let server = TestServer::start();
    let answer =
        server.anonymous().post("/user", json!({"username": "alice", "password": "a plum for alice, 7"})).is(201);
    assert_eq!(answer.json()["data"], json!({}));
}

#[test]
fn the_location_is_where_the_account_is() {
    let server = TestServer::start();
    let ada = server.admin("ada");
    for name in ["éric", "山田太郎", "alice@example.org", "a+b", "...", "_-_", "4711"] {
        let answer = ada.post("/user", json!({"username": name, "password": "a plum for all, 7"})).is(201);
        let location = answer.header("Location").expect("a location").to_owned();
        assert!(location.is_ascii() && location.starts_with("/user/"), "{location}");
        assert_eq!(ada.get(&location).is(200).json()["username"], name);
    }
}

#[test]
fn a_role_cannot_be_taken() {
    let server = TestServer::start();
    for (key, value) in [
        ("role", json!("admin")),
        ("status", json!("active")),
        ("id", json!("0198d2f0-0000-7000-8000-00000000abcd")),
        ("is_admin", json!(true)),
        ("Role", json!("admin")),
        ("created_at", json!("2026-01-02T03:04:05.678Z")),
    ] {
        let mut body = json!({"username": "alice", "password": "a plum for alice, 7"});
        body[key] = value;
        server.anonymous().post("/user", body).invalid(&[&format!("/{key}")]);
    }
    server.anonymous().post("/auth", json!({"username": "alice", "password": "a plum for alice, 7"})).is(401);
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let server = TestServer::start();
    server
        .anonymous()
        .post("/user", json!({"username": "a b", "password": "short"}))
        .invalid(&["/password", "/username"]);
    server.anonymous().post("/user", json!({})).invalid(&["/password", "/username"]);
    let wrong = json!({"username": 1, "password": null, "data": [], "more": 1});
    server.anonymous().post("/user", wrong).invalid(&["/data", "/more", "/password", "/username"]);
}

#[test]
fn a_name_is_taken_in_every_spelling() {
    let server = TestServer::start();
    let _alice = server.account("alice", Role::User, r#"{"first": true}"#);
    for name in ["alice", "Alice", "ALICE", "ａｌｉｃｅ", "Ａlice"] {
        let body = json!({"username": name, "password": "another plum, 8", "data": {"first": false}});
        server.anonymous().post("/user", body).refused(409, "username_taken");
    }
    assert_eq!(server.admin("ada").get("/user/alice").json()["data"], json!({"first": true}));
}

#[test]
fn closed_sign_up_is_open_to_admins() {
    let server = TestServer::with(|settings| settings.signup.mode = SignupMode::Closed);
    let (ada, bob) = (server.admin("ada"), server.user("bob"));
    let body = json!({"username": "alice", "password": "a plum for alice, 7"});
    server.anonymous().post("/user", body.clone()).refused(403, "signup_closed");
    bob.post("/user", body.clone()).refused(403, "signup_closed");
    server.anonymous().with_token("nonsense").post("/user", body.clone()).refused(403, "signup_closed");
    let ended = ada.signed_in();
    ended.delete("/auth").is(204);
    ended.post("/user", body.clone()).refused(403, "signup_closed");
    let made = ada.post("/user", body).is(201);
    assert_eq!(made.json()["role"], "user");
}

#[test]
fn reserved_names_are_the_admins_to_give() {
    let server = TestServer::start();
    let ada = server.admin("ada");
    for name in ["admin", "ROOT", "system", "Support"] {
        let body = json!({"username": name, "password": "a plum for all, 7"});
        server.anonymous().post("/user", body.clone()).invalid(&["/username"]);
        server.user(&format!("u-{}", name.to_lowercase())).post("/user", body.clone()).invalid(&["/username"]);
        ada.post("/user", body).is(201);
    }
}

#[test]
fn other_tokens_are_ignored() {
    let server = TestServer::start();
    let nobody = server.anonymous().with_token("ust_nonsense");
    let made = nobody.post("/user", json!({"username": "alice", "password": "a plum for alice, 7"})).is(201);
    assert_eq!(made.json()["role"], "user");
}
