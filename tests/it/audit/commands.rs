//! What the command line changes leaves one entry, too; on every database.

use std::collections::BTreeSet;

use serde_json::Value;
use tests::{Backend, Cli, DatabaseKind, Footing};

use crate::cli::COMMANDS;
use crate::cli::ran::Ran;

const PASSWORD: &str = "a plum for the desk, 7";

/// Commands that change something, and the entry of each, in an order in which each has something to do. `KID` is that
/// of the first key.
const CHANGES: &[(&[&str], &str)] = &[
    (&["create-user", "Alice", "--role", "admin", "--password-stdin"], "create_user user alice done"),
    (&["update-user", "alice", "--data", r#"{"a":1}"#], "update_data user alice done"),
    (&["update-user", "alice", "--data", r#"{"b":1}"#, "--merge"], "update_data user alice done"),
    (&["set-password", "alice", "--password-stdin"], "set_password user alice done"),
    (&["end-sessions", "alice"], "end_sessions user alice done"),
    (&["block-user", "alice"], "block_user user alice last_admin"),
    (&["create-user", "bob", "--password-stdin"], "create_user user bob done"),
    (&["grant-role", "bob", "admin"], "grant_role user bob done"),
    (&["block-user", "alice", "--reason", "plums"], "block_user user alice done"),
    (&["unblock-user", "alice"], "unblock_user user alice done"),
    (&["mint-jwt", "alice"], "mint_token user alice done"),
    (&["mint-jwt", "--service", "ci", "--scope", "members:read"], "mint_token service ci done"),
    (&["delete-user", "alice", "--yes"], "delete_user user alice done"),
    (&["put-member", "7", "--name", "Ada"], "put_member member - done"),
    (&["put-member", "7", "--name", "Augusta"], "put_member member - done"),
    (&["delete-member", "7", "--yes"], "delete_member member - done"),
    (&["rotate-keys"], "rotate_keys key - done"),
    (&["rotate-keys", "--now"], "rotate_keys key - done"),
    (&["revoke-key", "KID", "--yes"], "revoke_key key - done"),
];

/// Commands that leave nothing.
const OTHERS: [&str; 11] = [
    "list-users",
    "show-user",
    "list-sessions",
    "list-members",
    "show-member",
    "inspect-jwt",
    "list-keys",
    "audit",
    "migrate",
    "doctor",
    "completions",
];

fn entries(cli: &Cli) -> Vec<Value> {
    Ran::of(&mut cli.command(&["audit", "-o", "json"])).json().as_array().unwrap().clone()
}

fn short(entry: &Value) -> String {
    let text = |name: &str| entry[name].as_str().unwrap_or("-");
    assert_eq!((text("actor_kind"), text("actor_name"), text("ip")), ("operator", "-", "-"), "{entry}");
    assert!(text("user_agent").starts_with("userstore-cli/"), "{entry}");
    format!("{} {} {} {}", text("action"), text("target_kind"), text("target_name"), text("outcome"))
}

fn all(kind: DatabaseKind) {
    let cli = Cli::on(&Footing::new(Backend::plain(kind)));
    Ran::of(&mut cli.command(&["migrate"])).done();
    let keys = Ran::of(&mut cli.command(&["list-keys", "-o", "json"])).json();
    let kid = keys[0]["kid"].as_str().unwrap();
    assert_eq!(entries(&cli), [Value::Null; 0], "a fresh store has none");
    for (number, (arguments, entry)) in CHANGES.iter().enumerate() {
        let arguments: Vec<&str> = arguments.iter().map(|word| if *word == "KID" { kid } else { word }).collect();
        let ran = Ran::of(cli.command(&arguments).write_stdin(PASSWORD));
        assert_eq!(ran.code, Some(if entry.ends_with("done") { 0 } else { 5 }), "{arguments:?}: {ran:?}");
        let told = entries(&cli);
        assert_eq!(told.len(), number + 1, "{arguments:?}: {told:?}");
        assert_eq!(short(&told[number]), *entry, "{arguments:?}");
    }
    for arguments in [&["list-users"][..], &["show-user", "bob"], &["doctor"], &["migrate"], &["audit"]] {
        Ran::of(&mut cli.command(arguments)).exits(0);
    }
    // What has nothing to change leaves nothing.
    Ran::of(&mut cli.command(&["grant-role", "bob", "admin"])).exits(0);
    Ran::of(&mut cli.command(&["revoke-key", kid, "--yes"])).exits(0);
    Ran::of(&mut cli.command(&["end-sessions", "nobody"])).exits(3);
    assert_eq!(entries(&cli).len(), CHANGES.len());
}

#[test]
fn no_command_is_left_out() {
    let mut known: BTreeSet<&str> = CHANGES.iter().map(|(arguments, _)| arguments[0]).collect();
    known.extend(OTHERS);
    assert_eq!(known, COMMANDS.into_iter().collect());
}

#[test]
fn every_command_that_changes_leaves_one_entry_on_sqlite() {
    all(DatabaseKind::Sqlite);
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL's programs")]
fn every_command_that_changes_leaves_one_entry_on_postgres() {
    all(DatabaseKind::Postgres);
}

#[test]
#[cfg_attr(not(has_mariadb), ignore = "needs MariaDB's programs")]
fn every_command_that_changes_leaves_one_entry_on_mariadb() {
    all(DatabaseKind::MariaDb);
}
