//! `list-sessions` and `end-sessions`

use serde_json::{Value, json};
use tests::{is_timestamp, is_uuid_v7};
use userstore_core::Client;

use super::{Desk, PASSWORD, SESSION};

/// Alice with this many sessions, and Bob with one.
fn desk(sessions: usize) -> Desk {
    let desk = Desk::new();
    for name in ["alice", "bob"] {
        desk.create(name, &[]);
    }
    for number in 0..sessions {
        let client = Client::unknown().ip([192, 0, 2, 7].into()).user_agent(&format!("browser/{number}"));
        desk.sign_in("alice", PASSWORD, client).unwrap();
    }
    desk.sign_in("bob", PASSWORD, Client::unknown()).unwrap();
    desk
}

fn listed(desk: &Desk, name: &str) -> Vec<Value> {
    let list = desk.run(&["list-sessions", name, "--output", "json"]).json();
    list.as_array().unwrap().clone()
}

#[test]
fn live_sessions_are_listed_oldest_first_without_a_token() {
    let desk = desk(3);
    let sessions = listed(&desk, "ALICE");
    assert_eq!(sessions.len(), 3);
    for (number, session) in sessions.iter().enumerate() {
        let names: Vec<&String> = session.as_object().unwrap().keys().collect();
        assert_eq!(names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(","), SESSION);
        assert!(is_uuid_v7(session["id"].as_str().unwrap()), "{session}");
        assert!(is_timestamp(session["created_at"].as_str().unwrap()), "{session}");
        assert!(is_timestamp(session["expires_at"].as_str().unwrap()), "{session}");
        let rest = (&session["current"], &session["ip"], &session["user_agent"]);
        assert_eq!(rest, (&json!(false), &json!("192.0.2.7"), &json!(format!("browser/{number}"))));
    }
    assert_eq!(listed(&desk, "bob")[0]["user_agent"], Value::Null);

    let csv = desk.run(&["list-sessions", "alice", "--output", "csv"]).done();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!((lines.len(), lines[0]), (4, SESSION));
    assert!(lines[1].ends_with(",false,browser/0,192.0.2.7"), "{csv}");
    assert!(lines[1].starts_with(sessions[0]["id"].as_str().unwrap()), "{csv}");

    let table = desk.run(&["list-sessions", "alice"]).done();
    assert!(SESSION.split(',').all(|column| table.contains(column)), "{table}");
    assert_eq!(table.lines().filter(|line| line.contains("browser/")).count(), 3);

    let oldest = desk.run(&["list-sessions", "alice", "--limit", "1", "-o", "json"]).json();
    assert_eq!(oldest, json!(&sessions[..1]));
}

#[test]
fn no_sessions_are_an_empty_list() {
    let desk = Desk::new();
    desk.create("alice", &[]);
    assert_eq!(listed(&desk, "alice"), [Value::Null; 0]);
    assert_eq!(desk.run(&["list-sessions", "alice", "-o", "csv"]).done(), format!("{SESSION}\n"));
}

#[test]
fn one_session_is_ended_or_every_one() {
    let desk = desk(3);
    let id = |number: usize| listed(&desk, "alice")[number]["id"].as_str().unwrap().to_owned();
    let (first, second) = (id(0), id(1));

    let ran = desk.run(&["end-sessions", "alice", "--session", &second]).exits(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", "The session is over.\n"));
    assert_eq!(listed(&desk, "alice").len(), 2);
    assert_eq!(id(0), first);
    desk.run(&["end-sessions", "alice", "--session", &second]).refused(3, "no such session");
    // Somebody else's is not found, and not ended.
    desk.run(&["end-sessions", "bob", "--session", &first]).refused(3, "no such session");
    assert_eq!(listed(&desk, "alice").len(), 2);

    let ran = desk.run(&["end-sessions", "alice", "--output", "csv"]).exits(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", "Every session of the user is over.\n"));
    assert_eq!(listed(&desk, "alice").len(), 0);
    assert_eq!(listed(&desk, "bob").len(), 1);
    desk.run(&["end-sessions", "alice"]).exits(0);
}

#[test]
fn what_ends_sessions_leaves_none_in_the_list_and_a_role_leaves_them_all() {
    let desk = desk(1);
    desk.run(&["grant-role", "alice", "reader"]).done();
    desk.run(&["update-user", "alice", "--data", "{}"]).done();
    assert_eq!(listed(&desk, "alice").len(), 1);
    desk.run(&["block-user", "alice"]).done();
    desk.run(&["unblock-user", "alice"]).done();
    assert_eq!(listed(&desk, "alice").len(), 0);
    desk.run(&["delete-user", "bob", "--yes"]).exits(0);
    desk.create("bob", &[]);
    assert_eq!(listed(&desk, "bob").len(), 0);
}

#[test]
fn a_malformed_id_is_wrong_usage() {
    let desk = desk(1);
    let id = listed(&desk, "alice")[0]["id"].as_str().unwrap().to_owned();
    for text in ["", "1", "all", &id.to_uppercase(), &id.replace('-', ""), &format!("{{{id}}}")] {
        desk.run(&["end-sessions", "alice", "--session", text]).refused(2, "--session");
    }
    assert_eq!(listed(&desk, "alice").len(), 1);
}
