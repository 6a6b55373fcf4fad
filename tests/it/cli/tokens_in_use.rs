//! Tokens of the command line, shown to a running server.

use serde_json::json;
use tests::ServerProcess;

use super::Desk;
use super::running_server::is_seen_in_time;

const ALL: &str = "members:read members:write members:delete";

/// A service that may read.
const SERVICE: [&str; 4] = ["--service", "ci", "--scope", "members:read"];

/// An account of each role, named for it, and a server.
fn desk() -> (Desk, ServerProcess) {
    let desk = Desk::new();
    for role in ["user", "reader", "editor", "admin"] {
        desk.create(&format!("{role}.one"), &["--role", role]);
    }
    let server = ServerProcess::start(&desk.database());
    (desk, server)
}

/// What a request with this token is answered.
#[track_caller]
fn status(server: &ServerProcess, method: &str, target: &str, token: &str) -> u16 {
    let request = server.client().request(method, target).token(Some(token));
    let request = if method == "PUT" { request.json(&json!({"name": "Ada"})) } else { request };
    request.send().status()
}

/// With this token `GET`, `PUT` and `DELETE` of a member, in this order, are answered.
#[track_caller]
fn opens(server: &ServerProcess, token: &str) -> [u16; 3] {
    [("GET", "/members"), ("PUT", "/members/7"), ("DELETE", "/members/7")]
        .map(|(method, target)| status(server, method, target, token))
}

#[test]
fn a_token_opens_on_a_running_server_what_it_says() {
    let (desk, server) = desk();
    for (arguments, answers) in [
        (&["admin.one"][..], [200, 201, 204]),
        (&["editor.one"], [200, 201, 403]),
        (&["reader.one"], [200, 403, 403]),
        (&["user.one"], [403, 403, 403]),
        (&["admin.one", "--scope", "members:read"], [200, 403, 403]),
        (&["--service", "ci", "--scope", "members:delete"], [403, 403, 204]),
        (&["--service", "ci", "--scope", ALL, "--ttl", "90days"], [200, 201, 204]),
    ] {
        assert_eq!(opens(&server, &desk.mint(arguments)), answers, "{arguments:?}");
    }
}

/// Each fault alone, seen by the server and told by `inspect-jwt`.
#[test]
fn a_token_with_a_fault_is_refused_for_it() {
    let (desk, server) = desk();
    for (fault, why) in [
        (&["--expired"][..], "the token has expired"),
        (&["--not-yet-valid"], "the token is not valid yet"),
        (&["--audience", "elsewhere"], "the token is for another audience"),
        (&["--audience", ""], "the token is for another audience"),
        (&["--unknown-key"], "no key is known with the `kid` of the token"),
    ] {
        for who in [&["admin.one"][..], &["--service", "ci", "--scope", ALL]] {
            let token = desk.mint(&[who, fault].concat());
            assert_eq!(opens(&server, &token), [401; 3], "{fault:?}");
            let ran = desk.fed(&["inspect-jwt"], &token).exits(4);
            assert_eq!(ran.stderr, format!("error: the token does not verify here: {why}\n"));
        }
    }
    let both = ["mint-jwt", "admin.one", "--expired", "--not-yet-valid"];
    desk.run(&both).refused(2, "--not-yet-valid");
    assert_eq!(desk.keys().len(), 1, "a key that nobody knows is not kept");
}

#[test]
fn a_token_of_a_key_made_a_moment_ago_is_accepted_at_once() {
    const ROUNDS: usize = 100;
    let desk = Desk::empty();
    let server = ServerProcess::start(&desk.database());
    for round in 0..ROUNDS {
        desk.run(&["rotate-keys", "--now"]).exits(0);
        let token = desk.mint(&SERVICE);
        assert_eq!(status(&server, "GET", "/members", &token), 200, "round {round}");
    }
    assert_eq!(desk.keys().len(), 1 + ROUNDS);
}

#[test]
fn a_revoked_key_opens_nothing_on_a_running_server_after_100_ms() {
    let desk = Desk::empty();
    let server = ServerProcess::start(&desk.database());
    for round in 0..10 {
        let token = desk.mint(&SERVICE);
        let status = || status(&server, "GET", "/members", &token);
        // The server remembers that it was good.
        assert_eq!((status(), status()), (200, 200), "round {round}");
        let keys = desk.keys();
        let active = keys.iter().find(|key| key["state"] == "active").unwrap();
        desk.run(&["revoke-key", active["kid"].as_str().unwrap(), "--yes"]).done();
        is_seen_in_time("the end of the key", || status() == 401);
        assert_eq!(status(), 401, "it stays so");
    }
}
