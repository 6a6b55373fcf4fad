//! What the command line changes holds on a running server 100 ms after the command has ended, at the latest.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::{Persona, ServerProcess};

use super::Desk;

const ROUNDS: usize = 10;

/// How much later a request may still see what was before.
const DELAY: Duration = Duration::from_millis(100);

/// Asserts that a request which starts [`DELAY`] after now, or later, sees the change; earlier ones may.
#[track_caller]
pub(crate) fn is_seen_in_time(what: &str, seen: impl Fn() -> bool) {
    let end = Instant::now();
    loop {
        let started = end.elapsed();
        if seen() {
            return;
        }
        assert!(started < DELAY, "{what} is not seen by a request that started {started:?} later");
    }
}

/// A server that has been asked by this persona with a session, so that it remembers both.
pub(super) fn server_and_alice(desk: &Desk) -> (ServerProcess, Persona) {
    let server = ServerProcess::start(&desk.database());
    let alice = Persona::named(server.client(), "alice");
    let _created = alice.sign_up().is(201);
    (server, alice)
}

fn status(persona: &Persona, target: &str) -> u16 {
    persona.get(target).status()
}

#[test]
fn a_role_holds_within_100_ms() {
    let desk = Desk::new();
    let (_server, alice) = server_and_alice(&desk);
    desk.create("root", &["--role", "admin"]);
    let alice = alice.signed_in();
    for _ in 0..ROUNDS {
        assert_eq!(status(&alice, "/users"), 403);
        desk.run(&["grant-role", "alice", "admin"]).done();
        is_seen_in_time("the role", || status(&alice, "/users") == 200);
        assert_eq!(alice.get("/").str_at("/role"), "admin");
        desk.run(&["grant-role", "alice", "user"]).done();
        is_seen_in_time("its loss", || status(&alice, "/users") == 403);
    }
    assert!(alice.is_in(), "a role leaves sessions standing");
}

#[test]
fn a_block_holds_within_100_ms() {
    let desk = Desk::new();
    let (_server, alice) = server_and_alice(&desk);
    for _ in 0..ROUNDS {
        let alice = alice.signed_in();
        assert!(alice.is_in());
        desk.run(&["block-user", "alice"]).done();
        is_seen_in_time("the block", || !alice.is_in());
        let _refused = alice.sign_in().refused(403, "account_blocked");
        desk.run(&["unblock-user", "alice"]).done();
        is_seen_in_time("its end", || alice.sign_in().status() == 200);
        assert!(!alice.is_in(), "what was ended stays so");
    }
}

#[test]
fn the_end_of_sessions_holds_within_100_ms() {
    let desk = Desk::new();
    let (_server, alice) = server_and_alice(&desk);
    for round in 0..ROUNDS {
        let (one, other) = (alice.signed_in(), alice.signed_in());
        assert!(one.is_in() && other.is_in());
        if round % 2 == 0 {
            let id = one.get("/auth").str_at("/id");
            desk.run(&["end-sessions", "alice", "--session", &id]).exits(0);
            is_seen_in_time("the end of one session", || !one.is_in());
            assert!(other.is_in(), "the other one stays");
        } else {
            desk.run(&["end-sessions", "alice"]).exits(0);
            is_seen_in_time("the end of every session", || !one.is_in() && !other.is_in());
        }
    }
}

#[test]
fn a_deletion_holds_within_100_ms() {
    let desk = Desk::new();
    let (_server, alice) = server_and_alice(&desk);
    for round in 0..ROUNDS {
        if round > 0 {
            let _created = alice.sign_up().is(201);
        }
        let alice = alice.signed_in();
        assert!(alice.is_in());
        desk.run(&["delete-user", "alice", "--yes"]).exits(0);
        is_seen_in_time("the deletion", || !alice.is_in());
        let _refused = alice.sign_in().refused(401, "invalid_credentials");
    }
}

#[test]
fn a_new_password_and_new_data_hold_within_100_ms() {
    let desk = Desk::new();
    let (_server, alice) = server_and_alice(&desk);
    let mut alice = alice.signed_in();
    for round in 0..ROUNDS {
        let data = json!({"round": round});
        desk.run(&["update-user", "alice", "--data", &data.to_string()]).done();
        is_seen_in_time("the data", || alice.get("/user/me").json()["data"] == data);

        let password = format!("canary of round {round}");
        desk.fed(&["set-password", "alice", "--password-stdin"], &password).done();
        is_seen_in_time("the end of the session", || !alice.is_in());
        let _refused = alice.sign_in().refused(401, "invalid_credentials");
        alice = alice.with_password(&password).signed_in();
    }
}

#[test]
fn the_command_line_sees_what_the_server_does_and_both_write() {
    let desk = Desk::new();
    let (server, alice) = server_and_alice(&desk);
    assert_eq!(desk.names(&[]), ["alice"]);
    let alice = alice.signed_in();
    let sessions = desk.run(&["list-sessions", "alice", "-o", "json"]).json();
    assert_eq!(sessions[0]["id"], alice.get("/auth").str_at("/id"));
    assert_eq!(desk.create("bob", &[])["username"], "bob");
    let bob = Persona::named(server.client(), "bob").with_password(super::PASSWORD).signed_in();
    assert_eq!(bob.get("/user/me").str_at("/username"), "bob");
    let (_status, log) = server.stop();
    assert!(!log.contains("canary"), "{log}");
}
