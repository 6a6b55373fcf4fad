//! Requests whose head is not one: refused as everything else is, before a route is asked.

use tests::{Answer, Client, TestServer};

/// What is answered to these bytes, which must be a problem with all that belongs to one.
#[track_caller]
fn refused(client: Client, bytes: &[u8], detail: &str) {
    let answer = Answer::read("GET", "/", &client.raw(bytes));
    answer.check();
    let answer = answer.refused(400, "malformed_request");
    assert!(answer.str_at("/detail").contains(detail), "{}", answer.body());
    assert!(answer.header("x-request-id").is_some_and(|id| id == answer.str_at("/request_id")));
    assert_eq!(answer.header("connection"), Some("close"));
}

#[test]
fn a_head_that_is_too_long_is_refused_with_a_problem() {
    let server = TestServer::start();
    let long = "x".repeat(70 * 1024);
    let head = |target: &str, header: &str| format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n");
    refused(server.client(), head(&format!("/{long}"), "A: b").as_bytes(), "too long");
    refused(server.client(), head("/", &format!("A: {long}")).as_bytes(), "too long");
    let many: Vec<_> = (0..150).map(|number| format!("A-{number}: b")).collect();
    refused(server.client(), head("/", &many.join("\r\n")).as_bytes(), "too many");
}

#[test]
fn a_head_that_makes_no_sense_is_refused_with_a_problem() {
    let server = TestServer::start();
    for head in [
        "GET / HTTP/1.1\r\nHo st: localhost\r\n\r\n",
        "GET / HTTP/1.1\r\nA: \u{1}\r\n\r\n",
        "G\u{e9}T / HTTP/1.1\r\n\r\n",
    ] {
        refused(server.client(), head.as_bytes(), "could not be read");
    }
}

/// RFC 9113, section 3.4: its preface is no HTTP/1.1 request.
#[test]
fn http_2_in_clear_text_is_not_spoken() {
    let server = TestServer::start();
    assert_eq!(server.client().raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), b"");
    let upgrade = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: \r\n\r\n";
    let _home = Answer::read("GET", "/", &server.client().raw(upgrade.as_bytes())).is(200);
}

#[test]
fn a_header_that_matters_is_never_taken_for_absent() {
    let server = TestServer::start();
    for name in ["Authorization", "If-Match", "If-None-Match", "Content-Type", "Content-Encoding"] {
        let head =
            [format!("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{name}: ").as_bytes(), b"\xff\r\n\r\n"]
                .concat();
        refused(server.client(), &head, "not UTF-8");
    }
    let head = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nUser-Agent: \xff\r\n\r\n";
    let _home = Answer::read("GET", "/", &server.client().raw(head)).is(200);
}

/// The answer to the first must not be taken for one that the library gives of itself.
#[test]
fn one_connection_brings_several_requests() {
    let server = TestServer::start();
    let both = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(2)
        + "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answers = String::from_utf8(server.client().raw(both.as_bytes())).unwrap();
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 3, "{answers}");
    assert_eq!(answers.matches(r#"{"status":"ok"}"#).count(), 2, "{answers}");
}

fn ask(server: &TestServer, line: &str, hosts: &[&str]) -> Answer {
    let hosts: Vec<_> = hosts.iter().map(|host| format!("Host: {host}\r\n")).collect();
    let hosts = hosts.concat();
    let head = format!("{line}\r\n{hosts}X-Request-Id: mine\r\nConnection: close\r\n\r\n");
    let mut words = line.split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let path = target.strip_prefix("http://localhost").unwrap_or(target);
    let answer = Answer::read(method, path, &server.client().raw(head.as_bytes()));
    answer.check();
    assert_eq!(answer.header("X-Request-Id"), Some("mine"), "{line}");
    answer
}

/// RFC 9112, section 3.2: it is a path, or a whole address.
#[test]
fn what_is_no_target_is_refused() {
    let server = TestServer::start();
    for target in ["healthz", "localhost:80", "user", "*"] {
        for method in ["GET", "POST", "DELETE"] {
            let refusal = ask(&server, &format!("{method} {target} HTTP/1.1"), &["localhost"]);
            assert!(refusal.refused(400, "malformed_request").str_at("/detail").contains("start with /"), "{target}");
        }
    }
    ask(&server, "OPTIONS * HTTP/1.1", &["localhost"]).refused(404, "not_found");
    for target in ["/healthz", "http://localhost/healthz", "HTTP://other:81/healthz?a", "https://localhost/healthz"] {
        let answer = ask(&server, &format!("GET {target} HTTP/1.1"), &["localhost"]).is(200);
        assert_eq!(answer.json()["status"], "ok", "{target}");
    }
    for target in ["http://localhost", "http://localhost/", "http://localhost?a=b"] {
        let answer = ask(&server, &format!("GET {target} HTTP/1.1"), &["localhost"]).is(200);
        assert_eq!(answer.json()["message"], "Hello World", "{target}");
    }
    ask(&server, "GET http://localhost/nowhere HTTP/1.1", &["localhost"]).refused(404, "not_found");
}

#[test]
fn a_request_names_one_host() {
    let server = TestServer::start();
    for hosts in [&[][..], &["localhost", "localhost"], &["a", "b"], &["a b"], &["a/b"], &["a@b"], &["\u{e9}"]] {
        for target in ["/healthz", "http://localhost/healthz"] {
            let refusal = ask(&server, &format!("GET {target} HTTP/1.1"), hosts);
            assert!(refusal.refused(400, "malformed_request").str_at("/detail").contains("Host"), "{hosts:?}");
        }
    }
    for host in ["localhost", "127.0.0.1:8000", "[::1]:8000", "a_b.example.", ""] {
        ask(&server, "GET /healthz HTTP/1.1", &[host]).is(200);
    }
    // Before HTTP/1.1 nobody had to.
    for (hosts, start) in
        [("", "HTTP/1.0 200"), ("Host: a\r\n", "HTTP/1.0 200"), ("Host: a\r\nHost: b\r\n", "HTTP/1.0 400")]
    {
        let answer = server.client().raw(format!("GET /healthz HTTP/1.0\r\n{hosts}\r\n").as_bytes());
        assert!(answer.starts_with(start.as_bytes()), "{}", String::from_utf8_lossy(&answer));
    }
}

/// What is wrong with the head is told, also where the body is not right either.
#[test]
fn the_head_is_looked_at_before_the_body() {
    let server = TestServer::with(|settings| settings.server.body_timeout = std::time::Duration::from_millis(100));
    let head =
        b"POST /user HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{";
    refused(server.client(), head, "Host");
}
