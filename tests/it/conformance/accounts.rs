//! Accounts: signing up, one's own data and password, and the end.

use serde_json::{Value, json};
use tests::Persona;
use userstore_core::config::SignupMode;
use userstore_core::{Precondition, Role};

use super::Scene;

pub(super) fn sign_up(scene: &Scene) {
    let nobody = scene.nobody();
    let zoe = Persona::named(scene.server.client(), "zo\u{e9}.up");
    let made = zoe.sign_up().is(201);
    assert_eq!(made.header("Location"), Some("/user/zo%C3%A9.up"));
    let shown = made.json();
    assert_eq!((&shown["role"], &shown["status"], &shown["data"]), (&json!("user"), &json!("active"), &json!({})));
    let zoe = zoe.signed_in();
    let read = zoe.get("/user/me").is(200);
    assert_eq!((read.body(), read.etag()), (made.body(), made.etag()));
    // One account in every spelling, and another one where a mark differs.
    let body = |name: &str| json!({"username": name, "password": "a plum for all, 7"});
    for spelling in ["ZO\u{c9}.UP", "zoe\u{301}.up", "\u{ff3a}o\u{e9}.up"] {
        nobody.post("/user", body(spelling)).refused(409, "username_taken");
        let answer = nobody.post("/auth", json!({"username": spelling, "password": zoe.password()})).is(200);
        assert_eq!(answer.str_at("/user/username"), "zo\u{e9}.up");
    }
    for other in ["zoe.up", "zo\u{e9}.up2", "z\u{f6}\u{e9}.up", "zo\u{e9}.u"] {
        nobody.post("/user", body(other)).is(201);
    }
    for no_name in ["zoe.up ", " zoe.up", "zoe%up", "zoe\u{0}", "me", "\u{1f600}"] {
        nobody.post("/user", body(no_name)).invalid(&["/username"]);
    }
    nobody.post("/user", json!({"username": "weak", "password": "password1"})).invalid(&["/password"]);
    nobody
        .post("/user", json!({"username": "bold", "password": "a plum for all, 7", "role": "admin"}))
        .invalid(&["/role"]);
    // Some names are the administrator's to give.
    nobody.post("/user", body("support")).invalid(&["/username"]);
    scene.root.post("/user", body("support")).is(201);

    let closed = scene.beside(|settings| settings.signup.mode = SignupMode::Closed);
    closed.anonymous().post("/user", body("late")).refused(403, "signup_closed");
    scene.root.at(closed.client()).post("/user", body("invited")).is(201);
    scene.root.get("/user/late").refused(404, "not_found");
    scene.root.get("/user/invited").is(200);
}

pub(super) fn data(scene: &Scene) {
    let alice = scene.user("data.alice");
    let odd = json!({"data": {
        "emoji": "\u{1f600}\u{1f469}\u{200d}\u{1f680}", "quote": "it's \"\\ `;--", "marks": "Zoe\u{301} \u{202e}",
        "big": u64::MAX, "small": i64::MIN, "half": 0.1, "tiny": 5e-324, "huge": 1e308,
        "list": [null, true, {"": []}], "": 1, " a ": 2, "A": 3, "a": 4, "\u{e9}": 5, "e\u{301}": 6,
    }});
    let put = alice.put("/user/me", odd.clone()).is(200);
    assert_eq!(put.json()["data"].to_string(), odd["data"].to_string(), "in the order it came");
    assert_eq!(alice.get("/user/data.ALICE").is(200).body(), put.body());
    let patched =
        alice.patch("/user/me", json!({"data": {"emoji": null, "list": {"a": 1}, "new": "\u{1f601}"}})).is(200);
    let data = patched.json()["data"].clone();
    assert_eq!((data.get("emoji"), &data["list"], &data["new"]), (None, &json!({"a": 1}), &json!("\u{1f601}")));
    assert_eq!(data["big"], u64::MAX);
    let merge = alice.request("PATCH", "/user/me").text("application/merge-patch+json", r#"{"data": {"a": null}}"#);
    merge.send().is(200);
    alice.patch("/user/me", json!({"data": null})).invalid(&["/data"]);
    alice.put("/user/me", json!({"data": []})).invalid(&["/data"]);
    alice.put("/user/me", json!({"data": {"nul": "\u{0}"}})).invalid(&["/data/nul"]);
    let large = |size: usize| json!({"data": {"x": "x".repeat(size)}});
    alice.put("/user/me", large(16 * 1024)).invalid(&["/data"]);
    let largest = alice.put("/user/me", large(16 * 1024 - 8)).is(200);
    alice.patch("/user/me", json!({"data": {"y": 1}})).invalid(&["/data"]);
    assert_eq!(alice.get("/user/me").body(), largest.body());
    assert_eq!(scene.root.get("/user/data.alice").body(), largest.body());
    scene.root.put("/user/data.alice", json!({"data": {"by": "root"}})).is(200);
    assert_eq!(alice.get("/").is(200).json()["data"], json!({"by": "root"}));
    scene.root.patch("/user/nobody.here", json!({"data": {}})).refused(404, "not_found");
    scene.root.put("/user/nobody.here", json!({"data": {}})).refused(404, "not_found");
}

pub(super) fn preconditions(scene: &Scene) {
    let (root, alice) = (&scene.root, scene.user("tag.alice"));
    let old = alice.get("/user/me").etag();
    let current = alice.put("/user/me", json!({"data": {"moved": "on"}})).is(200).etag();
    assert_ne!(old, current);
    assert_eq!(alice.put("/user/me", json!({"data": {"moved": "on"}})).is(200).etag(), current, "nothing has changed");
    let get = |tag: &str| alice.request("GET", "/user/me").header("If-None-Match", tag).send();
    get(&current).is(304);
    get(&old).is(200);
    let changes = [
        ("PUT", "", Some(json!({"data": {"by": "tag"}}))),
        ("PATCH", "", Some(json!({"data": {"too": 1}}))),
        ("PUT", "/role", Some(json!({"role": "reader"}))),
        ("PUT", "/status", Some(json!({"status": "blocked"}))),
        ("DELETE", "", None),
    ];
    let send = |name: &str, (method, end, body): &(&str, &str, Option<Value>), header: (&str, &str)| {
        let request = root.request(method, &format!("/user/{name}{end}")).header(header.0, header.1);
        if let Some(body) = body { request.json(body).send() } else { request.send() }
    };
    for change in &changes {
        for tag in [old.as_str(), "\"other\"", &format!("W/{current}")] {
            send("tag.alice", change, ("If-Match", tag)).refused(412, "precondition_failed");
        }
        send("nobody.here", change, ("If-Match", "*")).refused(412, "precondition_failed");
        send("tag.alice", change, ("If-Match", "no tag")).refused(400, "malformed_request");
        if change.0 == "PUT" {
            send("tag.alice", change, ("If-None-Match", "*")).refused(412, "precondition_failed");
        }
    }
    assert_eq!(alice.get("/user/me").etag(), current);
    for change in &changes {
        let tag = root.get("/user/tag.alice").etag();
        let answer = send("tag.alice", change, ("If-Match", &tag));
        assert!(matches!(answer.status(), 200 | 204), "{answer:?}");
    }
    root.get("/user/tag.alice").refused(404, "not_found");
}

pub(super) fn passwords(scene: &Scene) {
    let alice = scene.user("pass.alice");
    let (phone, token) = (alice.signed_in(), alice.logged_in());
    let target = "/user/me/password";
    alice.put(target, json!({"new_password": "another plum, 8"})).invalid(&["/current_password"]);
    let wrong = json!({"current_password": "a wrong plum, 9", "new_password": "another plum, 8"});
    alice.put(target, wrong).refused(403, "invalid_credentials");
    let weak = json!({"current_password": alice.password(), "new_password": "pass.alice"});
    alice.put(target, weak).invalid(&["/new_password"]);
    assert!(phone.is_in());
    let new = json!({"current_password": alice.password(), "new_password": "another plum, 8"});
    alice.put(target, new).is(204);
    assert!(alice.is_in() && !phone.is_in(), "the own session stays");
    token.get("/members").refused(401, "unauthenticated");
    alice.sign_in().refused(401, "invalid_credentials");
    alice.log_in().refused(401, "invalid_credentials");
    let again = alice.with_password("another plum, 8").signed_in();
    // An administrator needs not know it.
    scene.root.put("/user/pass.alice/password", json!({"new_password": "a third plum, 9"})).is(204);
    assert!(!again.is_in() && !alice.is_in());
    assert!(alice.with_password("a third plum, 9").signed_in().is_in());
    scene.root.put("/user/nobody.here/password", json!({"new_password": "a third plum, 9"})).refused(404, "not_found");
}

pub(super) fn deletion(scene: &Scene) {
    let (root, alice) = (&scene.root, scene.persona("gone.alice", Role::Editor));
    alice.put("/user/me", json!({"data": {"of": "the first"}})).is(200);
    let (phone, token) = (alice.signed_in(), alice.logged_in());
    let id = alice.get("/user/me").str_at("/id");
    alice.delete("/user/me").is(204);
    assert!(!alice.is_in() && !phone.is_in());
    token.get("/members").refused(401, "unauthenticated");
    alice.sign_in().refused(401, "invalid_credentials");
    root.get("/user/gone.alice").refused(404, "not_found");
    root.delete("/user/gone.alice").refused(404, "not_found");
    root.get("/user/gone.alice/sessions").refused(404, "not_found");
    root.delete("/user/gone.alice/sessions").refused(404, "not_found");
    let made = alice.sign_up().is(201);
    assert_ne!(made.str_at("/id"), id);
    assert_eq!((made.str_at("/role").as_str(), &made.json()["data"]), ("user", &json!({})));
    assert!(!alice.is_in() && !phone.is_in(), "the new one inherits nothing");
    token.get("/members").refused(401, "unauthenticated");
    assert_eq!(root.get("/user/gone.alice/sessions").json()["items"], json!([]));
    root.delete("/user/gone.ALICE").is(204);
    let operator = scene.server.store().operator();
    scene.server.run(operator.account_of("gone.alice").delete(&Precondition::NONE)).unwrap_err();
}
