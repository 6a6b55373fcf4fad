//! The recipes of docs/proxies.md: each is given to the real program, in front of the real server, and asked by curl over
//! HTTPS, from an address of its own.

mod asked;
mod running;

use std::net::TcpListener;

use serde_json::json;
use tests::ServerProcess;

use self::asked::Curl;
use self::running::{NAME, Recipe, Running};

/// Where the client of these tests comes from.
const CLIENT: &str = "127.0.0.5";

fn server(folder: &std::path::Path) -> ServerProcess {
    let environment = [
        ("USERSTORE_LOG_LEVEL", "info"),
        ("USERSTORE_LOG_FORMAT", "json"),
        ("USERSTORE_SERVER_TRUSTED_PROXIES", "127.0.0.1"),
    ];
    ServerProcess::with(&folder.join("users.db"), environment)
}

fn is_a_good_front(recipe: Recipe) {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path());
    let proxy = Running::start(recipe, server.client().address());
    let curl = Curl::of(&proxy, CLIENT);
    let forged = ["X-Forwarded-For: 192.0.2.66", "Forwarded: for=192.0.2.66", "X-Real-IP: 192.0.2.66"];

    let signup = json!({"username": "alice", "password": "correct horse battery"});
    assert_eq!(curl.post("/user", &signup, &forged).status, 201);
    let signed_in = curl.post("/auth", &signup, &forged);
    assert_eq!(signed_in.status, 200);
    let token = format!("Authorization: Bearer {}", signed_in.json()["token"].as_str().unwrap());

    // Whatever a client says, it is known by its own address.
    let session = curl.get("/auth", &[&token]);
    assert_eq!((session.status, &session.json()["ip"]), (200, &json!(CLIENT)));
    let log = server.output();
    assert!(!log.contains("192.0.2.66"), "{log}");
    assert!(log.contains(CLIENT), "{log}");

    // What the server says arrives as it was said.
    let home = curl.get("/", &[&token, "X-Request-Id: from-afar"]);
    assert_eq!((home.status, home.header("x-request-id")), (200, Some("from-afar")));
    assert_eq!(home.json()["username"], "alice");
    assert!(home.header("etag").is_some_and(|tag| tag.starts_with('"')), "{home:?}");
    let unchanged = curl.get("/user/me", &[&token, &format!("If-None-Match: {}", home.header("etag").unwrap())]);
    assert_eq!(unchanged.status, 304);
    for (answer, status, code) in [
        (curl.get("/user/me", &[]), 401, "unauthenticated"),
        (curl.get("/nowhere", &[]), 404, "not_found"),
        (curl.ask("PROPFIND", "/user/me", &[], None), 405, "method_not_allowed"),
        (curl.post("/user", &json!({"username": "x".repeat(70_000)}), &[]), 413, "payload_too_large"),
    ] {
        assert_eq!((answer.status, &answer.json()["code"]), (status, &json!(code)));
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    }

    // What is for neighbours is not for the world.
    for path in ["/metrics", "/metrics/", "/%6detrics", "/metric%73"] {
        assert_eq!(curl.get(path, &[]).status, 404);
    }
    assert_eq!(curl.ask("DELETE", "/auth", &[&token], None).status, 204);
    assert_eq!(curl.get("/auth", &[&token]).status, 401);
}

fn tells_of_a_server_that_is_away(recipe: Recipe) {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let proxy = Running::start(recipe, nobody);
    let answer = Curl::of(&proxy, CLIENT).get("/", &[]);
    assert!([502, 503].contains(&answer.status), "{answer:?}");
}

#[test]
#[cfg_attr(not(all(has_nginx, has_curl)), ignore = "needs nginx and curl")]
fn nginx() {
    is_a_good_front(Recipe::Nginx);
    tells_of_a_server_that_is_away(Recipe::Nginx);
}

#[test]
#[cfg_attr(not(all(has_caddy, has_curl)), ignore = "needs caddy and curl")]
fn caddy() {
    is_a_good_front(Recipe::Caddy);
    tells_of_a_server_that_is_away(Recipe::Caddy);
}

#[test]
#[cfg_attr(not(all(has_haproxy, has_curl)), ignore = "needs haproxy and curl")]
fn haproxy() {
    is_a_good_front(Recipe::HaProxy);
    tells_of_a_server_that_is_away(Recipe::HaProxy);
}

#[test]
fn the_page_names_what_the_tests_are_for() {
    for recipe in [Recipe::Nginx, Recipe::Caddy, Recipe::HaProxy] {
        assert!(recipe.text().contains("127.0.0.1:8000"), "{recipe:?}");
    }
    assert!(Recipe::Nginx.text().contains(NAME));
}
