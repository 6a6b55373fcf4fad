//! What a request's headers do: its id, its token, and what comes back besides the body.

use serde_json::json;
use tests::{Answer, TestServer};

#[test]
fn a_request_id_is_echoed() {
    let server = TestServer::start();
    let alice = server.user("alice");
    for id in ["x", "!~", "0198d2f0-0000-7000-8000-00000000abcd", "\"quoted\"", "a,b;c=d", &"y".repeat(128)] {
        for target in ["/", "/user/me", "/user/bob", "/nowhere", "/users?limit=0"] {
            let answer = alice.request("GET", target).header("X-Request-Id", id).send();
            assert_eq!(answer.header("X-Request-Id"), Some(id));
        }
    }
}

#[test]
fn a_request_id_is_made_where_none_fits() {
    let server = TestServer::start();
    let mut made = Vec::new();
    for id in ["", "a b", "a\tb", "é", &"y".repeat(129)] {
        for target in ["/", "/nowhere"] {
            let answer = server.request("GET", target).header("X-Request-Id", id).send();
            made.push(answer.header("X-Request-Id").unwrap().to_owned());
        }
    }
    for target in ["/", "/nowhere", "/user/me"] {
        made.push(server.get(target).header("X-Request-Id").unwrap().to_owned());
    }
    let all = made.len();
    made.sort();
    made.dedup();
    assert_eq!(made.len(), all, "each request has an id of its own: {made:?}");
}

#[test]
fn the_scheme_is_bearer_in_any_case() {
    let server = TestServer::start();
    let alice = server.user("alice");
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        let value = format!("{scheme} {}", alice.token());
        server.request("GET", "/user/me").header("Authorization", &value).send().is(200);
        server.request("GET", "/user/me").header("authorization", &value).send().is(200);
    }
    for scheme in ["Basic", "Token", "Bear", "Bearer:", ""] {
        let value = format!("{scheme} {}", alice.token());
        let request = server.request("GET", "/user/me").header("Authorization", &value);
        request.send().refused(401, "unauthenticated");
    }
}

#[test]
fn two_tokens_are_one_too_many() {
    let server = TestServer::start();
    let (ada, alice) = (server.admin("ada"), server.user("alice"));
    let sign_up = json!({"username": "carl", "password": "a plum for carl, 7"});
    for second in [alice.token(), ada.token(), "nonsense"] {
        for (method, target, body) in [
            ("GET", "/user/me", None),
            ("GET", "/auth", None),
            ("DELETE", "/auth", None),
            ("DELETE", "/user/me", None),
            ("PUT", "/user/me", Some(json!({"data": {}}))),
            ("GET", "/users", None),
            ("POST", "/user", Some(sign_up.clone())),
        ] {
            let request = alice.request(method, target).token(Some(second));
            let request = if let Some(body) = body { request.json(&body) } else { request };
            request.send().refused(400, "malformed_request");
        }
    }
    assert!(alice.is_in() && ada.is_in());
    ada.get("/user/carl").refused(404, "not_found");
}

#[test]
fn a_token_elsewhere_is_ignored() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let token = alice.token();
    for target in ["/user/me", "/auth"] {
        let refused = |answer: Answer| {
            let answer = answer.refused(401, "unauthenticated");
            assert_eq!(answer.header("WWW-Authenticate"), Some("Bearer realm=\"userstore\""));
        };
        for name in ["access_token", "token", "authorization", "bearer"] {
            refused(server.get(&format!("{target}?{name}={token}")));
            refused(server.request("GET", target).header("Cookie", &format!("{name}={token}")).send());
        }
        refused(server.request("GET", target).header("Cookie", &format!("Authorization=Bearer {token}")).send());
        for name in ["X-Authorization", "Proxy-Authorization", "X-Auth-Token", "X-Access-Token"] {
            refused(server.request("GET", target).header(name, &format!("Bearer {token}")).send());
        }
    }
    let form =
        server.request("PUT", "/user/me").text("application/x-www-form-urlencoded", format!("access_token={token}"));
    assert!(matches!(form.send().status(), 401 | 415));
    assert!(alice.is_in());
}

#[test]
fn a_challenge_says_whether_a_token_was_refused() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let ended = alice.signed_in();
    ended.delete("/auth").is(204);
    let missing = server.get("/user/me").refused(401, "unauthenticated");
    assert_eq!(missing.header("WWW-Authenticate"), Some("Bearer realm=\"userstore\""));
    for token in [ended.token(), "nonsense", "ust_", &format!("{}x", alice.token())] {
        let answer = alice.with_token(token).get("/user/me").refused(401, "unauthenticated");
        assert_eq!(answer.header("WWW-Authenticate"), Some("Bearer realm=\"userstore\", error=\"invalid_token\""));
    }
    let wrong = alice.with_password("a wrong plum, 7").sign_in().refused(401, "invalid_credentials");
    assert_eq!(wrong.header("WWW-Authenticate"), Some("Bearer realm=\"userstore\""));
}

/// Wherever a token or a user is in the answer; a refusal shows neither.
#[test]
fn nothing_personal_is_kept_by_caches() {
    let server = TestServer::start();
    let ada = server.admin("ada");
    let tag = ada.get("/user/me").etag();
    let kept = |answer: Answer| assert_eq!(answer.header("Cache-Control"), Some("no-store"), "{answer:?}");
    kept(ada.sign_in().is(200));
    kept(ada.post("/user", json!({"username": "bob", "password": "a plum for bob, 7"})).is(201));
    for target in ["/", "/user/me", "/user/bob", "/users"] {
        kept(ada.get(target).is(200));
        kept(ada.request("HEAD", target).send().is(200));
    }
    kept(ada.put("/user/me", json!({"data": {"a": 1}})).is(200));
    kept(ada.patch("/user/me", json!({"data": {"a": null}})).is(200));
    kept(ada.put("/user/bob/role", json!({"role": "editor"})).is(200));
    kept(ada.put("/user/bob/status", json!({"status": "blocked"})).is(200));
    assert_ne!(ada.get("/user/me").etag(), tag);
}

#[test]
fn an_origin_is_told_nothing() {
    let server = TestServer::start();
    let alice = server.user("alice");
    for method in ["GET", "OPTIONS"] {
        let request = alice.request(method, "/user/me").header("Origin", "https://example.org");
        let request = request.header("Access-Control-Request-Method", "DELETE");
        // That there is no CORS header, every answer is checked for.
        assert!(request.send().status() < 300);
    }
}
