//! What a password must be, and changing it.

use serde_json::{Value, json};
use tests::TestServer;
use userstore_core::Role;

fn signs_up(server: &TestServer, name: &str, password: &str) -> tests::Answer {
    server.anonymous().post("/user", json!({"username": name, "password": password}))
}

#[test]
fn what_is_taken_for_a_password() {
    let server = TestServer::start();
    let long = "long ".repeat(204) + "long";
    assert_eq!(long.len(), 1024);
    for (index, password) in [
        "qz8 plum",
        "        plum",
        &long,
        "пароль на сливу",
        "🦀🦀🦀🦀🦀🦀🦀🦀",
        "\u{e9}\u{e9}\u{e9}\u{e9}abcd",
        "\"\\/{}[],:",
    ]
    .iter()
    .enumerate()
    {
        let name = format!("user{index}");
        signs_up(&server, &name, password).is(201);
        server.anonymous().post("/auth", json!({"username": name, "password": password})).is(200);
        for other in [password.to_uppercase(), format!("{password} "), password.trim_end_matches('m').to_owned()] {
            if other != **password && other.len() <= 1024 {
                let credentials = json!({"username": name, "password": other});
                server.anonymous().post("/auth", credentials).refused(401, "invalid_credentials");
            }
        }
    }
}

#[test]
fn what_is_refused_as_a_password() {
    let server = TestServer::start();
    for password in [
        "",
        "qz8plum",
        "ééééééé",
        "password123",
        "PASSWORD123",
        "PassWord123",
        "12345678",
        "qwertyuiop",
        "qz8\nplum!",
        "qz8\u{0}plum!",
        "qz8\u{200b}plum!",
        "Marguerite",
        "marguerite",
        "MARGUERITE",
        &"x".repeat(1025),
        &"é".repeat(513),
    ] {
        let answer = signs_up(&server, "marguerite", password).invalid(&["/password"]);
        assert!(password.len() < 3 || !answer.body().contains(password), "{answer:?}");
    }
    signs_up(&server, "marguerite", "marguerite and more").is(201);
}

#[test]
fn spellings_of_one_password() {
    let server = TestServer::start();
    signs_up(&server, "alice", "caf\u{e9} au lait").is(201);
    for same in ["caf\u{e9} au lait", "cafe\u{301} au lait", "caf\u{e9}\u{a0}au\u{3000}lait"] {
        server.anonymous().post("/auth", json!({"username": "alice", "password": same})).is(200);
    }
    for other in ["Caf\u{e9} au lait", "cafe au lait", "caf\u{e9} au lait ", "caf\u{e9} au  lait"] {
        server.anonymous().post("/auth", json!({"username": "alice", "password": other})).is(401);
    }
}

#[test]
fn the_fewest_characters_are_a_setting() {
    let server = TestServer::with(|settings| settings.passwords.min_length = 15);
    signs_up(&server, "alice", "fourteen plums").invalid(&["/password"]);
    signs_up(&server, "alice", "fifteen plums !").is(201);
}

#[test]
fn a_new_password_ends_all_sessions_but_the_one_that_sets_it() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let (phone, bob) = (alice.signed_in(), server.user("bob"));
    let tag = alice.get("/user/me").etag();
    let body = json!({"current_password": alice.password(), "new_password": "another plum, 8"});
    alice.put("/user/me/password", body).is(204);
    assert!(alice.is_in() && !phone.is_in() && bob.is_in());
    assert_eq!(alice.get("/user/me/sessions").json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(alice.get("/user/me").etag(), tag, "nothing shown has changed");
    alice.sign_in().refused(401, "invalid_credentials");
    let tablet = alice.with_password("another plum, 8").signed_in();
    assert!(tablet.is_in());
    // Once more, from another session: the one kept before is over.
    let body = json!({"current_password": "another plum, 8", "new_password": "a third plum, 9"});
    tablet.put("/user/alice/password", body).is(204);
    assert!(tablet.is_in() && !alice.is_in());
}

#[test]
fn the_current_password_is_asked_for() {
    let server = TestServer::start();
    for (name, role) in [("alice", Role::User), ("ada", Role::Admin)] {
        let alice = server.persona(name, role);
        let phone = alice.signed_in();
        let change = |body: Value| alice.put("/user/me/password", body);
        change(json!({"new_password": "another plum, 8"})).invalid(&["/current_password"]);
        change(json!({"current_password": null, "new_password": "another plum, 8"})).invalid(&["/current_password"]);
        let wrong = json!({"current_password": "a wrong plum", "new_password": "another plum, 8"});
        let wrong = change(wrong).refused(403, "invalid_credentials");
        assert_eq!(wrong.header("WWW-Authenticate"), None);
        change(json!({"current_password": alice.password()})).invalid(&["/new_password"]);
        for bad in ["short", "password123", name] {
            change(json!({"current_password": alice.password(), "new_password": bad})).invalid(&["/new_password"]);
        }
        let long = json!({"current_password": "x".repeat(1025), "new_password": "another plum, 8"});
        change(long).invalid(&["/current_password"]);
        assert!(alice.is_in() && phone.is_in());
        alice.sign_in().is(200);
    }
}

#[test]
fn an_admin_sets_the_password_of_another() {
    let server = TestServer::start();
    let (ada, alice) = (server.admin("ada"), server.user("alice"));
    ada.put("/user/alice/password", json!({"new_password": "short"})).invalid(&["/new_password"]);
    ada.put("/user/alice/password", json!({"new_password": "alice"})).invalid(&["/new_password"]);
    ada.put("/user/nobody/password", json!({"new_password": "another plum, 8"})).refused(404, "not_found");
    assert!(alice.is_in());
    ada.put("/user/alice/password", json!({"new_password": "another plum, 8"})).is(204);
    assert!(!alice.is_in() && ada.is_in());
    alice.sign_in().refused(401, "invalid_credentials");
    alice.with_password("another plum, 8").sign_in().is(200);
}
