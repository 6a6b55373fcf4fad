//! Passwords and other secrets, typed where they belong and where they do not. That none of them is shown is asserted
//! of every run, by `Ran::of`; these are the runs in which it would be easiest.

use super::{Desk, PASSWORD, Ran};

#[test]
fn a_password_that_is_given_as_an_argument_is_refused_and_not_repeated() {
    let desk = Desk::new();
    desk.create("alice", &[]);
    let with_equals = format!("--password={PASSWORD}");
    let behind_flag = format!("--password-stdin={PASSWORD}");
    let short = format!("-p{PASSWORD}");
    let misplaced: [&[&str]; 9] = [
        &["create-user", "bob", PASSWORD],
        &["create-user", "bob", "--password", PASSWORD],
        &["create-user", "bob", &with_equals],
        &["create-user", "bob", "--password-stdin", PASSWORD],
        &["create-user", "bob", &behind_flag],
        &["create-user", "bob", &short],
        &["set-password", "alice", PASSWORD],
        &["set-password", "alice", "--password-stdin", PASSWORD],
        &["show-user", "alice", PASSWORD],
    ];
    for arguments in misplaced {
        desk.fed(arguments, PASSWORD).refused(2, "unexpected");
    }
    assert_eq!(desk.names(&[]), ["alice"]);
}

#[test]
fn a_password_that_is_taken_for_something_else_is_not_repeated() {
    let desk = Desk::new();
    desk.create("alice", &[]);
    desk.fed(&["create-user", PASSWORD, "--password-stdin"], PASSWORD).refused(6, "username");
    desk.fed(&["create-user", "bob", "--password-stdin", "--data", PASSWORD], PASSWORD).refused(6, "data");
    desk.fed(&["update-user", "alice", "--data", "-"], PASSWORD).refused(6, "data");
    desk.run(&["show-user", PASSWORD]).refused(3, "no such user");
    desk.run(&["create-user", "bob", "--role", PASSWORD]).refused(2, "--role");
    desk.run(&["list-users", "--limit", PASSWORD]).refused(2, "--limit");
    desk.run(&["end-sessions", "alice", "--session", PASSWORD]).refused(2, "--session");
    desk.run(&["mint-jwt", "alice", "--scope", PASSWORD]).refused(2, "--scope");
    let data = format!(r#"{{"password": "{PASSWORD}", "password": 1}}"#);
    desk.run(&["update-user", "alice", "--data", &data]).refused(6, "data");
    let name = "canary.the.user";
    desk.fed(&["create-user", name, "--password-stdin"], name).refused(6, "password");
}

#[test]
fn a_database_url_in_the_environment_is_not_repeated() {
    let desk = Desk::new();
    for url in ["oracle://alice:canary@localhost/users", "mysql://canary", "canary", "sqlite://canary.db?mode=canary"] {
        for command in [&["list-users"][..], &["migrate"], &["create-user", "alice", "--password-stdin"]] {
            let mut command = desk.command(command);
            Ran::of(command.env("DATABASE_URL", url).write_stdin(PASSWORD)).refused(2, "database.url");
        }
        desk.with(&[("DATABASE_URL", url)], &["doctor"]).exits(2);
    }
    // Nobody listens there.
    for url in ["postgres://canary:canary@127.0.0.1:1/users", "mysql://canary:canary@127.0.0.1:1/users"] {
        let environment = [("DATABASE_URL", url), ("USERSTORE_DATABASE_TIMEOUT", "300ms")];
        desk.with(&environment, &["list-users"]).refused(8, "database.url");
    }
}

#[test]
fn neither_hash_nor_token_is_in_anything_that_is_printed() {
    let desk = Desk::new();
    desk.create("alice", &["--role", "admin"]);
    let token = desk.sign_in("alice", PASSWORD, userstore_core::Client::unknown()).unwrap().token;
    let commands: [&[&str]; 7] = [
        &["list-users"],
        &["show-user", "alice"],
        &["list-sessions", "alice"],
        &["list-keys"],
        &["doctor"],
        &["migrate"],
        &["grant-role", "alice", "admin"],
    ];
    for command in commands {
        for format in ["table", "json", "csv"] {
            let printed = desk.run(&[command, &["-o", format]].concat()).done();
            assert!(!printed.contains("ust_") && !printed.contains(token.reveal()), "{printed}");
            assert!(
                !printed.contains("hash\"") && !printed.contains("epoch") && !printed.contains("version"),
                "{printed}"
            );
        }
    }
}

/// Neither is the password in a file: not in the database, not in its companions, not beside them.
#[test]
fn no_file_holds_a_password() {
    let desk = Desk::new();
    desk.create("alice", &[]);
    desk.fed(&["set-password", "alice", "--password-stdin"], PASSWORD).done();
    desk.store(async |store| {
        store.readiness().await;
        for entry in std::fs::read_dir(desk.path(".")).unwrap() {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            let held = bytes.windows(PASSWORD.len()).any(|window| window == PASSWORD.as_bytes());
            assert!(!held, "{}", path.display());
        }
    });
}
