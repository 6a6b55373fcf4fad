//! What is refused before anything is looked up, alike on every backend.

use serde_json::{Value, json};
use tests::{Persona, Request};

use super::Scene;

/// What needs a session, or an access token for members: method, path, and a body that would do.
const NEED_A_TOKEN: [(&str, &str, Option<&str>); 18] = [
    ("GET", "/auth", None),
    ("DELETE", "/auth", None),
    ("GET", "/users", None),
    ("GET", "/user/refused.alice", None),
    ("PUT", "/user/refused.alice", Some(r#"{"data": {}}"#)),
    ("PATCH", "/user/refused.alice", Some(r#"{"data": {}}"#)),
    ("DELETE", "/user/refused.alice", None),
    ("PUT", "/user/refused.alice/password", Some(r#"{"new_password": "another plum, 8"}"#)),
    ("PUT", "/user/refused.alice/role", Some(r#"{"role": "reader"}"#)),
    ("PUT", "/user/refused.alice/status", Some(r#"{"status": "active"}"#)),
    ("GET", "/user/refused.alice/sessions", None),
    ("DELETE", "/user/refused.alice/sessions", None),
    ("DELETE", "/user/refused.alice/sessions/0198d2f0-0000-7000-8000-00000000abcd", None),
    ("GET", "/members", None),
    ("POST", "/members", Some(r#"{"name": "refused"}"#)),
    ("GET", "/members/1700", None),
    ("PUT", "/members/1700", Some(r#"{"name": "refused"}"#)),
    ("DELETE", "/members/1700", None),
];

/// What anyone may send: path and body.
const NEED_NONE: [(&str, &str); 3] = [
    ("/user", r#"{"username": "refused.bob", "password": "a plum for bob, 7"}"#),
    ("/auth", r#"{"username": "refused.alice", "password": "a plum for refused.alice, 7"}"#),
    ("/login", r#"{"username": "refused.alice", "password": "a plum for refused.alice, 7"}"#),
];

fn filled(request: Request, body: Option<&str>) -> Request {
    match body {
        Some(body) => request.text("application/json", body),
        None => request,
    }
}

pub(super) fn of_tokens(scene: &Scene) {
    let _alice = scene.user("refused.alice");
    let other = scene.user("refused.other");
    let over = other.signed_in();
    over.delete("/auth").is(204);
    let foreign = "eyJhbGciOiJFZERTQSIsImtpZCI6IngifQ.eyJzdWIiOiJ4In0.AAAA";
    for (method, target, body) in NEED_A_TOKEN {
        let send = |persona: &Persona| filled(persona.request(method, target), body).send();
        let nobody = scene.nobody();
        for persona in [&nobody, &nobody.with_token("ust_nonsense"), &nobody.with_token(foreign), &over] {
            send(persona).refused(401, "unauthenticated");
        }
        let twice = filled(scene.root.request(method, target).token(Some(scene.root.token())), body).send();
        twice.refused(400, "malformed_request");
        if target != "/auth" {
            send(&other).refused(403, "forbidden");
        }
    }
    // An admin's session counts at `POST /user`, and no other token does.
    let twice = scene.root.request("POST", "/user").token(Some(scene.root.token()));
    twice.text("application/json", NEED_NONE[0].1).send().refused(400, "malformed_request");
    let home = scene.root.request("GET", "/").token(Some(scene.root.token())).send().is(200);
    assert_eq!(home.json(), json!({"message": "Hello World"}));
}

pub(super) fn of_bodies(scene: &Scene) {
    let with_a_body = NEED_A_TOKEN.iter().filter_map(|(method, target, body)| Some((*method, *target, (*body)?)));
    for (method, target, body) in with_a_body.chain(NEED_NONE.iter().map(|(target, body)| ("POST", *target, *body))) {
        let request = || scene.root.request(method, target);
        let json = |text: &str| request().text("application/json", text).send();
        let mut more: Value = serde_json::from_str(body).unwrap();
        more["mo're"] = json!(1);
        json(&more.to_string()).invalid(&["/mo're"]);
        for text in ["", "{", "[]", "7", r#"{"a": 1, "a": 2}"#, "{} {}", "{\"a\": \"\u{1}\"}"] {
            json(text).refused(400, "malformed_json");
        }
        request().bytes(body).send().refused(415, "unsupported_media_type");
        request().text("text/plain", body).send().refused(415, "unsupported_media_type");
        json(&format!("{{\"a\": \"{}\"}}", "x".repeat(64 * 1024))).refused(413, "payload_too_large");
    }
}

pub(super) fn of_paths_and_methods(scene: &Scene) {
    let root = &scene.root;
    for target in ["/nowhere", "/user", "/members/07", "/members/+7", "/members/0", "/members/x", "/user/a/b"] {
        let answer = root.get(target);
        assert!(matches!(answer.status(), 404 | 405), "{answer:?}");
    }
    root.get("/members/07").refused(404, "not_found");
    root.put("/members/07", json!({"name": "refused"})).refused(404, "not_found");
    root.delete("/members/07").refused(404, "not_found");
    root.delete("/user/me/sessions/7").refused(404, "not_found");
    for (method, target) in [("POST", "/users"), ("PATCH", "/members/7"), ("PUT", "/auth"), ("DELETE", "/")] {
        root.request(method, target).send().refused(405, "method_not_allowed");
    }
    for target in ["/", "/user/me", "/members", "/auth", "/users"] {
        let allowed = root.request("OPTIONS", target).send().is(204);
        assert!(allowed.header("Allow").unwrap().contains("GET"));
        let (head, get) = (root.request("HEAD", target).send().is(200), root.get(target).is(200));
        assert_eq!(head.header("Content-Length"), get.header("Content-Length"), "{target}");
        assert_eq!(head.header("ETag"), get.header("ETag"), "{target}");
    }
    scene.nobody().get("/healthz").is(200);
    scene.nobody().get("/readyz").is(200);
    scene.nobody().get("/metrics").is(200);
    scene.nobody().get("/openapi.json").is(200);
    scene.nobody().get("/docs").is(200);
    scene.nobody().get("/docs/start.js").is(200);
    scene.nobody().get("/docs/nothing").refused(404, "not_found");
    scene.nobody().get("/problems/not_found").is(200);
    scene.nobody().get("/problems/nothing").refused(404, "not_found");
    // What can be in no name is nobody's name.
    for name in ["%00", "a%2Fb", "%FF", "nobody%20here", "%F0%9F%98%80"] {
        let answer = root.get(&format!("/user/{name}"));
        assert!(matches!(answer.status(), 400 | 404), "{answer:?}");
    }
    for name in ["'%20OR%20'1'='1", "refused.alice'--", "%25", "_"] {
        root.get(&format!("/user/{name}")).refused(404, "not_found");
    }
    root.get("/user/refused.bob").refused(404, "not_found");
    root.get("/members/1700").refused(404, "not_found");
}
