//! The member directory over HTTP.

mod cache;
mod ids;
mod lists;
mod million;
mod names;
mod preconditions;
mod races;
mod rights;

use serde_json::{Value, json};
use tests::{Answer, Persona, TestServer};
use userstore_core::Role;

const KEYS: [&str; 6] = ["member_id", "name", "email", "phone", "created_at", "updated_at"];

/// A server, and somebody who may do everything to members.
fn server_and_ada() -> (TestServer, Persona) {
    let server = TestServer::start();
    let ada = server.persona("ada", Role::Admin);
    (server, ada)
}

/// What a `PUT` of a member with this name alone is answered.
#[track_caller]
fn put(persona: &Persona, id: i64, name: &str) -> Answer {
    persona.put(&format!("/members/{id}"), json!({"name": name}))
}

/// What a `POST` of a member with this name alone is answered.
#[track_caller]
fn post(persona: &Persona, name: &str) -> Answer {
    persona.post("/members", json!({"name": name}))
}

/// The id in an answer.
#[track_caller]
fn id(answer: &Answer) -> i64 {
    answer.json()["member_id"].as_i64().unwrap_or_else(|| panic!("no id: {answer:?}"))
}

/// Everything there is.
#[track_caller]
fn everything(persona: &Persona) -> Value {
    persona.get("/members?limit=1000").is(200).json()["items"].clone()
}

#[test]
fn a_member_is_shown_whole_wherever_it_is_shown() {
    let (_server, ada) = server_and_ada();
    let body = json!({"name": "Ada Lovelace", "email": "ada@example.org", "phone": "+44 20 7946 0000"});
    let created = ada.post("/members", body).is(201);
    assert_eq!(created.header("Location"), Some("/members/1"));
    insta::assert_snapshot!(created.shown(), @r#"
    201 {
      "member_id": 1,
      "name": "Ada Lovelace",
      "email": "ada@example.org",
      "phone": "+44 20 7946 0000",
      "created_at": "2026-01-02T03:04:05.678Z",
      "updated_at": "2026-01-02T03:04:05.678Z"
    }
    "#);
    let read = ada.get("/members/1").is(200);
    assert_eq!((read.body(), read.etag()), (created.body(), created.etag()));
    assert_eq!(read.header("Location"), None);
    assert_eq!(everything(&ada), json!([read.json()]));
    let head = ada.request("HEAD", "/members/1").send().is(200);
    assert_eq!(head.etag(), read.etag());
    assert_eq!(head.header("Content-Length"), Some(read.bytes().len().to_string().as_str()));
}

#[test]
fn what_is_left_out_is_null() {
    let (_server, ada) = server_and_ada();
    for body in [json!({"name": "a"}), json!({"name": "b", "email": null, "phone": null})] {
        let member = ada.post("/members", body).is(201).json();
        assert_eq!(member.as_object().unwrap().keys().collect::<Vec<_>>(), KEYS);
        assert_eq!((&member["email"], &member["phone"]), (&Value::Null, &Value::Null));
    }
}

#[test]
fn a_put_replaces_the_whole_or_creates_under_its_id() {
    let (server, ada) = server_and_ada();
    let whole = json!({"name": "Ada", "email": "ada@example.org", "phone": "1"});
    let created = ada.put("/members/7", whole.clone()).is(201);
    assert_eq!((created.header("Location"), id(&created)), (Some("/members/7"), 7));
    server.advance(std::time::Duration::from_secs(1));
    let replaced = put(&ada, 7, "Augusta").is(200);
    assert_eq!(replaced.header("Location"), None);
    assert_ne!(replaced.etag(), created.etag());
    let (before, after) = (created.json(), replaced.json());
    assert_eq!((&after["name"], &after["email"], &after["phone"]), (&json!("Augusta"), &Value::Null, &Value::Null));
    assert_eq!(after["created_at"], before["created_at"]);
    assert_eq!(after["updated_at"], "2026-01-02T03:04:06.678Z");
    let read = ada.get("/members/7").is(200);
    assert_eq!((read.body(), read.etag()), (replaced.body(), replaced.etag()));
    assert_eq!(id(&ada.put("/members/8", whole).is(201)), 8);
}

#[test]
fn a_deleted_member_is_gone() {
    let (_server, ada) = server_and_ada();
    put(&ada, 7, "Ada").is(201);
    ada.get("/members/7").is(200);
    assert!(ada.delete("/members/7").is(204).bytes().is_empty());
    ada.get("/members/7").refused(404, "not_found");
    ada.delete("/members/7").refused(404, "not_found");
    assert_eq!(everything(&ada), json!([]));
    put(&ada, 8, "Ada").is(201);
}

#[test]
fn every_fault_of_a_body_is_told() {
    let (_server, ada) = server_and_ada();
    put(&ada, 7, "Ada").is(201);
    let long = "é".repeat(256);
    for (body, places) in [
        (json!({}), vec!["/name"]),
        (json!({"name": ""}), vec!["/name"]),
        (json!({"name": 7}), vec!["/name"]),
        (json!({"name": null}), vec!["/name"]),
        (json!({"name": long}), vec!["/name"]),
        (json!({"name": "a", "email": ""}), vec!["/email"]),
        (json!({"name": "a", "email": "ada"}), vec!["/email"]),
        (json!({"name": "a", "email": format!("{}@example.org", "a".repeat(244))}), vec!["/email"]),
        (json!({"name": "a", "email": ["ada@example.org"]}), vec!["/email"]),
        (json!({"name": "a", "phone": ""}), vec!["/phone"]),
        (json!({"name": "a", "phone": long}), vec!["/phone"]),
        (json!({"name": "a", "phone": 44}), vec!["/phone"]),
        (json!({"name": "a", "member_id": 7}), vec!["/member_id"]),
        (json!({"name": "a", "created_at": "2026-01-02T03:04:05.678Z"}), vec!["/created_at"]),
        (json!({"name": "a\u{0}"}), vec!["/name"]),
        (json!({"name": "a", "email": "a\u{0}@example.org"}), vec!["/email"]),
        (json!({"name": "a", "phone": "\u{0}"}), vec!["/phone"]),
        (json!({"name": "", "email": "x", "phone": 7, "x": 1}), vec!["/email", "/name", "/phone", "/x"]),
        (json!({"email": "x", "phone": ""}), vec!["/email", "/name", "/phone"]),
    ] {
        ada.post("/members", body.clone()).invalid(&places);
        ada.put("/members/7", body.clone()).invalid(&places);
        ada.put("/members/8", body).invalid(&places);
    }
    assert_eq!(everything(&ada).as_array().unwrap().len(), 1);
    assert_eq!(ada.get("/members/7").str_at("/name"), "Ada");
}

#[test]
fn the_longest_texts_are_kept() {
    let (_server, ada) = server_and_ada();
    let long = "\u{1f600}".repeat(255);
    let email = format!("{}@{}", "a".repeat(64), "abcdefghi.".repeat(19).trim_end_matches('.'));
    assert_eq!(email.len(), 254);
    let body = json!({"name": long, "email": email, "phone": long});
    let member = ada.post("/members", body.clone()).is(201).json();
    for key in ["name", "email", "phone"] {
        assert_eq!(member[key], body[key]);
    }
}
