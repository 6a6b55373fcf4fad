//! Roles and blocking: what an administrator does to others, and when it holds.

use serde_json::json;
use tests::{Persona, TestServer};
use userstore_core::Role;

#[test]
fn a_role_holds_from_the_next_request_on() {
    let server = TestServer::start();
    let (ada, bob) = (server.admin("ada"), server.user("bob"));
    bob.get("/users").refused(403, "forbidden");
    for role in ["reader", "editor", "admin"] {
        let answer = ada.put("/user/bob/role", json!({"role": role})).is(200);
        assert_eq!(answer.str_at("/role"), role);
        assert_eq!(bob.get("/user/me").is(200).str_at("/role"), role, "sessions stand");
        assert_eq!(bob.get("/users").status(), if role == "admin" { 200 } else { 403 });
    }
    bob.put("/user/ada/role", json!({"role": "user"})).is(200);
    ada.get("/users").refused(403, "forbidden");
    ada.get("/user/bob").refused(403, "forbidden");
    ada.put("/user/bob/role", json!({"role": "user"})).refused(403, "forbidden");
    ada.delete("/user/bob").refused(403, "forbidden");
    assert!(ada.is_in());
    // An admin can step down, where there is another.
    ada.put("/user/ada/role", json!({"role": "admin"})).refused(403, "forbidden");
}

#[test]
fn only_roles_are_roles() {
    let server = TestServer::start();
    let (ada, _bob) = (server.admin("ada"), server.account("bob", Role::User, "{}"));
    for role in [json!("boss"), json!("Admin"), json!(""), json!(3), json!(null), json!(["admin"])] {
        ada.put("/user/bob/role", json!({"role": role})).invalid(&["/role"]);
    }
    ada.put("/user/bob/role", json!({})).invalid(&["/role"]);
    ada.put("/user/bob/role", json!({"role": "reader", "status": "active"})).invalid(&["/status"]);
    ada.put("/user/nobody/role", json!({"role": "reader"})).refused(404, "not_found");
    assert_eq!(ada.get("/user/bob").str_at("/role"), "user");
}

#[test]
fn blocking_ends_everything_for_good() {
    let server = TestServer::start();
    let (ada, bob) = (server.admin("ada"), server.user("bob"));
    let phone = bob.signed_in();
    let blocked = ada.put("/user/bob/status", json!({"status": "blocked", "reason": "spam"})).is(200);
    insta::assert_snapshot!(blocked.shown(), @r#"
    200 {
      "id": "[uuid v7]",
      "username": "bob",
      "role": "user",
      "status": "blocked",
      "blocked_reason": "spam",
      "data": {},
      "created_at": "2026-01-02T03:04:05.678Z",
      "updated_at": "2026-01-02T03:04:05.678Z"
    }
    "#);
    bob.get("/user/me").refused(401, "unauthenticated");
    phone.put("/user/me", json!({"data": {}})).refused(401, "unauthenticated");
    phone.delete("/user/me").refused(401, "unauthenticated");
    bob.sign_in().refused(403, "account_blocked");
    assert_eq!(ada.get("/user/bob/sessions").json()["items"], json!([]));
    let unblocked = ada.put("/user/bob/status", json!({"status": "active"})).is(200);
    assert_eq!((unblocked.str_at("/status").as_str(), unblocked.json().get("blocked_reason")), ("active", None));
    assert!(!bob.is_in() && !phone.is_in(), "what was ended stays ended");
    assert!(bob.signed_in().is_in());
    assert!(!bob.is_in() && !phone.is_in());
}

#[test]
fn the_reason_is_there_while_there_is_one() {
    let server = TestServer::start();
    let (ada, bob) = (server.admin("ada"), server.user("bob"));
    let block = |body| ada.put("/user/bob/status", body).is(200).json().get("blocked_reason").cloned();
    assert_eq!(block(json!({"status": "blocked", "reason": "spam"})), Some(json!("spam")));
    assert_eq!(ada.get("/user/bob").json()["blocked_reason"], "spam");
    assert_eq!(ada.get("/users?status=blocked").json()["items"][0]["blocked_reason"], "spam");
    assert_eq!(block(json!({"status": "blocked", "reason": "more spam"})), Some(json!("more spam")));
    assert_eq!(block(json!({"status": "blocked"})), None);
    assert_eq!(block(json!({"status": "blocked", "reason": "again"})), Some(json!("again")));
    assert_eq!(block(json!({"status": "active"})), None);
    let bob = bob.signed_in();
    assert_eq!(bob.get("/user/me").json().get("blocked_reason"), None);
    assert_eq!(block(json!({"status": "blocked"})), None, "an old reason does not come back");
}

#[test]
fn what_a_reason_may_be() {
    let server = TestServer::start();
    let (ada, _bob) = (server.admin("ada"), server.account("bob", Role::User, "{}"));
    let block = |body| ada.put("/user/bob/status", body);
    block(json!({"status": "blocked", "reason": "é".repeat(501)})).invalid(&["/reason"]);
    block(json!({"status": "blocked", "reason": "a\u{0}b"})).invalid(&["/reason"]);
    block(json!({"status": "blocked", "reason": 7})).invalid(&["/reason"]);
    block(json!({"status": "active", "reason": "forgiven"})).invalid(&["/reason"]);
    for status in [json!("deleted"), json!(0), json!(null)] {
        block(json!({"status": status})).invalid(&["/status"]);
    }
    block(json!({"reason": "spam"})).invalid(&["/status"]);
    assert_eq!(ada.get("/user/bob").str_at("/status"), "active");
    block(json!({"status": "blocked", "reason": "é".repeat(500)})).is(200);
    ada.put("/user/nobody/status", json!({"status": "blocked"})).refused(404, "not_found");
}

fn the_last_one_stays(ada: &Persona) {
    ada.put("/user/me/role", json!({"role": "editor"})).refused(409, "last_admin");
    ada.put("/user/ada/role", json!({"role": "user"})).refused(409, "last_admin");
    ada.put("/user/ada/status", json!({"status": "blocked"})).refused(409, "last_admin");
    ada.delete("/user/me").refused(409, "last_admin");
    ada.put("/user/me/role", json!({"role": "admin"})).is(200);
    assert!(ada.is_in());
}

#[test]
fn the_last_active_admin_stays() {
    let server = TestServer::start();
    let (ada, eva) = (server.admin("ada"), server.admin("eva"));
    ada.put("/user/eva/status", json!({"status": "blocked"})).is(200);
    the_last_one_stays(&ada);
    ada.put("/user/eva/role", json!({"role": "editor"})).is(200);
    ada.put("/user/eva/status", json!({"status": "active"})).is(200);
    the_last_one_stays(&ada);
    ada.put("/user/eva/role", json!({"role": "admin"})).is(200);
    let eva = eva.signed_in();
    ada.delete("/user/me").is(204);
    assert!(!ada.is_in());
    eva.put("/user/me/role", json!({"role": "user"})).refused(409, "last_admin");
}

#[test]
fn an_admin_changes_the_account_of_another() {
    let server = TestServer::start();
    let (ada, bob) = (server.admin("ada"), server.user("bob"));
    ada.put("/user/bob", json!({"data": {"by": "ada"}})).is(200);
    ada.patch("/user/BOB", json!({"data": {"and": 1}})).is(200);
    assert_eq!(bob.get("/user/me").json()["data"], json!({"by": "ada", "and": 1}));
    for (method, target, body) in [
        ("GET", "/user/nobody", None),
        ("PUT", "/user/nobody", Some(json!({"data": {}}))),
        ("PATCH", "/user/nobody", Some(json!({"data": {}}))),
        ("DELETE", "/user/nobody", None),
        ("GET", "/user/a%20b", None),
        ("GET", "/user/%F0%9F%A6%80", None),
    ] {
        let request = ada.request(method, target);
        let request = if let Some(body) = body { request.json(&body) } else { request };
        request.send().refused(404, "not_found");
    }
    ada.delete("/user/bob").is(204);
    assert!(!bob.is_in());
    ada.get("/user/bob").refused(404, "not_found");
}
