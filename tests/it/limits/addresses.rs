//! Whose request it is: the socket's peer, or whom a trusted proxy has forwarded.

use serde_json::json;
use tests::{Backend, Footing, Persona, Request, ServerProcess, TestServer};
use userstore_core::Role;

use super::{limited, source};

/// A server with an account, and the proxies that it trusts.
fn behind(trusted: &[&str]) -> (TestServer, Persona) {
    let server = TestServer::with(|settings| {
        limited(settings);
        settings.server.trusted_proxies = trusted.iter().map(|network| network.parse().unwrap()).collect();
    });
    let alice = server.account("alice", Role::User, "{}");
    (server, alice)
}

/// The address that a session was opened from, by a request with these headers.
fn seen(server: &TestServer, alice: &Persona, headers: &[(&str, &str)]) -> String {
    let request = server.client().request("POST", "/auth").json(&alice.credentials());
    let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
    let token = request.send().is(200).str_at("/token");
    alice.with_token(&token).get("/auth").is(200).str_at("/ip")
}

#[test]
fn without_trusted_proxies_it_is_the_peer() {
    let (server, alice) = behind(&[]);
    for header in ["X-Forwarded-For", "Forwarded", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP"] {
        for value in ["192.0.2.1", "for=192.0.2.1"] {
            assert_eq!(seen(&server, &alice, &[(header, value)]), "127.0.0.1", "{header}");
        }
    }
}

#[test]
fn behind_a_trusted_proxy_it_is_the_last_address_that_is_none_of_them() {
    let (server, alice) = behind(&["127.0.0.1", "10.0.0.0/8", "2001:db8:1::/48"]);
    let seen = |headers: &[(&str, &str)]| seen(&server, &alice, headers);
    assert_eq!(seen(&[]), "127.0.0.1");
    for (list, address) in [
        ("192.0.2.1", "192.0.2.1"),
        ("203.0.113.9, 192.0.2.1", "192.0.2.1"),
        ("203.0.113.9, 192.0.2.1, 10.1.2.3", "192.0.2.1"),
        ("192.0.2.1,10.1.2.3,10.9.9.9", "192.0.2.1"),
        ("192.0.2.1:4711", "192.0.2.1"),
        ("[2001:db8::7]:4711, 2001:db8:1::1", "2001:db8::7"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        // Nothing but proxies: the first of them.
        ("10.1.2.3, 10.9.9.9", "10.1.2.3"),
        // Behind what is no address, nothing can be told.
        ("192.0.2.1, unknown", "127.0.0.1"),
        ("192.0.2.1, _hidden, 10.1.2.3", "10.1.2.3"),
        ("192.0.2.1,, 10.1.2.3", "10.1.2.3"),
        ("", "127.0.0.1"),
    ] {
        assert_eq!(seen(&[("X-Forwarded-For", list)]), address, "{list}");
    }
    // Several headers are one list.
    assert_eq!(seen(&[("X-Forwarded-For", "203.0.113.9"), ("x-forwarded-for", "192.0.2.1, 10.1.2.3")]), "192.0.2.1");
    for (list, address) in [
        ("for=192.0.2.1", "192.0.2.1"),
        ("for=203.0.113.9, For=\"192.0.2.1:80\";proto=https;by=10.1.2.3, for=10.1.2.3", "192.0.2.1"),
        ("for=\"[2001:db8::7]\"", "2001:db8::7"),
        ("for=192.0.2.1, for=unknown", "127.0.0.1"),
        ("for=192.0.2.1, proto=https", "127.0.0.1"),
        // A quote that a client leaves open hides nothing.
        ("for=\"203.0.113.9, for=192.0.2.1", "192.0.2.1"),
    ] {
        assert_eq!(seen(&[("Forwarded", list)]), address, "{list}");
    }
    // Proxies that keep a list themselves usually know the first of the two alone.
    assert_eq!(seen(&[("Forwarded", "for=203.0.113.9"), ("X-Forwarded-For", "192.0.2.1")]), "192.0.2.1");
}

/// A list that is not text is not left out, for then nobody would be known behind it.
#[test]
fn a_list_that_is_not_text_is_refused() {
    let (server, _) = behind(&["127.0.0.1"]);
    for name in ["X-Forwarded-For", "Forwarded"] {
        let head = format!("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{name}: \x01");
        let bytes = [&head.as_bytes()[..head.len() - 1], b"\xff\xfe, 192.0.2.1\r\n\r\n"].concat();
        let answer = String::from_utf8_lossy(&server.client().raw(&bytes)).into_owned();
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
}

fn attempt(server: &TestServer, name: &str) -> Request {
    server.client().request("POST", "/auth").json(&json!({"username": name, "password": "a wrong plum, 7"}))
}

#[test]
fn a_header_that_anyone_can_send_is_no_way_around() {
    let (server, _) = behind(&["10.0.0.0/8"]);
    let tested = |header: &str| {
        let attempts = (0..100).map(|number| {
            let value = format!("192.0.2.{number}");
            attempt(&server, &format!("user{number}")).header(header, &value).send().status()
        });
        attempts.filter(|status| *status == 401).count()
    };
    assert_eq!(tested("X-Forwarded-For"), 60);
    assert_eq!(tested("X-Forwarded-For"), 0);
}

/// Clients of one proxy are told apart, and those of one network of IPv6 are one.
#[test]
fn the_limits_go_by_the_client_and_not_by_the_proxy() {
    let (server, _) = behind(&["127.0.0.1"]);
    let tested = |address: &dyn Fn(usize) -> String, times: usize| {
        let attempts = (0..times).map(|number| {
            let request = attempt(&server, &format!("user{number} {}", address(number)));
            request.header("X-Forwarded-For", &format!("203.0.113.9, {}", address(number))).send().status()
        });
        attempts.filter(|status| *status == 401).count()
    };
    assert_eq!(tested(&|number| format!("192.0.2.{number}"), 100), 100);
    assert_eq!(tested(&|number| format!("2001:db8::{number}:1"), 100), 60);
    assert_eq!(tested(&|number| format!("2001:db8:0:{number}::1"), 70), 69, "the first of them is that network");
}

#[test]
fn the_log_shows_the_same_address() {
    let footing = Footing::new(Backend::SQLITE);
    let server = ServerProcess::on_with(
        &footing,
        [("USERSTORE_SERVER_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8"), ("USERSTORE_LOG_FORMAT", "json")],
    );
    let _home = server.client().request("GET", "/").header("X-Forwarded-For", "192.0.2.1, 10.1.2.3").send().is(200);
    let (_, log) = server.stop();
    assert!(log.contains(r#""ip":"192.0.2.1""#), "{log}");
    assert!(!log.contains("server.trusted_proxies"), "nothing to warn of: {log}");
}

/// Somebody who forgets the setting is told, and not with every request.
#[test]
fn the_log_says_once_that_a_forwarded_request_comes_from_a_stranger() {
    let footing = Footing::new(Backend::SQLITE);
    let server = ServerProcess::on_with(&footing, [("USERSTORE_SERVER_TRUSTED_PROXIES", "10.0.0.0/8")]);
    let ask = |name: &str, value: &str| drop(server.client().request("GET", "/").header(name, value).send().is(200));
    let _home = server.client().request("GET", "/").send().is(200);
    assert!(!server.output().contains("server.trusted_proxies"));
    for _ in 0..5 {
        ask("X-Forwarded-For", "192.0.2.1");
        ask("Forwarded", "for=192.0.2.1");
    }
    let (_, log) = server.stop();
    assert_eq!(log.matches("server.trusted_proxies").count(), 1, "{log}");
    assert_eq!(log.matches("userstore_server::access").count(), 11, "a line for each request: {log}");
    assert!(log.contains("WARN") && log.contains(r#""peer":"127.0.0.1""#) && !log.contains("192.0.2.1"), "{log}");
}

#[test]
fn the_peer_is_told_apart_by_its_whole_address() {
    let (server, alice) = behind(&["127.0.7.1"]);
    let ask = |number: u8| {
        let request = server.client().asking_from(source(number)).request("POST", "/auth").json(&alice.credentials());
        let token = request.header("X-Forwarded-For", "192.0.2.1").send().is(200).str_at("/token");
        alice.with_token(&token).get("/auth").is(200).str_at("/ip")
    };
    assert_eq!((ask(1), ask(2)), ("192.0.2.1".to_owned(), "127.0.7.2".to_owned()));
}
