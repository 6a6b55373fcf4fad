//! The pages of the manual that are made from the programs: settings, and the command line.
//!
//! `UPDATE_GOLDEN=1 cargo test -p tests --test it pages::` writes them anew.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use tests::{golden, program};
use userstore_core::config::{Setting, reference};

use crate::cli::COMMANDS;

const SETTINGS: &str = "docs/configuration.md";

/// A row of the table of settings.
fn row(setting: &Setting) -> String {
    let Setting { key, variables, is_secret, default, about, .. } = setting;
    let secret = if *is_secret { ", or the file that `…_FILE` names" } else { "" };
    let variables = variables.join("`, `");
    format!("| `{key}` | {} | `{variables}`{secret} | {about} |", default.as_deref().unwrap_or("none"))
}

#[test]
fn the_page_of_settings_has_every_key() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(SETTINGS)).unwrap();
    // What stands around the table is written by hand.
    let is_row = |line: &&str| line.starts_with("| `") && line.contains('.');
    let before: Vec<&str> = page.lines().take_while(|line| !is_row(line)).collect();
    let after: Vec<&str> = page.lines().skip(before.len()).skip_while(is_row).collect();
    let rows: Vec<String> = reference().iter().map(row).collect();
    let lines = before.into_iter().chain(rows.iter().map(String::as_str)).chain(after);
    golden(SETTINGS, &text(lines));
}

fn text<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// What a program says of itself.
fn help(name: &str, arguments: &[&str]) -> String {
    let output = Command::new(program(name)).args(arguments).arg("--help").env_clear().output().unwrap();
    assert!(output.status.success(), "{output:?}");
    text(String::from_utf8(output.stdout).unwrap().lines().map(str::trim_end))
}

#[test]
fn the_page_of_the_command_line_has_every_command() {
    let mut page = String::from(
        "# Command line\n\n`userstore-cli` administers, straight on the database, the session store and the cache; \
         `userstore-server` serves.\nThis is what `--help` says of each.\n",
    );
    let mut section = |title: &str, text: &str| write!(page, "\n## {title}\n\n```text\n{text}```\n").unwrap();
    section("userstore-cli", &help("userstore-cli", &[]));
    for command in COMMANDS {
        section(command, &help("userstore-cli", &[command]));
    }
    section("userstore-server", &help("userstore-server", &[]));
    golden("docs/cli.md", &page);
}
