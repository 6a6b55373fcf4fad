//! `tokens.key_encryption_key`: signing keys that lie encrypted in the database.

use serde_json::{Value, json};

use super::{Desk, PASSWORD, Ran};

const NAME: &str = "USERSTORE_TOKENS_KEY_ENCRYPTION_KEY";
const SECRET: &str = "canary of the keys, 32 or longer";
const WITH: [(&str, &str); 1] = [(NAME, SECRET)];
const WITH_OTHER: [(&str, &str); 1] = [(NAME, "another canary of the keys, 32 or longer")];

/// What is said where the keys cannot be opened, without a key and with another.
const SEALED: &str = "the signing keys are sealed; set tokens.key_encryption_key";
const WRONG: &str = "a signing key does not open with this tokens.key_encryption_key";

/// A store with an editor whose keys are sealed, and a token.
fn desk() -> (Desk, String) {
    let desk = Desk::new();
    let mut create = desk.command(&["create-user", "alice", "--role", "editor", "--password-stdin"]);
    Ran::of(create.envs(WITH).write_stdin(PASSWORD)).done();
    let token = desk.with(&WITH, &["mint-jwt", "alice"]).done();
    (desk, token)
}

fn inspect(desk: &Desk, variables: &[(&str, &str)], token: &str) -> Ran {
    Ran::of(desk.command(&["inspect-jwt"]).envs(variables.iter().copied()).write_stdin(token))
}

/// What the doctor finds of the signing keys.
#[track_caller]
fn examined(desk: &Desk, variables: &[(&str, &str)], code: i32) -> Value {
    let ran = desk.with(variables, &["doctor", "--output", "json"]).exits(code);
    let findings: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
    findings.into_iter().find(|finding| finding["check"] == "signing keys").unwrap_or_else(|| panic!("{ran:?}"))
}

#[test]
fn sealed_keys_are_opened_by_the_environment_or_a_file() {
    let (desk, token) = desk();
    desk.write("key", format!("{SECRET}\n"));
    desk.write("sealed.toml", format!("[tokens]\nkey_encryption_key = \"{SECRET}\"\n"));
    let from_file = format!("{NAME}_FILE");
    for variables in [[(NAME, SECRET)], [(&from_file, "key")], [("USERSTORE_CONFIG", "sealed.toml")]] {
        inspect(&desk, &variables, &token).done();
        for command in [&["mint-jwt", "alice"][..], &["rotate-keys", "--now"], &["list-keys"]] {
            desk.with(&variables, command).exits(0);
        }
    }
    desk.with(&[(NAME, SECRET), (&from_file, "key")], &["list-keys"]).refused(2, &from_file);
    desk.with(&[(&from_file, "nowhere")], &["list-keys"]).refused(2, "nowhere");
    desk.with(&[(NAME, "canary of less than 32")], &["list-keys"]).refused(2, "must be 32 characters or longer");
}

#[test]
fn without_what_opens_them_nothing_that_needs_the_keys_is_done() {
    let (desk, token) = desk();
    let before = desk.keys();
    for (variables, why) in [(&[][..], SEALED), (&WITH_OTHER, WRONG)] {
        let needs: [&[&str]; 4] = [
            &["mint-jwt", "alice"],
            &["mint-jwt", "--service", "ci", "--scope", "members:read"],
            &["rotate-keys"],
            &["rotate-keys", "--now"],
        ];
        for command in needs {
            desk.with(variables, command).refused(8, why);
        }
        inspect(&desk, variables, &token).refused(8, why);
    }
    // Neither was a key made that the others could not open.
    assert_eq!(desk.keys(), before);
    inspect(&desk, &WITH, &token).done();
}

#[test]
fn accounts_are_administered_without_what_opens_the_keys() {
    for variables in [&[][..], &WITH_OTHER] {
        let (desk, _) = desk();
        let mut commands = super::exit_codes::on_an_account("alice");
        let apart = ["delete-user", "mint-jwt"];
        commands.retain(|command| !command.contains(&"--session") && !apart.contains(&command[0]));
        commands.extend([
            vec!["list-users"],
            vec!["list-keys"],
            vec!["migrate"],
            vec!["delete-user", "alice", "--yes"],
        ]);
        for command in commands {
            Ran::of(desk.command(&command).envs(variables.iter().copied()).write_stdin(PASSWORD)).exits(0);
        }
    }
}

/// Whoever has lost what opens them gets rid of them so; a leaked key must not wait for it either.
#[test]
fn a_sealed_key_is_revoked_without_what_opens_it() {
    let (desk, token) = desk();
    let kid = desk.keys()[0]["kid"].as_str().unwrap().to_owned();
    // Not by mistake: the servers could not open what takes its place.
    desk.with(&WITH_OTHER, &["revoke-key", &kid, "--yes"]).refused(8, WRONG);
    desk.run(&["revoke-key", &kid, "--yes"]).refused(8, SEALED);
    inspect(&desk, &WITH, &token).done();
    desk.with(&WITH_OTHER, &["revoke-key", &kid, "--yes", "--lost"]).done();
    inspect(&desk, &WITH_OTHER, &token).exits(4);
    desk.with(&WITH_OTHER, &["mint-jwt", "alice"]).done();
    desk.with(&WITH_OTHER, &["rotate-keys"]).exits(0);
}

#[test]
fn keys_that_lie_open_are_left_to_the_servers_to_seal() {
    let desk = Desk::new();
    desk.create("alice", &["--role", "editor"]);
    let (token, before) = (desk.mint(&["alice"]), desk.keys());
    desk.run(&["rotate-keys"]).exits(0);
    for command in [&["list-users"][..], &["list-keys"], &["doctor"], &["migrate"], &["mint-jwt", "alice"]] {
        desk.with(&WITH, command).exits(0);
        // A server without what opens them would stop accepting tokens.
        desk.run(&["mint-jwt", "alice"]).exits(0);
    }
    inspect(&desk, &WITH, &token).done();
    assert_eq!(desk.keys()[0]["kid"], before[0]["kid"]);
    // Neither is a key made that such a server could not open.
    for command in [&["rotate-keys", "--now"][..], &["rotate-keys"], &["rotate-keys", "--now"]] {
        desk.with(&WITH, command).exits(0);
        desk.run(&["mint-jwt", "alice"]).exits(0);
    }
}

#[test]
fn the_doctor_says_how_the_keys_lie() {
    let (desk, _) = desk();
    let sealed = examined(&desk, &WITH, 0);
    assert_eq!((&sealed["verdict"], &sealed["advice"]), (&json!("good"), &Value::Null));
    assert_eq!(sealed["detail"], "they are encrypted in the database");
    for (variables, why) in [(&[][..], SEALED), (&WITH_OTHER, WRONG)] {
        let shut = examined(&desk, variables, 1);
        assert_eq!(shut["verdict"], "failed");
        assert!(shut["detail"].as_str().unwrap().contains(why), "{shut}");
        assert!(shut["advice"].as_str().unwrap().contains("tokens.key_encryption_key"), "{shut}");
    }
    let open = examined(&Desk::empty(), &[], 0);
    assert_eq!(
        (&open["verdict"], &open["detail"]),
        (&json!("warning"), &json!("they are not encrypted in the database"))
    );
    assert!(open["advice"].as_str().unwrap().contains("tokens.key_encryption_key"), "{open}");
}
