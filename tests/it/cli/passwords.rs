//! Where passwords come from, and what becomes of the account whose password is set.

use serde_json::json;
use userstore_core::Client;

use super::{Desk, PASSWORD, Ran};

const OTHER: &str = "canary hums at dusk 8";

#[test]
fn a_password_is_the_first_line_of_standard_input_or_of_a_file() {
    let desk = Desk::new();
    let first_lines = [
        (OTHER.to_owned(), "no end of line"),
        (format!("{OTHER}\n"), "one line"),
        (format!("{OTHER}\r\n"), "a line as Windows ends it"),
        (format!("{OTHER}\nsecond line\n"), "two lines"),
    ];
    for (number, (text, what)) in first_lines.iter().enumerate() {
        let (fed, filed) = (format!("fed.{number}"), format!("filed.{number}"));
        desk.fed(&["create-user", &fed, "--password-stdin"], text).done();
        desk.write("password", text);
        desk.run(&["create-user", &filed, "--password-file", "password"]).done();
        assert!(desk.opens(&fed, OTHER), "{what}");
        assert!(desk.opens(&filed, OTHER), "{what}");
    }
    desk.fed(&["create-user", "dash", "--password-file", "-"], OTHER).done();
    assert!(desk.opens("dash", OTHER));
    desk.fed(&["create-user", "device", "--password-file", "/dev/stdin"], OTHER).done();
    assert!(desk.opens("device", OTHER));
}

#[test]
fn blanks_around_a_password_belong_to_it() {
    let desk = Desk::new();
    desk.fed(&["create-user", "alice", "--password-stdin"], &format!("  {OTHER} \n")).done();
    assert!(desk.opens("alice", &format!("  {OTHER} ")));
    assert!(!desk.opens("alice", OTHER));
}

#[test]
fn a_new_password_takes_the_place_of_the_old_one_and_ends_every_session() {
    let desk = Desk::new();
    let before = desk.create("alice", &[]);
    desk.sign_in("alice", PASSWORD, Client::unknown()).unwrap();
    let printed = desk.fed(&["set-password", "Alice", "--password-stdin", "-o", "json"], OTHER).json();
    assert_eq!(printed, before, "nothing of it is shown");
    assert_eq!(desk.run(&["list-sessions", "alice", "-o", "json"]).json(), json!([]));
    assert!(desk.opens("alice", OTHER));
    assert!(!desk.opens("alice", PASSWORD));

    desk.write("password", PASSWORD);
    desk.run(&["set-password", "alice", "--password-file", "password"]).done();
    assert!(desk.opens("alice", PASSWORD));
}

#[test]
fn a_password_against_the_rules_is_invalid_and_changes_nothing() {
    let desk = Desk::new();
    desk.create("alice.liddell", &[]);
    let long = "canary".repeat(200);
    for text in ["", "\n", "canary", "password", "PASSWORD1", &long] {
        desk.fed(&["set-password", "alice.liddell", "--password-stdin"], text).refused(6, "new_password ");
        desk.fed(&["create-user", "bob", "--password-stdin"], text).refused(6, "password ");
    }
    for text in ["alice.liddell", "Alice.Liddell"] {
        desk.fed(&["set-password", "alice.liddell", "--password-stdin"], text).refused(6, "new_password ");
    }
    desk.write("password", b"\xff\xfe is no text in UTF-8");
    desk.run(&["set-password", "alice.liddell", "--password-file", "password"]).refused(6, "new_password");
    desk.run(&["create-user", "bob", "--password-file", "password"]).refused(6, "password");
    let mut longer = desk.command(&["create-user", "bob", "--password-stdin"]);
    longer.env("USERSTORE_PASSWORDS_MIN_LENGTH", "30").write_stdin(PASSWORD);
    Ran::of(&mut longer).refused(6, "password");

    assert_eq!(desk.names(&[]), ["alice.liddell"]);
    assert!(desk.opens("alice.liddell", PASSWORD));
}

#[test]
fn every_broken_rule_is_told_at_once() {
    let ran = Desk::new().fed(&["create-user", "no name", "--password-stdin"], "short").exits(6);
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(lines[0], "error: the input is not valid");
    assert!(lines[1].starts_with("  username must "), "{ran:?}");
    assert!(lines[2].starts_with("  password must "), "{ran:?}");
    assert_eq!((lines.len(), ran.stdout.as_str()), (3, ""));
}

#[test]
fn standard_input_has_one_reader() {
    let desk = Desk::empty();
    desk.write("data.json", "{}");
    let names = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];
    let files = names.map(|name| ["--password-file", name]);
    for password in files.iter().map(|file| &file[..]).chain([&["--password-stdin"][..]]) {
        for data in ["-", "@-", "@/dev/stdin", "@/dev/fd/0", "@/proc/self/fd/0"] {
            let arguments = [&["create-user", "alice", "--data", data], password].concat();
            desk.fed(&arguments, "{}").refused(2, "standard input");
        }
    }
    let both = ["create-user", "alice", "--password-stdin", "--password-file", "data.json"];
    desk.fed(&both, PASSWORD).refused(2, "--password-file");
    assert!(desk.names(&[]).is_empty());
}

#[test]
fn without_a_terminal_nobody_is_asked() {
    let desk = Desk::new();
    desk.create("alice", &[]);
    desk.fed(&["create-user", "bob"], PASSWORD).refused(2, "--password-stdin");
    desk.fed(&["set-password", "alice"], PASSWORD).refused(2, "--password-stdin");
    desk.fed(&["delete-user", "alice"], "y\n").refused(2, "--yes");
    // Nor is the data taken for an answer.
    desk.fed(&["create-user", "bob", "--data", "-"], "{}").refused(2, "--password-stdin");
    assert_eq!(desk.names(&[]), ["alice"]);
    assert!(desk.opens("alice", PASSWORD));
}

#[test]
fn a_password_file_that_cannot_be_read_is_wrong_usage() {
    let desk = Desk::new();
    desk.create("alice", &[]);
    for file in ["nowhere", "."] {
        desk.run(&["create-user", "bob", "--password-file", file]).refused(2, "cannot be read");
        desk.run(&["set-password", "alice", "--password-file", file]).refused(2, "cannot be read");
    }
}
