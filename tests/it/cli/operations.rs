//! `migrate`, `completions`, and what the program says about itself.

use std::path::Path;

use serde_json::Value;
use tests::is_timestamp;

use super::{COMMANDS, Desk};

#[test]
fn migrate_brings_the_database_up_to_date_and_lists_what_it_has() {
    let desk = Desk::new();
    assert!(!desk.database().exists());
    let first = desk.run(&["migrate", "--output", "json"]).json();
    assert!(desk.database().exists());
    let migrations = first.as_array().unwrap();
    assert!(migrations.len() >= 2, "{first}");
    for migration in migrations {
        let names: Vec<&String> = migration.as_object().unwrap().keys().collect();
        assert_eq!(names, ["name", "applied_at"]);
        assert!(is_timestamp(migration["applied_at"].as_str().unwrap()), "{migration}");
    }
    let names: Vec<&str> = migrations.iter().map(|migration| migration["name"].as_str().unwrap()).collect();
    assert!(names.is_sorted(), "{names:?}");
    assert_eq!(desk.run(&["migrate", "--output", "json"]).json(), first, "a second time changes nothing");

    let csv = desk.run(&["migrate", "--output", "csv"]).done();
    assert_eq!((csv.lines().next(), csv.lines().count()), (Some("name,applied_at"), 1 + names.len()));
    let table = desk.run(&["migrate"]).done();
    assert!(names.iter().chain(&["name", "applied_at"]).all(|word| table.contains(word)), "{table}");
}

#[test]
fn there_are_completions_for_every_shell() {
    // No settings are needed: it may be run where packages are built.
    let desk = Desk::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = desk.with(&[("USERSTORE_NO_SUCH", "1")], &["completions", shell]).done();
        let missing: Vec<_> = COMMANDS.iter().filter(|command| !script.contains(*command)).collect();
        assert!(missing.is_empty(), "{shell} does not complete {missing:?}");
        assert!(script.contains("password-stdin") && script.contains("output"), "{shell}");
    }
}

/// Bash itself: the script loads, and completes the name of a command.
#[cfg(has_bash)]
#[test]
fn bash_completes() {
    let desk = Desk::new();
    desk.write("completions", desk.run(&["completions", "bash"]).done());
    let script = r#". ./completions; COMP_WORDS=(userstore-cli gr); COMP_CWORD=1
        registered=$(complete -p userstore-cli); function=${registered#* -F }; function=${function%% *}
        $function userstore-cli gr userstore-cli; echo "${COMPREPLY[@]}""#;
    let output = std::process::Command::new("bash").args(["-c", script]).current_dir(desk.path(".")).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "grant-role\n");
}

#[test]
fn help_is_printed_as_data() {
    let desk = Desk::new();
    for flag in ["--help", "-h", "help"] {
        let help = desk.run(&[flag]).done();
        let missing: Vec<_> = COMMANDS.iter().filter(|command| !help.contains(*command)).collect();
        assert!(missing.is_empty() && help.contains("--output"), "{missing:?}: {help}");
    }
    for command in COMMANDS {
        let help = desk.run(&[command, "--help"]).done();
        assert!(help.contains(&format!("Usage: userstore-cli {command}")), "{help}");
        assert_eq!(desk.run(&["help", command]).done(), help);
    }
    // With broken settings it is needed most.
    desk.with(&[("USERSTORE_NO_SUCH", "1")], &["--help"]).done();
}

#[test]
fn help_names_every_exit_code() {
    let help = Desk::new().run(&["--help"]).done();
    let (_, codes) = help.split_once("Exit codes:").unwrap();
    let words: Vec<&str> = codes.split_whitespace().collect();
    assert!(["0", "1", "2", "3", "4", "5", "6", "8"].iter().all(|code| words.contains(code)), "{codes}");
}

#[test]
fn the_version_is_that_of_the_package() {
    let desk = Desk::new();
    let version = format!("userstore-cli {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(desk.run(&["--version"]).done(), version);
    assert_eq!(desk.run(&["-V"]).done(), version);
}

#[test]
fn a_word_that_is_nearly_a_command_is_corrected() {
    desk_refuses("lst-users", "list-users");
    desk_refuses("creat-user", "create-user");
}

fn desk_refuses(word: &str, suggestion: &str) {
    Desk::new().run(&[word]).refused(2, suggestion);
}

#[test]
fn nothing_is_left_in_the_working_directory_but_the_database() {
    let desk = Desk::new();
    desk.create("alice", &["--data", r#"{"a": 1}"#]);
    desk.run(&["list-users"]).done();
    let left: Vec<_> = std::fs::read_dir(desk.path(".")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, [Path::new("users.db").as_os_str()]);
    assert_ne!(desk.user("alice"), Value::Null);
}
