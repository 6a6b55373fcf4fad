//! `GET /metrics`: what is counted, for whom, and what about it is written down.

pub(crate) mod documented;
mod readers;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::json;
use tests::{Answer, TestServer};
use userstore_core::Role;
use userstore_core::jwt::IssuerSettings;

/// The samples of a server, by name and labels as they are written.
struct Samples(BTreeMap<String, f64>);

impl Samples {
    fn of(server: &TestServer) -> Self {
        let text = text(server);
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        let read = |line: &str| {
            let (sample, value) = line.rsplit_once(' ').unwrap();
            (sample.to_owned(), value.parse().unwrap())
        };
        Self(samples.map(read).collect())
    }

    /// The value of a sample; 0 where there is none.
    fn get(&self, sample: &str) -> f64 {
        self.0.get(sample).copied().unwrap_or_default()
    }

    #[track_caller]
    fn has(&self, sample: &str, value: u32) {
        let found = self.get(sample);
        assert!((found - f64::from(value)).abs() < 1e-9, "{sample} is {found}, not {value}");
    }
}

fn text(server: &TestServer) -> String {
    let answer = server.get("/metrics").is(200);
    assert_eq!(answer.header("Content-Type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    assert_eq!(answer.header("Cache-Control"), Some("no-store"));
    answer.body().to_owned()
}

/// A sample of requests.
fn requests(method: &str, route: &str, status: u16) -> String {
    format!(r#"userstore_http_requests_total{{method="{method}",route="{route}",status="{status}"}}"#)
}

/// A sample of sign-ins.
fn sign_ins(credential: &str, outcome: &str) -> String {
    format!(r#"userstore_sign_ins_total{{credential="{credential}",outcome="{outcome}"}}"#)
}

#[test]
fn requests_are_counted_by_route_method_and_status() {
    let server = TestServer::start();
    let alice = server.user("alice");
    for target in ["/user/me", "/user/alice", "/user/ALICE"] {
        alice.get(target).is(200);
    }
    alice.request("HEAD", "/user/me").send().is(200);
    alice.get("/user/nobody").refused(403, "forbidden");
    alice.put("/user/me", json!({"data": 1})).refused(422, "validation_failed");
    alice.request("OPTIONS", "/user/me").send().is(204);
    server.get("/members/7").refused(401, "unauthenticated");
    let samples = Samples::of(&server);
    samples.has(&requests("GET", "/user/<username>", 200), 3);
    samples.has(&requests("HEAD", "/user/<username>", 200), 1);
    samples.has(&requests("GET", "/user/<username>", 403), 1);
    samples.has(&requests("PUT", "/user/<username>", 422), 1);
    samples.has(&requests("OPTIONS", "-", 204), 1);
    samples.has(&requests("GET", "/members/<member_id>", 401), 1);
    let time = |end: &str| {
        format!(r#"userstore_http_request_duration_seconds_{end}{{method="GET",route="/user/<username>"}}"#)
    };
    samples.has(&time("count"), 4);
    assert!(samples.get(&time("sum")) > 0.0);
    let below = r#"userstore_http_request_duration_seconds_bucket{method="GET",route="/user/<username>",le="+Inf"}"#;
    samples.has(below, 4);
}

/// Whatever is asked for, there are no more lines for it than for one such request.
#[test]
fn what_no_route_has_shares_one_row() {
    let server = TestServer::start();
    let ask = |target: &str| server.get(target).refused(404, "not_found");
    ask("/canary-0");
    let lines = text(&server).lines().count();
    for number in 1..50 {
        ask(&format!("/canary-{number}/canary?canary={number}"));
    }
    server.get("//canary").refused(404, "not_found");
    let unread = server.client().raw(format!("GET /{} HTTP/1.1\r\n\r\n", "canary".repeat(12_000)).as_bytes());
    Answer::read("GET", "/", &unread).refused(400, "malformed_request");
    let _refused = server.client().raw(b"GET / canary\r\n\r\n");
    server.request("CANARY", "/auth").send().refused(405, "method_not_allowed");
    server.request("CANARY", "/canary").send().refused(404, "not_found");
    let after = text(&server);
    assert!(!after.to_lowercase().contains("canary"), "{after}");
    let samples = Samples::of(&server);
    samples.has(&requests("GET", "-", 404), 51);
    samples.has(&requests("other", "-", 400), 2);
    samples.has(&requests("other", "-", 405), 1);
    samples.has(&requests("other", "-", 404), 1);
    // Those of another method, and of the metrics themselves.
    assert!(after.lines().count() <= lines + 30, "{after}");
}

#[test]
fn sign_ins_are_counted_by_what_came_of_them() {
    let server = TestServer::start();
    let (alice, bob) = (server.account("alice", Role::User, "{}"), server.account("bob", Role::User, "{}"));
    let root = server.admin("root.of.all");
    root.put("/user/bob/status", json!({"status": "blocked"})).is(200);
    alice.sign_in().is(200);
    for wrong in ["nobody", "alice"] {
        let body = json!({"username": wrong, "password": "no such plum"});
        server.request("POST", "/auth").json(&body).send().refused(401, "invalid_credentials");
    }
    bob.sign_in().refused(403, "account_blocked");
    alice.log_in().is(200);
    alice.log_in_for("members:read").refused(403, "forbidden");
    server.anonymous().post("/login", alice.with_password("another plum").credentials()).is(401);
    let samples = Samples::of(&server);
    // The administrator has signed in, too.
    samples.has(&sign_ins("session", "succeeded"), 2);
    samples.has(&sign_ins("session", "invalid_credentials"), 2);
    samples.has(&sign_ins("session", "account_blocked"), 1);
    samples.has(&sign_ins("session", "refused"), 0);
    samples.has(&sign_ins("access_token", "succeeded"), 1);
    samples.has(&sign_ins("access_token", "refused"), 1);
    samples.has(&sign_ins("access_token", "invalid_credentials"), 1);
    // Three accounts, five tries for a session and three for a token: each is a hash, and has waited for one.
    samples.has("userstore_password_hashes_total", 11);
    samples.has("userstore_password_hash_duration_seconds_count", 11);
    samples.has("userstore_password_hash_wait_seconds_count", 11);
    samples.has("userstore_password_hash_refusals_total", 0);
}

#[test]
fn sessions_are_counted_when_they_begin_and_end() {
    let server = TestServer::with(|settings| settings.sessions.max_per_user = 2);
    let alice = server.user("alice");
    let ended = |opened: u32, ended: u32| {
        let samples = Samples::of(&server);
        samples.has("userstore_sessions_opened_total", opened);
        samples.has("userstore_sessions_ended_total", ended);
    };
    ended(1, 0);
    alice.delete("/auth").is(204);
    ended(1, 1);
    let (_first, second) = (alice.signed_in(), alice.signed_in());
    ended(3, 1);
    // The oldest makes room.
    let third = alice.signed_in();
    ended(4, 2);
    let body = json!({"current_password": alice.password(), "new_password": "another plum, 8"});
    third.put("/user/me/password", body).is(204);
    assert!(!second.is_in() && third.is_in());
    ended(4, 3);
    third.delete("/user/me/sessions").is(204);
    ended(4, 4);
}

#[test]
fn what_is_remembered_is_counted() {
    let server = TestServer::start();
    let root = server.admin("root.of.all");
    let of = |samples: &Samples, what: &str, record: &str| {
        samples.get(&format!(r#"userstore_cache_{what}_total{{record="{record}"}}"#))
    };
    let before = Samples::of(&server);
    root.get("/user/me").is(200);
    root.get("/user/me").is(200);
    let after = Samples::of(&server);
    let more = |what, record| of(&after, what, record) - of(&before, what, record);
    assert!((more("hits", "session") + more("misses", "session") - 2.0).abs() < 1e-9);
    assert!(more("hits", "session") >= 1.0);
    let none = TestServer::with(|settings| settings.cache.kind = userstore_core::config::CacheKind::Off);
    assert!(!text(&none).contains("userstore_cache_hits_total{"));
}

#[test]
fn connections_and_keys_are_told() {
    let server = TestServer::start();
    let idle = std::net::TcpStream::connect(server.client().address()).unwrap();
    let samples = Samples::of(&server);
    samples.has("userstore_http_connections_open", 2);
    drop(idle);
    samples.has("userstore_database_connections_max", 8);
    assert!(samples.get("userstore_database_connections") >= 1.0);
    let key = |samples: &Samples| {
        let of = |(name, age): (&String, &f64)| (name.contains(r#"state="active""#)).then_some(*age);
        let mut ages =
            samples.0.iter().filter(|(name, _)| name.starts_with("userstore_signing_key_age")).filter_map(of);
        (ages.next().unwrap(), ages.next())
    };
    let (young, other) = key(&samples);
    assert_eq!(other, None);
    server.advance(Duration::from_secs(1000));
    let (old, _) = key(&Samples::of(&server));
    assert!((old - young - 1000.0).abs() < 1e-9, "{young} {old}");
    assert!((samples.get("userstore_start_time_seconds") - 1_767_323_045.678).abs() < 1e-3);
}

#[test]
fn fetches_of_the_keys_of_issuers_are_counted() {
    let missing = tempfile::tempdir().unwrap().path().join("jwks.json");
    let server = TestServer::with(|settings| {
        let mut issuer = IssuerSettings::new("https://issuer.example.org", "userstore");
        issuer.jwks_file = Some(missing);
        settings.issuers.push(issuer);
    });
    let sample = |outcome: &str| {
        format!(r#"userstore_jwks_refreshes_total{{issuer="https://issuer.example.org",outcome="{outcome}"}}"#)
    };
    let until = Instant::now() + Duration::from_secs(10);
    while Samples::of(&server).get(&sample("failed")) < 1.0 {
        assert!(Instant::now() < until, "the keys were not looked for");
        std::thread::yield_now();
    }
    Samples::of(&server).has(&sample("succeeded"), 0);
}

/// Secrets, names and addresses are no part of any metric.
#[test]
fn nobody_is_named() {
    let server = TestServer::start();
    let alice = server.user("alice.canary");
    alice.get("/user/alice.canary").is(200);
    let text = text(&server);
    let mut seen = String::new();
    for secret in ["alice", alice.token(), alice.password(), "127.0.0.1"] {
        if text.contains(secret) {
            writeln!(seen, "{secret}").unwrap();
        }
    }
    assert_eq!(seen, "", "{text}");
}
