//! Deleting an account: everything of it is dead at once, and the name starts anew.

use serde_json::json;
use tests::TestServer;

#[test]
fn everything_of_the_user_is_gone() {
    let server = TestServer::start();
    let (ada, alice) = (server.admin("ada"), server.user("alice"));
    let phone = alice.signed_in();
    alice.delete("/user/me").is(204);
    for gone in [&alice, &phone] {
        gone.get("/user/me").refused(401, "unauthenticated");
        gone.get("/auth").refused(401, "unauthenticated");
        gone.delete("/auth").refused(401, "unauthenticated");
        assert_eq!(gone.get("/").json(), json!({"message": "Hello World"}));
    }
    alice.sign_in().refused(401, "invalid_credentials");
    ada.get("/user/alice").refused(404, "not_found");
    ada.delete("/user/alice").refused(404, "not_found");
    assert_eq!(ada.get("/users?prefix=alice").json()["items"], json!([]));
}

#[test]
fn a_new_user_of_the_name_inherits_nothing() {
    let server = TestServer::start();
    let ada = server.admin("ada");
    let old = server.account("alice", userstore_core::Role::User, r#"{"secret": 1}"#).signed_in();
    ada.put("/user/alice/role", json!({"role": "admin"})).is(200);
    ada.put("/user/alice/status", json!({"status": "blocked", "reason": "spam"})).is(200);
    ada.put("/user/alice/status", json!({"status": "active"})).is(200);
    let old = old.signed_in();
    let before = old.get("/user/me").is(200);
    old.delete("/user/alice").is(204);

    let new = old.with_password("another plum, 8");
    new.sign_up().is(201);
    assert!(!old.is_in());
    old.sign_in().refused(401, "invalid_credentials");
    let new = new.signed_in();
    let after = new.get("/user/me").is(200);
    assert_ne!(after.str_at("/id"), before.str_at("/id"));
    assert_ne!(after.etag(), before.etag());
    assert_eq!(after.json()["data"], json!({}));
    assert_eq!((after.str_at("/role").as_str(), after.str_at("/status").as_str()), ("user", "active"));
    assert_eq!(new.get("/user/me/sessions").json()["items"].as_array().unwrap().len(), 1);
    let stale = new.request("PUT", "/user/alice").header("If-Match", &before.etag()).json(&json!({"data": {}})).send();
    stale.refused(412, "precondition_failed");
}
