//! Every exit code of every command that can end with it. What only a terminal can lead to is in `prompts.rs`.

use super::{COMMANDS, Desk, PASSWORD};

/// Arguments that each command would accept for an account of this name. All are given a password on standard input.
pub(super) fn on_an_account(name: &str) -> Vec<Vec<&str>> {
    vec![
        vec!["show-user", name],
        vec!["update-user", name, "--data", "{}"],
        vec!["update-user", name, "--data", "{}", "--merge"],
        vec!["delete-user", name, "--yes"],
        vec!["set-password", name, "--password-stdin"],
        vec!["grant-role", name, "reader"],
        vec!["block-user", name],
        vec!["block-user", name, "--reason", "spam"],
        vec!["unblock-user", name],
        vec!["list-sessions", name],
        vec!["end-sessions", name],
        vec!["mint-jwt", name],
        vec!["end-sessions", name, "--session", "01980000-0000-7000-8000-000000000000"],
    ]
}

/// Arguments for every command on the signing keys and their tokens.
pub(super) fn on_the_keys() -> Vec<Vec<&'static str>> {
    vec![
        vec!["mint-jwt", "--service", "ci", "--scope", "members:read"],
        vec!["list-keys"],
        vec!["rotate-keys"],
        vec!["rotate-keys", "--now"],
        vec!["revoke-key", NO_KEY, "--yes"],
        vec!["inspect-jwt"],
    ]
}

/// A name that no key has.
const NO_KEY: &str = "-0123456789_0123456789_0123456789_012345678";

/// Arguments for every command that opens the database.
fn on_the_database() -> Vec<Vec<&'static str>> {
    let mut commands = on_an_account("alice");
    commands.extend([
        vec!["create-user", "bob", "--password-stdin"],
        vec!["list-users"],
        vec!["audit"],
        vec!["migrate"],
    ]);
    commands.extend([vec!["put-member", "7", "--name", "Ada"], vec!["show-member", "7"], vec!["list-members"]]);
    commands.push(vec!["delete-member", "7", "--yes"]);
    commands.extend(on_the_keys());
    commands
}

#[test]
fn code_0_is_for_what_was_done() {
    let desk = Desk::new();
    desk.create("alice", &[]);
    let token = desk.mint(&["--service", "ci", "--scope", "members:read"]);
    let kid = desk.keys()[0]["kid"].as_str().unwrap().to_owned();
    let mut commands = on_the_database();
    // In an order in which each has something to do; the last ones delete.
    commands.retain(|command| !command.contains(&"--session") && !["delete-user", "revoke-key"].contains(&command[0]));
    commands.extend([vec!["doctor"], vec!["completions", "bash"], vec!["delete-user", "alice", "--yes"]]);
    commands.push(vec!["revoke-key", &kid, "--yes"]);
    for command in &commands {
        let input = if command[0] == "inspect-jwt" { &token } else { PASSWORD };
        desk.fed(command, input).exits(0);
    }
    let missing: Vec<_> = COMMANDS.iter().filter(|name| !commands.iter().any(|command| command[0] == **name)).collect();
    assert!(missing.is_empty(), "not run: {missing:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn code_1_is_for_output_that_cannot_be_written() {
    let desk = Desk::new();
    desk.create("alice", &[]);
    let commands: [&[&str]; 6] = [
        &["list-users"],
        &["show-user", "alice", "-o", "json"],
        &["list-keys"],
        &["mint-jwt", "alice"],
        &["completions", "zsh"],
        &["--help"],
    ];
    for arguments in commands {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = desk.bare_command(arguments).stdout(full).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {stderr}");
        assert!(stderr.starts_with("error: the output cannot be written"), "{stderr}");
    }
}

#[test]
fn code_2_is_for_what_cannot_be_run_as_it_was_given() {
    let desk = Desk::new();
    desk.create("alice", &[]);
    let wrong: [&[&str]; 38] = [
        &["no-such-command"],
        &["show-users"],
        &["--output", "xml", "list-users"],
        &["--output"],
        &["--no-such-flag", "list-users"],
        &["create-user"],
        &["create-user", "bob", "--password-stdin", "--role", "root"],
        &["create-user", "bob", "--password-stdin", "--role", "Admin"],
        &["create-user", "bob", "carol", "--password-stdin"],
        &["list-users", "alice"],
        &["list-users", "--role", ""],
        &["list-users", "--status", "asleep"],
        &["list-users", "--limit", "0"],
        &["list-users", "--limit", "-1"],
        &["list-users", "--limit", "many"],
        &["show-user"],
        &["grant-role", "alice"],
        &["grant-role", "alice", "root"],
        &["update-user", "alice", "--merge"],
        &["block-user", "alice", "--reason"],
        &["end-sessions", "alice", "--session", "7"],
        &["mint-jwt"],
        &["mint-jwt", "alice", "--ttl", "soon"],
        &["mint-jwt", "alice", "--scope", "members"],
        &["mint-jwt", "--service", "ci"],
        &["mint-jwt", "alice", "--service", "ci", "--scope", "members:read"],
        &["mint-jwt", "alice", "--expired", "--not-yet-valid"],
        &["inspect-jwt", "alice"],
        &["list-keys", "alice"],
        &["rotate-keys", "alice"],
        &["revoke-key", "alice"],
        &["audit", "alice"],
        &["audit", "--action", "no_such"],
        &["audit", "--outcome", "DONE"],
        &["audit", "--since", "yesterday"],
        &["completions"],
        &["completions", "cmd"],
        &["set-password", "alice", "--password-stdin", "--password-stdin"],
    ];
    for arguments in wrong {
        desk.fed(arguments, PASSWORD).refused(2, "");
    }
    // Without a command there is nothing to refuse: the help says what there is.
    let ran = desk.run(&[]).exits(2);
    assert!(ran.stdout.is_empty() && COMMANDS.iter().all(|command| ran.stderr.contains(command)), "{ran:?}");
    assert_eq!(desk.user("alice")["role"], "user");
    assert_eq!(desk.names(&[]), ["alice"]);
}

#[test]
fn code_3_is_for_what_is_not_there() {
    let desk = Desk::new();
    desk.create("bob", &[]);
    // A name that nobody can have is a name that nobody has.
    for name in ["alice", "me", "", "no name", "\u{1f600}"] {
        let commands = on_an_account(name);
        let some = if name == "alice" { commands.len() } else { 3 };
        for command in &commands[..some] {
            desk.fed(command, PASSWORD).refused(3, "there is no such user");
        }
    }
    let unknown = ["end-sessions", "bob", "--session", "01980000-0000-7000-8000-000000000000"];
    desk.run(&unknown).refused(3, "there is no such session");
    desk.run(&["revoke-key", NO_KEY, "--yes"]).refused(3, "there is no such signing key");
}

#[test]
fn code_4_is_for_what_is_refused_by_a_rule() {
    let desk = Desk::new();
    desk.create("alice", &["--role", "reader"]);
    desk.run(&["mint-jwt", "alice", "--scope", "members:write"]).refused(4, "members:write");
    let expired = desk.mint(&["alice", "--expired"]);
    desk.fed(&["inspect-jwt"], &expired).exits(4);
    desk.fed(&["inspect-jwt"], PASSWORD).refused(4, "the token does not verify here");
    desk.run(&["block-user", "alice"]).done();
    desk.run(&["mint-jwt", "alice"]).refused(4, "blocked");
}

#[test]
fn code_5_is_for_a_name_that_is_taken_in_any_spelling() {
    let desk = Desk::new();
    let before = desk.create("alice", &["--role", "editor"]);
    for name in ["alice", "Alice", "ＡＬＩＣＥ"] {
        desk.fed(&["create-user", name, "--password-stdin"], PASSWORD).refused(5, "this username is taken");
    }
    assert_eq!(desk.user("alice"), before);
}

#[test]
fn code_5_is_for_the_last_active_admin() {
    let desk = Desk::new();
    desk.create("root", &["--role", "admin"]);
    desk.create("other", &["--role", "admin"]);
    desk.run(&["block-user", "other"]).done();
    let before = desk.user("root");
    let ends: [&[&str]; 5] = [
        &["grant-role", "root", "editor"],
        &["grant-role", "Root", "user"],
        &["block-user", "root"],
        &["block-user", "root", "--reason", "spam"],
        &["delete-user", "root", "--yes"],
    ];
    for command in ends {
        desk.run(command).refused(5, "this is the last active admin");
    }
    assert_eq!(desk.user("root"), before);
    desk.run(&["unblock-user", "other"]).done();
    desk.run(&["grant-role", "root", "editor"]).done();
}

#[test]
fn code_5_is_for_a_key_that_waits_already() {
    let desk = Desk::empty();
    desk.run(&["rotate-keys"]).exits(0);
    desk.run(&["rotate-keys"]).refused(5, "the next key waits already");
}

#[test]
fn code_6_is_for_input_that_breaks_a_rule() {
    let desk = Desk::new();
    let before = desk.create("alice", &[]);
    let long = "x".repeat(129);
    for name in ["", ".", "..", "me", "ME", "no name", "a/b", "аlice", &long] {
        desk.fed(&["create-user", name, "--password-stdin"], PASSWORD).refused(6, "username must ");
    }
    let reason = "é".repeat(501);
    desk.run(&["mint-jwt", "alice", "--ttl", "25h"]).refused(6, "ttl must be from 1s to 24h");
    desk.run(&["mint-jwt", "--service", "a b", "--scope", "members:read"]).refused(6, "service must be ");
    desk.run(&["block-user", "alice", "--reason", &reason]).refused(6, "reason must be 500 characters at most");
    assert_eq!(desk.user("alice"), before);
    assert_eq!(desk.names(&[]), ["alice"]);
    desk.run(&["block-user", "alice", "--reason", &reason[2..]]).done();
}

#[test]
fn code_8_is_for_a_database_that_does_not_answer() {
    let desk = Desk::new();
    desk.write("users.db", "this is no database, but it has been long enough to be one".repeat(100));
    for command in on_the_database() {
        desk.fed(&command, PASSWORD).refused(8, "the database is not available");
    }
    let ran = desk.run(&["doctor"]).exits(8);
    assert!(ran.stdout.contains("failed"), "{ran:?}");
}
