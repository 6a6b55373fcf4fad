//! The members: those the route knows, each of its type.

use serde_json::json;
use tests::TestServer;

use super::{Bench, routes};

#[test]
fn members_that_the_route_does_not_know_are_refused() {
    let bench = Bench::new();
    for key in ["x", "Data", "user", "a/b~c", "é"] {
        bench.spoilt(
            |request, body| {
                let mut body = body.clone();
                body[key] = json!("the member's value");
                request.json(&body)
            },
            |answer, _| {
                let pointer = format!("/{}", key.replace('~', "~0").replace('/', "~1"));
                let answer = answer.invalid(&[&pointer]);
                assert!(!answer.body().contains("the member's value"));
            },
        );
    }
    bench.good();
}

#[test]
fn members_of_another_type_are_refused() {
    let bench = Bench::new();
    for wrong in [json!(7), json!(true), json!(["x"]), json!(null)] {
        bench.spoilt(
            |request, body| {
                let mut body = body.clone();
                body.as_object_mut().unwrap().values_mut().for_each(|value| *value = wrong.clone());
                request.json(&body)
            },
            |answer, name| {
                let answer = answer.refused(422, "validation_failed");
                assert!(!answer.places().is_empty(), "{name}");
            },
        );
    }
    bench.good();
}

#[test]
fn members_that_are_missing_are_told() {
    let server = TestServer::start();
    for (request, name, body) in routes(&server) {
        let mut wanted: Vec<String> = body.as_object().unwrap().keys().map(|key| format!("/{key}")).collect();
        wanted.sort();
        // A patch of nothing is one; whether the current password is needed, only the operation knows.
        wanted.retain(|pointer| !name.starts_with("PATCH") && pointer != "/current_password");
        let answer = request.json(&json!({})).send();
        if wanted.is_empty() {
            answer.is(200);
        } else {
            assert_eq!(answer.refused(422, "validation_failed").places(), wanted, "{name}");
        }
    }
}

#[test]
fn a_nul_is_refused_in_any_string() {
    let server = TestServer::start();
    let alice = server.user("alice");
    for (data, place) in [
        (json!({"a": "x\u{0}y"}), "/data/a"),
        (json!({"a": [1, {"b": "\u{0}"}]}), "/data/a/1/b"),
        (json!({"a": {"b\u{0}": 1}}), "/data/a/b\u{0}"),
        (json!({"\u{0}": 1}), "/data/\u{0}"),
    ] {
        for method in ["PUT", "PATCH"] {
            alice.request(method, "/user/me").json(&json!({"data": data})).send().invalid(&[place]);
        }
        let body = json!({"username": "carl", "password": "a plum for carl, 7", "data": data});
        server.anonymous().post("/user", body).invalid(&[place]);
    }
    let ada = server.admin("ada");
    server
        .anonymous()
        .post("/user", json!({"username": "c\u{0}", "password": "a plum for carl, 7"}))
        .invalid(&["/username"]);
    server
        .anonymous()
        .post("/auth", json!({"username": "c\u{0}", "password": "a plum for carl, 7"}))
        .invalid(&["/username"]);
    ada.put("/user/alice/role", json!({"role": "reader\u{0}"})).invalid(&["/role"]);
    assert_eq!(alice.get("/user/me").json()["data"], json!({}));
}
