//! Databases that cannot be opened, and what becomes of the files.

use serde_json::json;

use super::{Desk, PASSWORD, Ran};

/// What to wait for a database that is locked.
const PATIENCE: (&str, &str) = ("USERSTORE_DATABASE_TIMEOUT", "200ms");

#[test]
fn a_database_that_cannot_be_opened_does_not_answer() {
    let desk = Desk::new();
    let in_no_folder = format!("sqlite://{}?mode=rwc", desk.path("no/such/users.db").display());
    let is_a_folder = format!("sqlite://{}?mode=rwc", desk.path(".").display());
    for url in [&in_no_folder, &is_a_folder] {
        desk.with(&[("DATABASE_URL", url)], &["list-users"]).refused(8, "the database is not available");
    }
    desk.with(&[("DATABASE_URL", &in_no_folder)], &["migrate"]).refused(8, "see that its directory is there");
}

#[test]
fn a_database_that_is_damaged_does_not_answer_and_is_not_overwritten() {
    let desk = Desk::new();
    desk.create("alice", &[]);
    let mut bytes = std::fs::read(desk.database()).unwrap();
    bytes[..100].fill(b'x');
    desk.write("users.db", &bytes);
    desk.run(&["list-users"]).refused(8, "the database is not available");
    desk.fed(&["create-user", "bob", "--password-stdin"], PASSWORD).refused(8, "the database is not available");
    assert_eq!(std::fs::read(desk.database()).unwrap(), bytes);
}

/// As long as another program holds the file, nothing is read or written; after that, all is as it was.
#[cfg(unix)]
#[test]
fn a_database_that_is_locked_does_not_answer() {
    let desk = Desk::new();
    let before = desk.create("alice", &[]);
    let file = std::fs::File::options().read(true).write(true).open(desk.database()).unwrap();
    rustix::fs::fcntl_lock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive).unwrap();
    let commands: [&[&str]; 5] = [
        &["create-user", "bob", "--password-stdin"],
        &["show-user", "alice"],
        &["grant-role", "alice", "admin"],
        &["delete-user", "alice", "--yes"],
        &["migrate"],
    ];
    for arguments in commands {
        let mut command = desk.command(arguments);
        let start = std::time::Instant::now();
        Ran::of(command.envs([PATIENCE]).write_stdin(PASSWORD)).refused(8, "the database is not available");
        assert!(start.elapsed() < std::time::Duration::from_secs(4), "{:?}: {arguments:?}", start.elapsed());
    }
    let examined = desk.with(&[PATIENCE], &["doctor", "-o", "json"]).exits(8);
    let findings: serde_json::Value = serde_json::from_str(&examined.stdout).unwrap();
    assert_eq!((&findings[1]["check"], &findings[1]["verdict"]), (&json!("database"), &json!("failed")));

    drop(file);
    assert_eq!(desk.user("alice"), before);
    assert_eq!(desk.names(&[]), ["alice"]);
}

#[test]
fn a_database_is_made_only_where_the_settings_say_so() {
    let desk = Desk::new();
    let url = format!("sqlite://{}", desk.database().display());
    for command in [&["list-users"][..], &["migrate"], &["show-user", "alice"]] {
        desk.with(&[("DATABASE_URL", &url)], command).refused(2, "database.url");
    }
    assert!(!desk.database().exists());
    desk.create("alice", &[]);
    desk.with(&[("DATABASE_URL", &url)], &["show-user", "alice"]).done();
}

/// In the wrong directory, whoever looks or changes something would look at an empty store.
#[test]
fn a_database_is_made_by_those_who_may_begin_one() {
    let desk = Desk::new();
    let mut commands = super::exit_codes::on_an_account("alice");
    commands.extend(super::exit_codes::on_the_keys());
    commands.push(vec!["list-users"]);
    for command in commands {
        let why = format!("{} is not there", desk.database().display());
        desk.fed(&command, PASSWORD).refused(8, &why);
        desk.fed(&command, PASSWORD).refused(8, "userstore-cli migrate");
        assert!(!desk.database().exists(), "{command:?}");
    }
    let ran = desk.run(&["doctor", "-o", "csv"]).exits(8);
    assert!(ran.stdout.contains("users.db is not there") && !desk.database().exists(), "{ran:?}");
    let begins: [&[&str]; 2] = [&["migrate"], &["create-user", "alice", "--password-stdin"]];
    for command in begins {
        let desk = Desk::new();
        desk.fed(command, PASSWORD).done();
        assert!(desk.database().exists(), "{command:?}");
    }
}

#[test]
fn a_command_that_cannot_be_run_makes_no_database() {
    let desk = Desk::new();
    let commands: [&[&str]; 6] = [
        &["create-user", "alice"],
        &["create-user", "alice", "--password-stdin", "--data", "-"],
        &["create-user", "alice", "--password-stdin", "--data", "["],
        &["delete-user", "alice"],
        &["set-password", "alice"],
        &["completions", "bash"],
    ];
    for command in commands {
        desk.fed(command, PASSWORD);
        assert!(!desk.database().exists(), "{command:?}");
    }
}

/// The database holds password hashes: it is for its owner alone, also while it is open.
#[cfg(unix)]
#[test]
fn files_are_made_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let desk = Desk::new();
    desk.create("alice", &[]);
    desk.store(async |store| {
        store.readiness().await;
        let mut names = Vec::new();
        for entry in std::fs::read_dir(desk.path(".")).unwrap().map(Result::unwrap) {
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", entry.path().display());
            names.push(entry.file_name().into_string().unwrap());
        }
        names.sort();
        assert_eq!(names, ["users.db", "users.db-shm", "users.db-wal"]);
    });
}
