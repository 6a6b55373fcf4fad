//! The member directory.

use serde_json::{Value, json};
use tests::{Answer, Persona};
use userstore_core::Role;

use super::Scene;
use crate::usernames::escaped;

/// Where the ids of these checks begin. Those that are given out go on from the greatest one.
const FIRST: i64 = 1000;

fn put(persona: &Persona, id: i64, name: &str) -> Answer {
    persona.put(&format!("/members/{id}"), json!({"name": name}))
}

pub(super) fn members(scene: &Scene) {
    let ada = &scene.root;
    let whole = json!({"name": "Ada Lovelace", "email": "ada@example.org", "phone": "+44 20 7946 0000"});
    let made = ada.post("/members", whole.clone()).is(201);
    let id = made.json()["member_id"].as_i64().unwrap();
    let target = format!("/members/{id}");
    assert_eq!(made.header("Location"), Some(target.as_str()));
    let read = ada.get(&target).is(200);
    assert_eq!((read.body(), read.etag()), (made.body(), made.etag()));
    for key in ["name", "email", "phone"] {
        assert_eq!(made.json()[key], whole[key]);
    }
    ada.post("/members", whole).refused(409, "name_taken");
    let replaced = ada.put(&target, json!({"name": "Augusta"})).is(200);
    assert_eq!((&replaced.json()["email"], replaced.header("Location")), (&Value::Null, None));
    assert_eq!(ada.get(&target).body(), replaced.body());
    let created = put(ada, FIRST, "Ada Lovelace").is(201);
    assert_eq!(created.header("Location"), Some("/members/1000"));
    put(ada, FIRST, "Augusta").refused(409, "name_taken");
    put(ada, FIRST + 1, "Augusta").refused(409, "name_taken");
    assert_eq!(ada.get("/members/1000").body(), created.body());
    ada.post("/members", json!({"name": "", "email": "x", "phone": 7})).invalid(&["/email", "/name", "/phone"]);
    ada.put(&target, json!({"name": "nul\u{0}"})).invalid(&["/name"]);
    let longest = "\u{1f600}".repeat(255);
    assert_eq!(ada.put(&target, json!({"name": longest, "phone": longest})).is(200).str_at("/phone"), longest);
    ada.put(&target, json!({"name": format!("{longest}x")})).invalid(&["/name"]);
    ada.delete(&target).is(204);
    ada.delete(&target).refused(404, "not_found");
    ada.get(&target).refused(404, "not_found");
    let again = ada.post("/members", json!({"name": "Augusta"})).is(201).json()["member_id"].as_i64().unwrap();
    assert!(again > id, "{again} is an id that was given out before");
    let most = format!("/members/{}", i64::MAX);
    ada.put(&most, json!({"name": "the last"})).is(201);
    assert_eq!(ada.get(&most).json()["member_id"], i64::MAX);
    ada.delete(&most).is(204);
}

pub(super) fn names(scene: &Scene) {
    let ada = &scene.root;
    let different = [
        "one",
        "One",
        "ONE",
        "one ",
        " one",
        "one\t",
        "on\u{e9}",
        "\u{ff4f}ne",
        "o\u{200b}ne",
        "\u{1f600}",
        "\u{1f601}",
        " ",
        "o_e",
        "o%e",
        "o\\e",
        "stra\u{df}e",
        "strasse",
    ];
    for (name, id) in different.iter().zip(FIRST + 100..) {
        assert_eq!(put(ada, id, name).is(201).str_at("/name"), *name, "{name:?}");
    }
    for name in different {
        ada.post("/members", json!({"name": name})).refused(409, "name_taken");
        let found = ada.get(&format!("/members?name={}", escaped(name))).is(200).json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{name:?}");
        assert_eq!(found["items"][0]["name"], name);
    }
    ada.post("/members", json!({"name": "one\u{301}"})).refused(409, "name_taken");
    ada.post("/members", json!({"name": "on\u{e9}\u{301}"})).is(201);
    ada.post("/members", json!({"name": "one\u{301}\u{301}"})).refused(409, "name_taken");
    // A name is free once it is given up.
    put(ada, FIRST + 100, "uno").is(200);
    put(ada, FIRST + 101, "one").is(200);
    put(ada, FIRST + 100, "One").is(200);
}

pub(super) fn preconditions(scene: &Scene) {
    let ada = &scene.root;
    let target = "/members/1300";
    let send = |method: &str, header: (&str, &str), name: &str| {
        let request = ada.request(method, target).header(header.0, header.1);
        if method == "PUT" { request.json(&json!({"name": name})).send() } else { request.send() }
    };
    for method in ["PUT", "DELETE"] {
        send(method, ("If-Match", "*"), "first").refused(412, "precondition_failed");
    }
    let old = send("PUT", ("If-None-Match", "*"), "tagged").is(201).etag();
    send("PUT", ("If-None-Match", "*"), "other").refused(412, "precondition_failed");
    send("GET", ("If-None-Match", &old), "").is(304);
    let current = send("PUT", ("If-Match", &old), "tagged twice").is(200).etag();
    send("GET", ("If-None-Match", &old), "").is(200);
    for method in ["PUT", "DELETE"] {
        send(method, ("If-Match", &old), "late").refused(412, "precondition_failed");
        send(method, ("If-Match", "no tag"), "bad").refused(400, "malformed_request");
    }
    assert_eq!(put(ada, 1300, "tagged twice").is(200).etag(), current, "nothing has changed");
    send("DELETE", ("If-Match", &current), "").is(204);
}

pub(super) fn rights(scene: &Scene) {
    put(&scene.root, 1400, "theirs").is(201);
    for (role, statuses) in
        [(Role::User, [403; 5]), (Role::Reader, [200, 200, 403, 403, 403]), (Role::Editor, [200, 200, 200, 201, 403])]
    {
        let session = scene.persona(&format!("dir.{role}"), role);
        let token = session.logged_in();
        for (way, persona) in [("session", &session), ("token", &token)] {
            let answers = [
                persona.get("/members"),
                persona.get("/members/1400"),
                put(persona, 1400, &format!("theirs, by {role} and {way}")),
                persona.post("/members", json!({"name": format!("a new one by {role} and {way}")})),
                persona.delete("/members/1400"),
            ];
            assert_eq!(answers.each_ref().map(Answer::status), statuses, "{role} with a {way}");
        }
    }
}
