//! Every setting, variable, command and flag that is named exists.

use std::collections::BTreeSet;
use std::process::Command;

use tests::program;

use super::{blocks, files, load_settings, read};

/// The variables with names that hosting platforms use, and ours for the same.
const ALIASES: &[(&str, &str)] = &[
    ("DATABASE_URL", "USERSTORE_DATABASE_URL"),
    ("REDIS_URL", "USERSTORE_REDIS_URL"),
    ("HOST", "USERSTORE_SERVER_HOST"),
    ("PORT", "USERSTORE_SERVER_PORT"),
];

/// Variables of other programs.
const OTHERS: &[&str] =
    &["POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD_FILE", "POSTGRES_INITDB_ARGS", "REDISCLI_AUTH"];

/// The sections of the settings.
const SECTIONS: &[&str] =
    &["server", "database", "redis", "sessions", "cache", "signup", "passwords", "tokens", "limits", "metrics", "log"];

/// The variables that a text gives a value, and those that can be nobody's but ours.
fn variables(text: &str) -> BTreeSet<&str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices(|c: char| c.is_ascii_uppercase()) {
        let word = text[at..].split(|c| !is_part(c)).next().unwrap_or_default();
        let is_whole = !text[..at].ends_with(is_part);
        let is_name = word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        let rest = &text[at + word.len()..];
        let is_assigned = rest.starts_with('=') || rest.starts_with(": ");
        if is_whole && is_name && (is_assigned && word.len() > 3 || word.starts_with("USERSTORE_")) {
            found.insert(word);
        }
    }
    found
}

/// Whether the programs know a variable: they say so when it holds nonsense.
fn assert_known(file: &str, variable: &str) {
    let folder = tempfile::tempdir().unwrap();
    let name = variable.strip_suffix("_FILE").unwrap_or(variable);
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
    let ours = alias.map_or(name, |(_, ours)| ours);
    assert!(ours.starts_with("USERSTORE_"), "{file}: {variable} is no setting");
    if name != variable {
        let (code, message) = load_settings(folder.path(), &[(variable, "/missing/file")]);
        assert!(
            code == Some(2) && message.contains(variable) && message.contains("cannot be read"),
            "{file}: {variable}: {message}"
        );
    } else if alias.is_some_and(|_| ours.ends_with("_URL")) {
        let (code, message) = load_settings(folder.path(), &[(variable, "sqlite://a"), (ours, "sqlite://b")]);
        assert!(
            code == Some(2) && message.contains(variable) && message.contains(ours),
            "{file}: {variable}: {message}"
        );
    } else if alias.is_none() {
        let (_, message) = load_settings(folder.path(), &[(variable, "no such thing")]);
        assert!(!message.contains("there is no setting"), "{file}: {variable}: {message}");
    }
}

#[test]
fn every_variable_is_known() {
    let mut known = BTreeSet::new();
    for (file, text) in files() {
        for variable in variables(&text).into_iter().filter(|variable| !OTHERS.contains(variable)) {
            assert_known(&file, variable);
            known.insert(variable.to_owned());
        }
    }
    assert!(["DATABASE_URL_FILE", "REDIS_URL_FILE", "HOST"].iter().all(|name| known.contains(*name)), "{known:?}");
}

/// What is between backticks, in a line.
fn spans(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// Whether a word is a key of the settings, such as `cache.kind`: its section, and its name there.
fn key(word: &str) -> Option<(&str, &str)> {
    let (section, name) = word.split_once('.')?;
    let is_name = name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    (SECTIONS.contains(&section) && is_name).then_some((section, name))
}

#[test]
fn every_key_is_known() {
    let mut known = BTreeSet::new();
    for (file, text) in files() {
        for (section, name) in spans(&text).filter_map(|span| key(span.split(' ').next()?)) {
            assert_known(&file, &format!("USERSTORE_{section}_{name}").to_uppercase());
            known.insert(format!("{section}.{name}"));
        }
    }
    assert!(["cache.kind", "database.max_connections"].iter().all(|key| known.contains(*key)), "{known:?}");
    for toml in blocks(&unindented(&read("docs/growing.md")), "toml") {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("userstore.toml"), toml).unwrap();
        let (code, message) = load_settings(folder.path(), &[]);
        assert_eq!(code, Some(1), "{toml}: {message}");
    }
}

/// A page without the indents of its lists.
pub(super) fn unindented(page: &str) -> String {
    page.lines().map(str::trim_start).collect::<Vec<_>>().join("\n")
}

/// The words of every call of a program, up to where the call ends.
fn calls<'t>(text: &'t str, program: &str) -> Vec<Vec<&'t str>> {
    let mut calls = Vec::new();
    for line in text.lines() {
        let is_call = |before: &str| !before.ends_with(['/', '-']) && !before.ends_with("--package ");
        for (at, _) in line.match_indices(program).filter(|(at, _)| is_call(&line[..*at])) {
            let rest = line[at + program.len()..].split(['`', '#', '&', '|', ';', ']']).next().unwrap_or_default();
            let words = rest.split([' ', ',']).map(|word| word.trim_matches('"'));
            calls.push(words.filter(|word| !word.is_empty()).collect());
        }
    }
    calls
}

fn help(name: &str, arguments: &[&str]) -> String {
    let output = Command::new(program(name)).env_clear().args(arguments).arg("--help").output().unwrap();
    assert!(output.status.success(), "there is no {name} {arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Whether the help of a program has each of these flags.
fn assert_flags(file: &str, help: &str, words: &[&str]) {
    let flags: BTreeSet<&str> = help.split([' ', '\n', '=', ',']).filter(|word| word.starts_with('-')).collect();
    for flag in words.iter().filter(|word| word.len() > 1 && word.starts_with('-')) {
        assert!(
            flags.contains(flag.split('=').next().unwrap()),
            "{file}: there is no flag {flag} in {words:?}: {help}"
        );
    }
}

#[test]
fn every_command_and_flag_is_known() {
    let (mut commands, mut flags) = (BTreeSet::new(), 0);
    for (file, text) in files() {
        for call in calls(&text, "userstore-cli") {
            let Some((command, arguments)) = call.split_first() else { continue };
            if command.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') {
                assert_flags(&file, &help("userstore-cli", &[command]), arguments);
                commands.insert((*command).to_owned());
            }
        }
        for call in calls(&text, "userstore-server") {
            assert_flags(&file, &help("userstore-server", &[]), &call);
            flags += call.iter().filter(|word| word.starts_with("--")).count();
        }
    }
    assert!(["doctor", "grant-role", "migrate"].iter().all(|name| commands.contains(*name)), "{commands:?}");
    assert!(flags >= 2, "the health check of the image, and those of the page");
}

#[test]
fn names_are_found() {
    let text = "PORT=1 A=b `HOST: x` x_PORT=2 Type=notify\nENV PORT=1 DATABASE_URL_FILE: USERSTORE_X, ${REDIS_URI=}";
    assert_eq!(variables(text), ["DATABASE_URL_FILE", "HOST", "PORT", "REDIS_URI", "USERSTORE_X"].into());
    assert_eq!(key("cache.kind"), Some(("cache", "kind")));
    assert_eq!(key("redis.example.org"), None);
    assert_eq!(calls("x userstore-cli migrate --to - && y", "userstore-cli"), [["migrate", "--to", "-"]]);
    assert_eq!(calls("[userstore-cli, migrate, \"--to\"]", "userstore-cli"), [["migrate", "--to"]]);
    assert!(calls("target/userstore-cli x --package userstore-cli y", "userstore-cli").is_empty());
    assert_eq!(blocks("```sh\na\n```\n```toml\nb\n```\n", "toml"), ["b\n"]);
}
