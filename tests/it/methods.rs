//! The method comes from the request line alone.

use serde_json::json;
use tests::TestServer;

use crate::routes::{example, routes};

/// What `Allow` has to say for a path with these methods.
fn allowed(methods: &[String]) -> Vec<String> {
    let mut allowed: Vec<String> = methods.to_vec();
    if allowed.iter().any(|method| method == "GET") {
        allowed.push("HEAD".to_owned());
    }
    allowed.push("OPTIONS".to_owned());
    allowed.sort();
    allowed
}

fn listed(allow: Option<&str>) -> Vec<String> {
    let mut methods: Vec<String> =
        allow.unwrap_or_default().split(',').map(|method| method.trim().to_owned()).collect();
    methods.sort();
    methods
}

#[test]
fn a_method_that_is_not_known_at_a_path_is_405() {
    let server = TestServer::start();
    let alice = server.user("alice");
    for (path, methods) in routes() {
        let (target, wanted) = (example(&path), allowed(&methods));
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"] {
            if !methods.iter().any(|known| known == method) {
                for request in [
                    server.request(method, &target),
                    alice.request(method, &target),
                    alice.request(method, &target).json(&json!({"data": {}})),
                    alice.request(method, &target).bytes("text"),
                ] {
                    let answer = request.send().refused(405, "method_not_allowed");
                    assert_eq!(listed(answer.header("Allow")), wanted, "{method} {target}");
                }
            }
        }
    }
    assert!(alice.is_in());
}

#[test]
fn options_are_told() {
    let server = TestServer::start();
    for (path, methods) in routes() {
        let answer = server.request("OPTIONS", &example(&path)).send().is(204);
        assert_eq!(listed(answer.header("Allow")), allowed(&methods), "{path}");
    }
    server.request("OPTIONS", "/nowhere").send().refused(404, "not_found");
}

#[test]
fn head_answers_as_get_without_the_body() {
    let server = TestServer::start();
    let ada = server.admin("ada");
    for (path, methods) in routes() {
        if methods.iter().any(|method| method == "GET") {
            let target = example(&path);
            for persona in [&ada, &server.anonymous()] {
                let (head, get) = (persona.request("HEAD", &target).send(), persona.get(&target));
                assert_eq!(head.status(), get.status(), "{target}");
                let length =
                    |header: &(String, String)| header.0 != "content-length" && header.0 != "transfer-encoding";
                let mut headers = [head.lasting_headers(), get.lasting_headers()];
                for headers in &mut headers {
                    headers.retain(length);
                }
                assert_eq!(headers[0], headers[1], "{target}");
                // The metrics count the request before.
                if let Some(length) = head.header("Content-Length").filter(|_| path != "/metrics") {
                    assert_eq!(length, get.bytes().len().to_string(), "{target}");
                }
            }
        }
    }
    let tag = ada.get("/user/me").etag();
    ada.request("HEAD", "/user/me").header("If-None-Match", &tag).send().is(304);
    ada.request("HEAD", "/nowhere").send().is(404);
}

#[test]
fn a_form_cannot_override_the_method() {
    let server = TestServer::start();
    let (ada, alice) = (server.admin("ada"), server.user("alice"));
    let tag = alice.get("/user/me").etag();
    let form = "application/x-www-form-urlencoded";
    for method in ["delete", "DELETE", "put", "PATCH", "get"] {
        for target in ["/user/me", "/user/alice", "/auth", "/user/me/sessions", "/user", "/users", "/"] {
            for body in [format!("_method={method}"), format!("_method={method}&data=%7B%7D")] {
                for content_type in [form, "application/x-www-form-urlencoded; charset=utf-8"] {
                    let answer = alice.request("POST", target).text(content_type, body.clone()).send();
                    answer.refused(415, "unsupported_media_type");
                }
            }
            let multipart =
                format!("--x\r\nContent-Disposition: form-data; name=\"_method\"\r\n\r\n{method}\r\n--x--\r\n");
            let answer = alice.request("POST", target).text("multipart/form-data; boundary=x", multipart).send();
            assert!(matches!(answer.status(), 405 | 415), "{answer:?}");
        }
    }
    assert!(alice.is_in());
    assert_eq!(ada.get("/user/alice").is(200).etag(), tag);
}

#[test]
fn neither_can_a_header_or_a_query() {
    let server = TestServer::start();
    let alice = server.user("alice");
    for header in ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"] {
        let request = alice.request("POST", "/user/me").header(header, "DELETE").json(&json!({"data": {}}));
        request.send().refused(405, "method_not_allowed");
        alice.request("GET", "/user/me").header(header, "DELETE").send().is(200);
        alice.request("GET", "/auth").header(header, "DELETE").send().is(200);
    }
    alice.request("POST", "/user/me?_method=DELETE").json(&json!({})).send().refused(405, "method_not_allowed");
    alice.get("/auth?_method=DELETE").is(200);
    assert!(alice.is_in());
}

#[test]
fn a_method_that_nobody_knows_is_405_as_any_other() {
    let server = TestServer::start();
    let alice = server.user("alice");
    for method in ["BREW", "get", "PROPFIND", "DELETE2"] {
        for (path, methods) in routes() {
            let target = example(&path);
            for target in [target.clone(), format!("{target}?x=1")] {
                let answer = alice.request(method, &target).send().refused(405, "method_not_allowed");
                assert_eq!(listed(answer.header("Allow")), allowed(&methods), "{method} {target}");
            }
        }
        alice.request(method, "/nowhere").send().refused(404, "not_found");
    }
    assert!(alice.is_in());
}
