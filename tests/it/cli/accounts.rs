//! Commands that create, change and delete accounts.

use serde_json::json;
use tests::{is_timestamp, is_uuid_v7};

use super::{Desk, PASSWORD, Ran, USER};

#[test]
fn a_new_account_is_printed_with_the_names_of_the_api() {
    let desk = Desk::new();
    let user = desk.create("Alice", &["--role", "editor", "--data", r#"{"n": 1, "list": [true, null]}"#]);
    let names: Vec<&String> = user.as_object().unwrap().keys().collect();
    assert_eq!(names, ["id", "username", "role", "status", "data", "created_at", "updated_at"]);
    assert!(is_uuid_v7(user["id"].as_str().unwrap()), "{user}");
    assert!(is_timestamp(user["created_at"].as_str().unwrap()), "{user}");
    assert_eq!(user["updated_at"], user["created_at"]);
    assert_eq!(
        (&user["username"], &user["role"], &user["status"]),
        (&json!("alice"), &json!("editor"), &json!("active"))
    );
    assert_eq!(user["data"], json!({"n": 1, "list": [true, null]}));
}

#[test]
fn a_new_account_has_the_least_rights_and_no_data_unless_told_otherwise() {
    let user = Desk::new().create("alice", &[]);
    assert_eq!((&user["role"], &user["data"]), (&json!("user"), &json!({})));
}

#[test]
fn the_operator_may_take_reserved_names_while_sign_up_is_closed() {
    let desk = Desk::new();
    let closed = [("USERSTORE_SIGNUP_MODE", "closed")];
    for name in ["admin", "root", "system"] {
        let mut command = desk.command(&["create-user", name, "--password-stdin"]);
        Ran::of(command.envs(closed).write_stdin(PASSWORD)).done();
    }
    assert_eq!(desk.names(&[]), ["admin", "root", "system"]);
}

#[test]
fn every_spelling_of_a_name_is_the_same_account() {
    let desk = Desk::new();
    let user = desk.create("alice", &[]);
    for name in ["ALICE", "Alice", "ａｌｉｃｅ"] {
        assert_eq!(desk.user(name), user);
    }
    assert_eq!(desk.run(&["grant-role", "ALICE", "reader", "--output", "json"]).json()["username"], "alice");
}

#[test]
fn a_command_that_changes_an_account_prints_it_as_show_user_does() {
    let desk = Desk::new();
    for format in ["table", "json", "csv"] {
        let name = format!("{format}.user");
        let create = ["create-user", &name, "--password-stdin", "--data", r#"{"a": "é, \"b\""}"#, "--output", format];
        let printed = desk.fed(&create, PASSWORD).done();
        assert_eq!(printed, desk.shown(&name, format));
        let commands: [&[&str]; 6] = [
            &["update-user", &name, "--data", r#"{"b": 2}"#],
            &["update-user", &name, "--data", r#"{"c": 3}"#, "--merge"],
            &["grant-role", &name, "admin"],
            &["block-user", &name, "--reason", "spam, \"again\""],
            &["unblock-user", &name],
            &["set-password", &name, "--password-stdin"],
        ];
        for command in commands {
            // Another admin, lest this one is the last.
            let printed = match command[0] {
                "block-user" => {
                    desk.create(&format!("{format}.admin"), &["--role", "admin"]);
                    desk.run(&[command, &["--output", format]].concat()).done()
                }
                _ => desk.fed(&[command, &["-o", format]].concat(), PASSWORD).done(),
            };
            assert_eq!(printed, desk.shown(&name, format), "{command:?}");
        }
        let user = desk.user(&name);
        assert_eq!((&user["data"], &user["role"]), (&json!({"b": 2, "c": 3}), &json!("admin")));
    }
}

#[test]
fn a_role_is_given_and_taken_away() {
    let desk = Desk::new();
    desk.create("alice", &[]);
    for role in ["reader", "editor", "admin"] {
        assert_eq!(desk.run(&["grant-role", "alice", role, "-o", "json"]).json()["role"], role);
        assert_eq!(desk.user("alice")["role"], role);
    }
    desk.create("root", &["--role", "admin"]);
    assert_eq!(desk.run(&["grant-role", "alice", "user", "-o", "json"]).json()["role"], "user");
}

#[test]
fn a_blocked_account_shows_the_reason_and_cannot_sign_in_until_it_is_unblocked() {
    let desk = Desk::new();
    desk.create("alice", &[]);
    let blocked = desk.run(&["block-user", "alice", "--reason", "spam", "-o", "json"]).json();
    assert_eq!((&blocked["status"], &blocked["blocked_reason"]), (&json!("blocked"), &json!("spam")));
    let refused = desk.sign_in("alice", PASSWORD, userstore_core::Client::unknown());
    assert!(matches!(refused, Err(userstore_core::Error::AccountBlocked)), "{refused:?}");

    let again = desk.run(&["block-user", "alice", "-o", "json"]).json();
    assert_eq!((&again["status"], again.get("blocked_reason")), (&json!("blocked"), None));

    let active = desk.run(&["unblock-user", "alice", "-o", "json"]).json();
    assert_eq!((&active["status"], active.get("blocked_reason")), (&json!("active"), None));
    assert!(desk.opens("alice", PASSWORD));
}

#[test]
fn a_deleted_account_is_gone_and_a_new_one_of_its_name_inherits_nothing() {
    let desk = Desk::new();
    let first = desk.create("alice", &["--data", r#"{"old": true}"#, "--role", "reader"]);
    let ran = desk.run(&["delete-user", "ALICE", "--yes", "--output", "json"]).exits(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", "The user is deleted.\n"));
    assert!(desk.names(&[]).is_empty());
    desk.run(&["show-user", "alice"]).refused(3, "no such user");

    let second = desk.create("alice", &[]);
    assert_ne!(first["id"], second["id"]);
    assert_eq!((&second["data"], &second["role"]), (&json!({}), &json!("user")));
}

#[test]
fn the_short_forms_of_options_do_the_same() {
    let desk = Desk::new();
    desk.create("alice", &[]);
    assert!(desk.run(&["-o", "csv", "show-user", "alice"]).done().starts_with(USER));
    desk.run(&["delete-user", "alice", "-y"]).exits(0);
    assert!(desk.names(&[]).is_empty());
}
