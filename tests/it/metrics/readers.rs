//! Who is shown them.

use rocket::http::{Header, Status};
use rocket::local::asynchronous::Client;
use tests::TestServer;

/// What the routes answer to somebody who connects from there.
fn asked_from(server: &TestServer, peer: Option<&str>, headers: &[(&'static str, &'static str)]) -> (Status, String) {
    server.run(async {
        let client = Client::untracked(userstore_server::rocket(server.store().clone())).await.unwrap();
        let mut request = client.get("/metrics");
        for (name, value) in headers {
            request.add_header(Header::new(*name, *value));
        }
        if let Some(peer) = peer {
            request = request.remote(peer.parse().unwrap());
        }
        let answer = request.dispatch().await;
        (answer.status(), answer.into_string().await.unwrap_or_default())
    })
}

#[test]
fn they_are_for_the_same_machine() {
    let server = TestServer::start();
    for near in ["127.0.0.1:1", "127.1.2.3:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
        assert_eq!(asked_from(&server, Some(near), &[]).0, Status::Ok, "{near}");
    }
    let claims = [("X-Forwarded-For", "127.0.0.1"), ("X-Real-IP", "127.0.0.1"), ("Forwarded", "for=127.0.0.1")];
    for far in [Some("10.1.2.3:1"), Some("[fd00::1]:1"), Some("[::ffff:10.1.2.3]:1"), None] {
        for headers in [&[][..], &claims] {
            let (status, body) = asked_from(&server, far, headers);
            assert_eq!(status, Status::Forbidden, "{far:?}");
            assert!(body.contains("\"forbidden\"") && !body.contains("userstore_"), "{body}");
        }
    }
}

#[test]
fn a_setting_shows_them_to_other_networks() {
    let server = TestServer::with(|settings| {
        settings.metrics.allow = vec!["10.0.0.0/8".parse().unwrap(), "fd00::1".parse().unwrap()];
    });
    for near in ["10.1.2.3:1", "[::ffff:10.1.2.3]:1", "[fd00::1]:1", "127.0.0.1:1"] {
        assert_eq!(asked_from(&server, Some(near), &[]).0, Status::Ok, "{near}");
    }
    for far in ["11.1.2.3:1", "[fd00::2]:1"] {
        let claims = [("X-Forwarded-For", "10.1.2.3")];
        assert_eq!(asked_from(&server, Some(far), &claims).0, Status::Forbidden, "{far}");
    }
}

const FORWARDED: [(&str, &str); 4] = [
    ("X-Forwarded-For", "127.0.0.1"),
    ("X-Forwarded-For", "10.1.2.3"),
    ("Forwarded", "for=10.1.2.3"),
    ("Forwarded", ""),
];

/// Whoever has forwarded it may have done so for anybody.
#[test]
fn they_are_not_for_a_client_that_nobody_trusted_names() {
    let server = TestServer::with(|settings| {
        settings.metrics.allow = vec!["10.0.0.0/8".parse().unwrap(), "127.0.0.9".parse().unwrap()];
        settings.server.trusted_proxies = vec!["192.0.2.1".parse().unwrap()];
    });
    for peer in ["127.0.0.1:1", "127.0.0.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1", "10.1.2.3:1"] {
        for header in FORWARDED {
            let (status, body) = asked_from(&server, Some(peer), &[header]);
            assert_eq!(status, Status::Forbidden, "{peer} {header:?}");
            assert!(body.contains("server.trusted_proxies") && !body.contains("userstore_"), "{body}");
        }
        assert_eq!(asked_from(&server, Some(peer), &[]).0, Status::Ok, "{peer}");
    }
}

#[test]
fn behind_a_trusted_proxy_they_are_for_the_clients_that_may_read_them() {
    let server = TestServer::with(|settings| {
        settings.metrics.allow = vec!["10.0.0.0/8".parse().unwrap(), "192.0.2.1".parse().unwrap()];
        settings.server.trusted_proxies = vec!["127.0.0.1".parse().unwrap(), "192.0.2.1".parse().unwrap()];
    });
    for (peer, header, value, status) in [
        ("127.0.0.1:1", "X-Forwarded-For", "10.1.2.3", Status::Ok),
        ("127.0.0.1:1", "X-Forwarded-For", "203.0.113.9, 10.1.2.3", Status::Ok),
        ("127.0.0.1:1", "X-Forwarded-For", "127.0.0.1", Status::Ok),
        ("127.0.0.1:1", "X-Forwarded-For", "203.0.113.9", Status::Forbidden),
        ("127.0.0.1:1", "X-Forwarded-For", "127.0.0.1, 203.0.113.9", Status::Forbidden),
        ("127.0.0.1:1", "Forwarded", "for=10.1.2.3", Status::Ok),
        ("127.0.0.1:1", "Forwarded", "for=127.0.0.1, for=203.0.113.9", Status::Forbidden),
        ("192.0.2.1:1", "X-Forwarded-For", "10.1.2.3", Status::Ok),
        // Its own machine is another one.
        ("192.0.2.1:1", "X-Forwarded-For", "127.0.0.1", Status::Forbidden),
        // For whom it was, nobody says.
        ("127.0.0.1:1", "X-Forwarded-For", "", Status::Forbidden),
        ("127.0.0.1:1", "X-Forwarded-For", "10.1.2.3, unknown", Status::Forbidden),
        ("192.0.2.1:1", "X-Forwarded-For", "unknown", Status::Forbidden),
        ("192.0.2.1:1", "Forwarded", "for=_hidden", Status::Forbidden),
    ] {
        assert_eq!(asked_from(&server, Some(peer), &[(header, value)]).0, status, "{peer} {header}: {value}");
    }
}
