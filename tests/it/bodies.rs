//! Bodies: one JSON object, strictly, or a refusal that changes nothing.

use serde_json::{Value, json};
use tests::{Answer, Persona, Request, TestServer};
use userstore_core::Role;

const MAX_BYTES: usize = 64 * 1024;

/// Every route that takes a body, and one that it would accept. None of them ends a session of those who ask.
fn routes(server: &TestServer) -> Vec<(Request, String, Value)> {
    let (ada, alice) = (server.admin("ada"), server.user("alice"));
    let _bob = server.account("bob", Role::User, "{}");
    let own = json!({"current_password": alice.password(), "new_password": alice.password()});
    let route = |persona: &Persona, method: &str, target: &str, body: Value| {
        (persona.request(method, target), format!("{method} {target}"), body)
    };
    vec![
        route(&server.anonymous(), "POST", "/user", json!({"username": "carl", "password": "a plum for carl, 7"})),
        route(&ada, "POST", "/user", json!({"username": "dora", "password": "a plum for dora, 7"})),
        route(&alice, "PUT", "/user/me", json!({"data": {"a": 1}})),
        route(&alice, "PATCH", "/user/me", json!({"data": {"b": 1}})),
        route(&alice, "PUT", "/user/me/password", own),
        route(&ada, "PUT", "/user/bob/password", json!({"new_password": "another plum, 8"})),
        route(&ada, "PUT", "/user/bob/role", json!({"role": "reader"})),
        route(&ada, "PUT", "/user/bob/status", json!({"status": "blocked"})),
        route(&server.anonymous(), "POST", "/auth", alice.credentials()),
    ]
}

/// What is there to see of all users.
fn everything(server: &TestServer) -> String {
    let operator = server.store().operator();
    let page = userstore_core::PageRequest::first();
    let users = server.run(operator.list_users(&userstore_core::UserFilter::default(), page)).unwrap();
    serde_json::to_string(&users.items).unwrap()
}

/// A server, with a good request for each route that takes a body.
struct Bench {
    server: TestServer,
    routes: Vec<(Request, String, Value)>,
    before: String,
}

impl Bench {
    fn new() -> Self {
        let server = TestServer::start();
        let routes = routes(&server);
        let before = everything(&server);
        Self { server, routes, before }
    }

    /// Sends to each route what `spoil` makes of its request and good body, and sees that nothing has come of it.
    fn spoilt(&self, spoil: impl Fn(Request, &Value) -> Request, check: impl Fn(Answer, &str)) {
        for (request, name, body) in &self.routes {
            check(spoil(request.clone(), body).send(), name);
            assert_eq!(everything(&self.server), self.before, "{name} has changed something");
        }
    }

    /// Sends the good requests as they are: nothing was wrong with them but what was spoilt.
    fn good(self) {
        for (request, name, body) in &self.routes {
            let answer = request.clone().json(body).send();
            assert!(answer.status() < 300, "{name}: {answer:?}");
        }
    }
}

#[test]
fn the_type_has_to_be_said() {
    let bench = Bench::new();
    bench.spoilt(
        |request, body| request.bytes(body.to_string()),
        |answer, _| {
            answer.refused(415, "unsupported_media_type");
        },
    );
    bench.good();
}

#[test]
fn other_types_are_refused() {
    let bench = Bench::new();
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "*/*",
        "json",
        "",
        "application/xml",
        "text/json",
    ] {
        bench.spoilt(
            |request, body| request.text(content_type, body.to_string()),
            |answer, name| {
                assert_eq!(answer.status(), 415, "{content_type:?} {name}: {answer:?}");
            },
        );
    }
    bench.spoilt(
        |request, body| request.header("Content-Encoding", "gzip").json(body),
        |answer, name| {
            assert!(matches!(answer.status(), 400 | 415), "{name}: {answer:?}");
        },
    );
    bench.good();
}

#[test]
fn a_merge_patch_is_for_patch() {
    let bench = Bench::new();
    bench.spoilt(
        |request, body| {
            request.text(
                "application/merge-patch+json",
                if body["data"]["b"] == 1 { "[]".to_owned() } else { body.to_string() },
            )
        },
        |answer, name| {
            assert_eq!(answer.status(), if name.starts_with("PATCH") { 400 } else { 415 }, "{name}");
        },
    );
    bench.good();
}

#[test]
fn parameters_of_the_type_are_allowed() {
    let server = TestServer::start();
    for content_type in [
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "Application/JSON",
        "application/json; x=\"y\"",
    ] {
        let alice = server.user(&format!("alice{}", content_type.len()));
        for method in ["PUT", "PATCH"] {
            alice.request(method, "/user/me").text(content_type, r#"{"data":{}}"#).send().is(200);
        }
    }
}

#[test]
fn it_has_to_be_one_object() {
    let bench = Bench::new();
    for text in [
        "",
        " ",
        "[]",
        "[{}]",
        "null",
        "true",
        "1",
        "\"{}\"",
        "{",
        "{}}",
        "{} {}",
        "{},",
        "{}x",
        "{'a':1}",
        "{a:1}",
        "{\"a\":1,}",
        "\u{feff}{}",
        "{\"a\":01}",
        "{\"a\":NaN}",
        "{\"a\":+1}",
        "// {}\n{}",
    ] {
        bench.spoilt(
            |request, _| request.text("application/json", text),
            |answer, name| {
                let answer = answer.refused(400, "malformed_json");
                assert!(text.len() < 4 || !answer.body().contains(text), "{name}: {answer:?}");
            },
        );
    }
    bench.spoilt(
        |request, body| request.text("application/json", format!("[{body}]")),
        |answer, _| {
            answer.refused(400, "malformed_json");
        },
    );
    bench.spoilt(
        |request, body| request.text("application/json", format!("{body} {body}")),
        |answer, _| {
            answer.refused(400, "malformed_json");
        },
    );
    bench.good();
}

/// The good body with one more member, which as such would be a 422: what is wrong with the text comes first.
fn with_member(body: &Value, member: &[u8]) -> Vec<u8> {
    let text = body.to_string();
    [&text.as_bytes()[..text.len() - 1], b",", member, b"}"].concat()
}

#[test]
fn text_that_is_no_json_is_refused_anywhere() {
    let bench = Bench::new();
    let (open, close) = (r#"{"a":"#, "}");
    let deep = format!("\"x\":{}1{}", open.repeat(127), close.repeat(127));
    let lists = format!("\"x\":{}{}", "[".repeat(127), "]".repeat(127));
    for member in [
        &b"\"x\":1,\"x\":1"[..],
        b"\"x\":{\"a\":1,\"a\":2}",
        b"\"x\":[[{\"a\":{\"b\":0,\"\\u0062\":0}}]]",
        b"\"x\":1e400",
        b"\"x\":[-1e999]",
        b"\"x\":\"\\ud800\"",
        b"\"x\":\"\xff\"",
        b"\"\xc3\":1",
        b"\"x\":\"\n\"",
        b"\"x\":\"\\x\"",
        b"\"x\":tru",
        b"x:1",
        deep.as_bytes(),
        lists.as_bytes(),
    ] {
        bench.spoilt(
            |request, body| request.text("application/json", with_member(body, member)),
            |answer, name| {
                assert_eq!(answer.status(), 400, "{name} {}: {answer:?}", String::from_utf8_lossy(member));
                answer.refused(400, "malformed_json");
            },
        );
    }
    bench.good();
}

#[test]
fn a_member_given_twice_is_refused() {
    let bench = Bench::new();
    bench.spoilt(
        |request, body| {
            let text = body.to_string();
            request.text("application/json", format!("{},{}", &text[..text.len() - 1], &text[1..]))
        },
        |answer, _| {
            answer.refused(400, "malformed_json");
        },
    );
    bench.good();
}

#[test]
fn nesting_is_read_to_127_levels() {
    let bench = Bench::new();
    bench.spoilt(
        |request, body| {
            // With the body itself, 127 levels: JSON, and a member that no route knows.
            let member = format!("\"x\":{}1{}", r#"{"a":"#.repeat(126), "}".repeat(126));
            request.text("application/json", with_member(body, member.as_bytes()))
        },
        |answer, _| {
            answer.invalid(&["/x"]);
        },
    );
    bench.good();
}

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

/// A body of this many bytes, white space included.
fn padded(body: &Value, bytes: usize) -> String {
    let text = body.to_string();
    let padding = " ".repeat(bytes - text.len());
    text + &padding
}

#[test]
fn sixty_four_kib_to_the_byte() {
    let bench = Bench::new();
    for chunked in [false, true] {
        let send = |request: Request| if chunked { request.chunked() } else { request };
        let large =
            |bytes| move |request: Request, body: &Value| send(request.text("application/json", padded(body, bytes)));
        for bytes in [MAX_BYTES + 1, MAX_BYTES + 10_000] {
            bench.spoilt(large(bytes), |answer, name| {
                assert_eq!(answer.status(), 413, "{name} {bytes} chunked: {chunked}: {answer:?}");
                answer.refused(413, "payload_too_large");
            });
        }
        let server = TestServer::start();
        for (request, name, body) in routes(&server) {
            let answer = send(request.text("application/json", padded(&body, MAX_BYTES))).send();
            assert!(answer.status() < 300, "{name}: {answer:?}");
        }
    }
    bench.good();
}

#[test]
fn a_body_far_too_large_is_refused_and_the_server_lives() {
    let server = TestServer::start();
    let alice = server.user("alice");
    for chunked in [false, true] {
        let request = alice.request("PUT", "/user/me").text("application/json", vec![b' '; 8 * 1024 * 1024]);
        let request = if chunked { request.chunked() } else { request };
        request.send().refused(413, "payload_too_large");
    }
    assert!(alice.is_in());
}

#[test]
fn a_body_where_none_is_asked_for_is_ignored() {
    let server = TestServer::start();
    let alice = server.user("alice");
    alice.request("GET", "/user/me").json(&json!({"data": {"a": 1}})).send().is(200);
    alice.request("DELETE", "/auth").text("application/json", "not JSON").send().is(204);
    assert!(!alice.is_in());
}
