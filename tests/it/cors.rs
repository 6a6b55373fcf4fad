//! What pages of other origins may do: nothing, unless a setting names their origin. And what keeps browsers from doing
//! anything else with an answer.

use tests::{Answer, Request, ServerProcess, TestServer};
use userstore_core::config::Origins;

const APP: &str = "https://app.example.org";

/// Origins that are none of those in the settings.
const OTHERS: &[&str] = &[
    "https://evil.example",
    "https://app.example.org.evil.example",
    "http://app.example.org",
    "https://app.example.org:8443",
    "https://APP.example.org",
    "null",
    "*",
    "",
];

fn server() -> TestServer {
    TestServer::with(|settings| {
        settings.server.cors_origins = Origins::parse([APP, "http://localhost:3000"]).unwrap();
    })
}

fn allowed(answer: &Answer) -> Option<&str> {
    answer.header("Access-Control-Allow-Origin")
}

fn preflight(server: &TestServer, target: &str) -> Request {
    server.request("OPTIONS", target).header("Access-Control-Request-Method", "PUT")
}

/// Asserts that no page of another origin may do anything with an answer.
#[track_caller]
fn is_for_nobody_else(answer: &Answer) {
    for (name, _) in answer.lasting_headers() {
        assert!(!name.starts_with("access-control-"), "{answer:?}");
    }
}

#[test]
fn a_page_of_an_origin_in_the_settings_may_read_answers() {
    let server = server();
    let alice = server.user("alice");
    for origin in [APP, "http://localhost:3000"] {
        let answers = [
            alice.request("GET", "/user/me").header("Origin", origin).send_unchecked().is(200),
            alice.request("GET", "/user/bob").header("Origin", origin).send_unchecked().refused(403, "forbidden"),
            server.request("GET", "/nowhere").header("Origin", origin).send_unchecked().refused(404, "not_found"),
            server
                .request("POST", "/auth")
                .header("Origin", origin)
                .send_unchecked()
                .refused(415, "unsupported_media_type"),
            server.request("PUT", "/auth").header("Origin", origin).send_unchecked().refused(405, "method_not_allowed"),
            server.request("GET", "//").header("Origin", origin).send_unchecked().refused(404, "not_found"),
        ];
        for answer in answers {
            assert_eq!(allowed(&answer), Some(origin), "{answer:?}");
            assert_eq!(answer.header("Vary"), Some("Origin"), "{answer:?}");
            let shown = answer.header("Access-Control-Expose-Headers").unwrap();
            for name in ["etag", "link", "location", "retry-after", "ratelimit", "x-request-id", "www-authenticate"] {
                assert!(shown.split(", ").any(|shown| shown == name), "{answer:?}");
            }
            assert_eq!(answer.header("Access-Control-Allow-Credentials"), None, "{answer:?}");
            assert_eq!(answer.header("Access-Control-Allow-Methods"), None, "{answer:?}");
            answer.check_security();
        }
    }
    let bytes =
        format!("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nOrigin: {APP}\r\nAuthorization: \u{e9}\r\n\r\n");
    let latin: Vec<u8> = bytes.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let refused = Answer::read("GET", "/", &server.client().raw(&latin)).refused(400, "malformed_request");
    assert_eq!(allowed(&refused), Some(APP));
}

#[test]
fn a_preflight_tells_the_methods_of_the_path() {
    let server = server();
    for (target, methods) in [
        ("/user/alice", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"),
        ("/auth", "GET, HEAD, POST, DELETE, OPTIONS"),
        ("/members/7", "GET, HEAD, PUT, DELETE, OPTIONS"),
        ("/login", "POST, OPTIONS"),
    ] {
        let answer = preflight(&server, target).header("Origin", APP).send_unchecked().is(204);
        assert_eq!(allowed(&answer), Some(APP));
        assert_eq!(answer.header("Access-Control-Allow-Methods"), Some(methods), "{target}");
        assert_eq!(answer.header("Allow"), Some(methods), "{target}");
        let taken = answer.header("Access-Control-Allow-Headers").unwrap();
        for name in ["authorization", "content-type", "if-match", "if-none-match", "x-request-id", "traceparent"] {
            assert!(taken.split(", ").any(|taken| taken == name), "{answer:?}");
        }
        assert!(answer.header("Access-Control-Max-Age").is_some_and(|age| age.parse::<u32>().unwrap() >= 60));
        assert_eq!(answer.header("Access-Control-Allow-Credentials"), None);
        assert_eq!(answer.header("Vary"), Some("Origin"));
        answer.check_security();
    }
    let unknown = preflight(&server, "/nowhere").header("Origin", APP).send_unchecked().refused(404, "not_found");
    assert_eq!(unknown.header("Access-Control-Allow-Methods"), None);
}

#[test]
fn nobody_else_may_anything() {
    let server = server();
    let alice = server.user("alice");
    for origin in OTHERS {
        for answer in [
            alice.request("GET", "/user/me").header("Origin", origin).send_unchecked().is(200),
            preflight(&server, "/user/alice").header("Origin", origin).send_unchecked().is(204),
        ] {
            is_for_nobody_else(&answer);
            // A cache must not give it to the page that may.
            assert_eq!(answer.header("Vary"), Some("Origin"), "{answer:?}");
        }
    }
    for answer in [
        server.request("GET", "/").send_unchecked().is(200),
        server.request("GET", "/").header("Origin", APP).header("Origin", APP).send_unchecked().is(200),
    ] {
        is_for_nobody_else(&answer);
        assert_eq!(answer.header("Vary"), Some("Origin"), "{answer:?}");
    }
    let both = server.request("GET", "/problems/forbidden").send_unchecked().is(200);
    assert_eq!(both.header("Vary"), Some("Accept, Origin"));
    let unread = Answer::read("GET", "/", &server.client().raw(b"GET / canary\r\n\r\n"));
    assert_eq!(unread.header("Vary"), Some("Origin"));
    unread.check_security();
}

#[test]
fn without_origins_in_the_settings_there_is_no_such_header() {
    let server = TestServer::start();
    for target in ["/", "/auth", "/nowhere"] {
        for method in ["GET", "OPTIONS"] {
            let request = server.request(method, target).header("Origin", APP);
            // That there is no CORS header, every answer is checked for.
            let answer = request.header("Access-Control-Request-Method", "GET").send();
            assert_eq!(answer.header("Vary"), None, "{answer:?}");
        }
    }
}

/// The program, by its settings.
#[test]
fn origins_come_from_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("users.db");
    let origins = format!("http://localhost:3000, {APP}");
    let server = ServerProcess::with(&database, [("USERSTORE_SERVER_CORS_ORIGINS", origins.as_str())]);
    let answer = server.client().request("GET", "/").header("Origin", APP).send_unchecked().is(200);
    assert_eq!(allowed(&answer), Some(APP));
}

/// Over clear text nobody could keep the promise.
#[test]
fn who_does_not_serve_tls_promises_none() {
    let server = TestServer::start();
    assert_eq!(server.get("/").is(200).header("Strict-Transport-Security"), None);
}

/// Rocket may listen by itself: its answers are as strict.
#[test]
fn answers_are_as_strict_without_the_front() {
    use rocket::local::asynchronous::Client;

    let server = TestServer::start();
    server.run(async {
        let client = Client::untracked(userstore_server::rocket(server.store().clone())).await.unwrap();
        for target in ["/", "/nowhere", "/docs"] {
            let answer = client.get(target).dispatch().await;
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "no-referrer"),
                ("cross-origin-resource-policy", "same-origin"),
                ("x-frame-options", "DENY"),
            ] {
                assert_eq!(answer.headers().get_one(name), Some(value), "{target}");
            }
            assert_eq!(answer.headers().get("content-security-policy").count(), 1, "{target}");
        }
    });
}
