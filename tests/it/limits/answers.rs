//! What a refusal says.

use std::time::Duration;

use super::{alice, change, from, start, wrong};

#[test]
fn a_refusal_says_which_limit_it_was_and_for_how_long() {
    let server = start();
    let alice = alice(&server);
    for _ in 0..10 {
        let answer = wrong(&alice).sign_in().refused(401, "invalid_credentials");
        assert_eq!((answer.header("RateLimit"), answer.header("RateLimit-Policy")), (None, None));
    }
    let refused = wrong(&alice).sign_in();
    assert_eq!(refused.header("Retry-After"), Some("18"));
    assert_eq!(refused.header("RateLimit-Policy"), Some("\"account\";q=10;w=60"));
    assert_eq!(refused.header("RateLimit"), Some("\"account\";r=0;t=18"));
    insta::assert_snapshot!(refused.shown(), @r#"
    429 {
      "type": "/problems/too_many_requests",
      "title": "Tried too often",
      "status": 429,
      "detail": "too many attempts; try again in 18 s",
      "code": "too_many_requests",
      "request_id": "[request id]"
    }
    "#);
    // Asking again makes it no longer.
    server.advance(Duration::from_secs(17));
    assert_eq!(wrong(&alice).sign_in().refused(429, "too_many_requests").header("Retry-After"), Some("1"));
    server.advance(Duration::from_secs(1));
    wrong(&alice).sign_in().refused(401, "invalid_credentials");
    // From now on, it grows.
    assert_eq!(wrong(&alice).sign_in().refused(429, "too_many_requests").header("Retry-After"), Some("30"));
    server.advance(Duration::from_secs(30));
    wrong(&alice).sign_in().refused(401, "invalid_credentials");
    assert_eq!(wrong(&alice).sign_in().refused(429, "too_many_requests").header("Retry-After"), Some("60"));
    let elsewhere = alice.at(from(&server, 5));
    elsewhere.sign_in().is(200);
    server.advance(Duration::from_mins(1));
    alice.sign_in().is(200);
    // With the right password, all is forgotten.
    (0..10).for_each(|_| drop(wrong(&alice).sign_in().refused(401, "invalid_credentials")));
}

#[test]
fn input_that_is_not_valid_is_told_as_ever_and_not_counted() {
    let server = start();
    let alice = alice(&server).signed_in();
    let long = alice.with_password(&"x".repeat(1025));
    for _ in 0..20 {
        long.sign_in().invalid(&["/password"]);
        change(&alice, &"x".repeat(1025)).invalid(&["/current_password"]);
        alice.post("/auth", serde_json::json!({"username": "alice"})).invalid(&["/password"]);
    }
    (0..10).for_each(|_| drop(wrong(&alice).sign_in().refused(401, "invalid_credentials")));
    long.sign_in().invalid(&["/password"]);
    wrong(&alice).sign_in().refused(429, "too_many_requests");
}

/// That an account is blocked is told to whoever has its password; that counts for a right one.
#[test]
fn of_a_blocked_account_wrong_passwords_count_and_right_ones_do_not() {
    let server = start();
    let (ada, bob) = (server.admin("ada"), alice(&server));
    ada.put("/user/alice/status", serde_json::json!({"status": "blocked"})).is(200);
    (0..20).for_each(|_| drop(bob.sign_in().refused(403, "account_blocked")));
    (0..10).for_each(|_| drop(wrong(&bob).sign_in().refused(401, "invalid_credentials")));
    bob.sign_in().refused(429, "too_many_requests");
}

/// An administrator who sets the password of another tests none.
#[test]
fn an_administrator_is_not_held_up_by_the_limits_of_another() {
    let server = start();
    let (ada, alice) = (server.admin("ada"), alice(&server));
    (0..10).for_each(|_| drop(wrong(&alice).sign_in()));
    alice.sign_in().refused(429, "too_many_requests");
    ada.put("/user/alice/password", serde_json::json!({"new_password": "another plum, 8"})).is(204);
}
