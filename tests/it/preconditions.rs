//! `ETag`, `If-Match` and `If-None-Match` (RFC 9110, sections 8.8 and 13).

use std::time::Duration;

use serde_json::{Value, json};
use tests::{Answer, Persona, TestServer};
use userstore_core::Role;

fn tag(persona: &Persona, name: &str) -> String {
    persona.get(&format!("/user/{name}")).is(200).etag()
}

fn with(persona: &Persona, method: &str, target: &str, header: (&str, &str), body: Option<&Value>) -> Answer {
    let request = persona.request(method, target).header(header.0, header.1);
    if let Some(body) = body { request.json(body).send() } else { request.send() }
}

#[test]
fn an_unchanged_record_is_not_sent_again() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let tag = tag(&alice, "me");
    for value in
        [tag.clone(), format!("W/{tag}"), "*".to_owned(), format!("\"other\", {tag}"), format!("\"a,b\" ,{tag},")]
    {
        let answer = with(&alice, "GET", "/user/alice", ("If-None-Match", &value), None).is(304);
        assert_eq!(answer.header("ETag"), Some(tag.as_str()), "{value}");
    }
    for value in ["\"other\"".to_owned(), tag.trim_matches('"').to_owned(), format!("\"{}x\"", tag.trim_matches('"'))] {
        let answer = with(&alice, "GET", "/user/alice", ("If-None-Match", &value), None);
        assert!(matches!(answer.status(), 200 | 400), "{value}: {answer:?}");
    }
    let two = alice.request("GET", "/user/me").header("If-None-Match", "\"other\"").header("If-None-Match", &tag);
    two.send().is(304);
    alice.put("/user/me", json!({"data": {"a": 1}})).is(200);
    with(&alice, "GET", "/user/me", ("If-None-Match", &tag), None).is(200);
}

#[test]
fn a_record_that_is_not_readable_is_refused_whatever_the_tag() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let tag = tag(&alice, "me");
    for (method, header) in [("GET", "If-None-Match"), ("DELETE", "If-Match")] {
        for value in [tag.as_str(), "*", "\"other\""] {
            with(&bob, method, "/user/alice", (header, value), None).refused(403, "forbidden");
        }
    }
    let put = with(&bob, "PUT", "/user/alice", ("If-Match", "\"other\""), Some(&json!({"data": {}})));
    put.refused(403, "forbidden");
}

/// Every request that can carry `If-Match`: method, end of the path, body; each makes another change every time.
fn changes(n: usize) -> Vec<(&'static str, &'static str, Option<Value>)> {
    let role = if n.is_multiple_of(2) { "reader" } else { "editor" };
    let reason = format!("reason {n}");
    vec![
        ("PUT", "", Some(json!({"data": {"put": n}}))),
        ("PATCH", "", Some(json!({"data": {"patch": n}}))),
        ("PUT", "/role", Some(json!({"role": role}))),
        ("PUT", "/status", Some(json!({"status": "blocked", "reason": reason}))),
        ("DELETE", "", None),
    ]
}

#[test]
fn a_change_is_made_to_the_state_that_was_read_alone() {
    let server = TestServer::start();
    let (ada, bob) = (server.admin("ada"), server.account("bob", Role::User, "{}"));
    let old = tag(&ada, "bob");
    ada.put("/user/bob", json!({"data": {"moved": "on"}})).is(200);
    let current = tag(&ada, "bob");
    let weak = format!("W/{current}");
    for (method, end, body) in changes(0) {
        let target = format!("/user/bob{end}");
        for value in [old.as_str(), "\"other\"", "\"\"", &weak, "\"a\", \"b\""] {
            with(&ada, method, &target, ("If-Match", value), body.as_ref()).refused(412, "precondition_failed");
        }
        for value in [current.trim_matches('"'), "", "\"", "garbage,"] {
            let answer = with(&ada, method, &target, ("If-Match", value), body.as_ref());
            assert!(matches!(answer.status(), 400 | 412), "{value:?}: {answer:?}");
        }
        if method == "PUT" {
            for value in ["*", current.as_str(), &weak] {
                let answer = with(&ada, method, &target, ("If-None-Match", value), body.as_ref());
                answer.refused(412, "precondition_failed");
            }
        }
        assert_eq!(tag(&ada, "bob"), current, "{method} {target} has changed something");
    }
    assert_eq!(bob.sign_in().status(), 200);
}

#[test]
fn a_change_is_made_where_the_tag_is_right() {
    let server = TestServer::start();
    let ada = server.admin("ada");
    for wanted in 0..3 {
        let _bob = server.account("bob", Role::User, "{}");
        for (method, end, body) in changes(wanted) {
            let current = tag(&ada, "bob");
            let value = [current.clone(), "*".to_owned(), format!("\"other\" , {current}")][wanted].clone();
            let answer = with(&ada, method, &format!("/user/bob{end}"), ("If-Match", &value), body.as_ref());
            if method == "DELETE" {
                answer.is(204);
            } else {
                assert_ne!(answer.is(200).etag(), current);
            }
        }
        ada.get("/user/bob").refused(404, "not_found");
    }
}

#[test]
fn a_tag_of_a_record_that_is_not_there_is_412_before_404() {
    let server = TestServer::start();
    let ada = server.admin("ada");
    for (method, end, body) in changes(0) {
        let target = format!("/user/nobody{end}");
        for value in ["*", "\"other\"", "\"a\", \"b\""] {
            with(&ada, method, &target, ("If-Match", value), body.as_ref()).refused(412, "precondition_failed");
        }
        let request = ada.request(method, &target);
        let request = if let Some(body) = &body { request.json(body) } else { request };
        request.send().refused(404, "not_found");
    }
}

/// Something that happens to a user.
type Step<'a> = Box<dyn Fn() -> Answer + 'a>;

/// Everything that may happen to a user, and whether it changes what is shown.
#[test]
fn a_tag_changes_when_and_only_when_something_shown_does() {
    let server = TestServer::start();
    let (ada, bob) = (server.admin("ada"), server.user("bob"));
    let steps: Vec<(bool, &str, Step<'_>)> = vec![
        (true, "data", Box::new(|| ada.put("/user/bob", json!({"data": {"a": 1, "b": 2}})).is(200))),
        (false, "same data", Box::new(|| ada.put("/user/bob", json!({"data": {"a": 1, "b": 2}})).is(200))),
        (true, "another order", Box::new(|| ada.put("/user/bob", json!({"data": {"b": 2, "a": 1}})).is(200))),
        (true, "another type", Box::new(|| ada.put("/user/bob", json!({"data": {"b": 2, "a": 1.0}})).is(200))),
        (false, "empty patch", Box::new(|| ada.patch("/user/bob", json!({"data": {}})).is(200))),
        (false, "idle patch", Box::new(|| ada.patch("/user/bob", json!({"data": {"b": 2, "x": null}})).is(200))),
        (true, "patch", Box::new(|| ada.patch("/user/bob", json!({"data": {"b": null}})).is(200))),
        (false, "sign-in", Box::new(|| bob.sign_in().is(200))),
        (false, "reading", Box::new(|| bob.get("/user/me").is(200))),
        (false, "refusal", Box::new(|| ada.put("/user/bob", json!({"data": 1})).is(422))),
        (
            false,
            "password",
            Box::new(|| ada.put("/user/bob/password", json!({"new_password": bob.password()})).is(204)),
        ),
        (false, "end of sessions", Box::new(|| ada.delete("/user/bob/sessions").is(204))),
        (false, "same role", Box::new(|| ada.put("/user/bob/role", json!({"role": "user"})).is(200))),
        (true, "role", Box::new(|| ada.put("/user/bob/role", json!({"role": "reader"})).is(200))),
        (false, "same status", Box::new(|| ada.put("/user/bob/status", json!({"status": "active"})).is(200))),
        (true, "block", Box::new(|| ada.put("/user/bob/status", json!({"status": "blocked"})).is(200))),
        (true, "reason", Box::new(|| ada.put("/user/bob/status", json!({"status": "blocked", "reason": "x"})).is(200))),
        (
            false,
            "same reason",
            Box::new(|| ada.put("/user/bob/status", json!({"status": "blocked", "reason": "x"})).is(200)),
        ),
        (true, "unblock", Box::new(|| ada.put("/user/bob/status", json!({"status": "active"})).is(200))),
    ];
    let shown = || {
        let answer = ada.get("/user/bob").is(200);
        (answer.etag(), answer.body().to_owned())
    };
    let mut tags = vec![shown().0];
    for (changes, name, step) in steps {
        let before = shown();
        server.advance(Duration::from_secs(1));
        let answer = step();
        let after = shown();
        assert_eq!(after.0 != before.0, changes, "{name}: tags {} {}", before.0, after.0);
        assert_eq!(after.1 != before.1, changes, "{name}: {}", after.1);
        if answer.header("ETag").is_some() && answer.str_at("/username") == "bob" {
            assert_eq!(answer.etag(), after.0, "{name}");
        }
        if changes {
            assert!(!tags.contains(&after.0), "{name}: a tag came back");
            tags.push(after.0);
        }
    }
}
