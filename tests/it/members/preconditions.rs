//! `ETag`, `If-Match` and `If-None-Match` of members (RFC 9110, sections 8.8 and 13).

use std::time::Duration;

use serde_json::json;
use tests::{Answer, Persona};

use super::{post, put, server_and_ada};

#[track_caller]
fn put_if(persona: &Persona, id: i64, header: (&str, &str), name: &str) -> Answer {
    let request = persona.request("PUT", &format!("/members/{id}")).header(header.0, header.1);
    request.json(&json!({"name": name})).send()
}

#[track_caller]
fn delete_if(persona: &Persona, id: i64, header: (&str, &str)) -> Answer {
    persona.request("DELETE", &format!("/members/{id}")).header(header.0, header.1).send()
}

#[test]
fn an_unchanged_member_is_not_sent_again() {
    let (_server, ada) = server_and_ada();
    let tag = put(&ada, 7, "Ada").is(201).etag();
    for method in ["GET", "HEAD"] {
        for value in [tag.clone(), format!("W/{tag}"), "*".to_owned(), format!("\"other\", {tag}")] {
            let answer = ada.request(method, "/members/7").header("If-None-Match", &value).send().is(304);
            assert_eq!(answer.header("ETag"), Some(tag.as_str()), "{value}");
        }
        ada.request(method, "/members/7").header("If-None-Match", "\"other\"").send().is(200);
    }
    put(&ada, 7, "Augusta").is(200);
    ada.request("GET", "/members/7").header("If-None-Match", &tag).send().is(200);
}

#[test]
fn a_change_is_made_to_the_state_that_was_read_alone() {
    let (_server, ada) = server_and_ada();
    let old = put(&ada, 7, "Ada").is(201).etag();
    let current = put(&ada, 7, "Augusta").is(200).etag();
    for value in [old.as_str(), "\"other\"", "\"\"", &format!("W/{current}"), "\"a\", \"b\""] {
        put_if(&ada, 7, ("If-Match", value), "Eva").refused(412, "precondition_failed");
        delete_if(&ada, 7, ("If-Match", value)).refused(412, "precondition_failed");
    }
    for value in ["*", current.as_str(), &format!("W/{current}")] {
        put_if(&ada, 7, ("If-None-Match", value), "Eva").refused(412, "precondition_failed");
        delete_if(&ada, 7, ("If-None-Match", value)).refused(412, "precondition_failed");
    }
    for value in ["", "tag", "\"a"] {
        put_if(&ada, 7, ("If-Match", value), "Eva").refused(400, "malformed_request");
    }
    assert_eq!(ada.get("/members/7").etag(), current);
    put_if(&ada, 7, ("If-Match", &format!("\"other\", {current}")), "Eva").is(200);
    let next = put_if(&ada, 7, ("If-Match", "*"), "Ada").is(200).etag();
    delete_if(&ada, 7, ("If-Match", &next)).is(204);
}

#[test]
fn a_tag_of_a_member_that_is_not_there_is_412_before_404_and_creates_nothing() {
    let (_server, ada) = server_and_ada();
    for value in ["*", "\"other\""] {
        put_if(&ada, 7, ("If-Match", value), "Ada").refused(412, "precondition_failed");
        delete_if(&ada, 7, ("If-Match", value)).refused(412, "precondition_failed");
    }
    ada.delete("/members/7").refused(404, "not_found");
    ada.get("/members/7").refused(404, "not_found");
}

#[test]
fn none_at_all_means_create_only() {
    let (_server, ada) = server_and_ada();
    put_if(&ada, 7, ("If-None-Match", "*"), "Ada").is(201);
    put_if(&ada, 7, ("If-None-Match", "*"), "Eva").refused(412, "precondition_failed");
    assert_eq!(ada.get("/members/7").str_at("/name"), "Ada");
    // The conflict of names comes after the precondition.
    put_if(&ada, 8, ("If-None-Match", "*"), "Ada").refused(409, "name_taken");
    post(&ada, "Eva").is(201);
    put_if(&ada, 7, ("If-None-Match", "*"), "Eva").refused(412, "precondition_failed");
}

#[test]
fn a_tag_changes_when_and_only_when_something_shown_does() {
    let (server, ada) = server_and_ada();
    let shown = || {
        let answer = ada.get("/members/7");
        (answer.etag(), answer.body().to_owned())
    };
    put(&ada, 7, "Ada").is(201);
    let mut tags = vec![shown().0];
    for (changes, body) in [
        (false, json!({"name": "Ada"})),
        (false, json!({"name": "Ada", "email": null, "phone": null})),
        (true, json!({"name": "Zo\u{e9}"})),
        (false, json!({"name": "Zoe\u{301}"})),
        (true, json!({"name": "zo\u{e9}"})),
        (true, json!({"name": "zo\u{e9}", "email": "ada@example.org"})),
        (false, json!({"name": "zo\u{e9}", "email": "ada@example.org"})),
        (true, json!({"name": "zo\u{e9}", "email": "ADA@example.org"})),
        (true, json!({"name": "zo\u{e9}", "phone": "1"})),
        (true, json!({"name": "zo\u{e9}", "phone": "1 "})),
        (true, json!({"name": "Ada"})),
    ] {
        let before = shown();
        server.advance(Duration::from_secs(1));
        let answer = ada.put("/members/7", body.clone()).is(200);
        let after = shown();
        assert_eq!((answer.etag(), answer.body()), (after.0.clone(), after.1.as_str()), "{body}");
        assert_eq!(after.0 != before.0, changes, "{body}: tags {} {}", before.0, after.0);
        assert_eq!(after.1 != before.1, changes, "{body}: {}", after.1);
        if changes {
            assert!(!tags.contains(&after.0), "{body}: a tag came back");
            tags.push(after.0);
        }
    }
    // Nothing that happens to others, and no refusal, changes it.
    let before = shown();
    put(&ada, 8, "Eva").is(201);
    put(&ada, 7, "Eva").refused(409, "name_taken");
    ada.put("/members/7", json!({"name": 7})).is(422);
    assert_eq!(shown(), before);
}

/// A member that is put where another was is another one, if it looks the same to the millisecond.
#[test]
fn a_tag_never_comes_back_with_its_id() {
    let (_server, ada) = server_and_ada();
    let mut tags = Vec::new();
    let mut bodies = Vec::new();
    for _ in 0..5 {
        let created = put(&ada, 7, "Ada").is(201);
        tags.push(created.etag());
        bodies.push(created.body().to_owned());
        for old in &tags[..tags.len() - 1] {
            put_if(&ada, 7, ("If-Match", old), "Eva").refused(412, "precondition_failed");
            ada.request("GET", "/members/7").header("If-None-Match", old).send().is(200);
        }
        ada.delete("/members/7").is(204);
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]), "the clock stands still: {bodies:?}");
}
