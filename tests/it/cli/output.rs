//! What is printed, where, and in which form.

use std::process::Stdio;

use insta::{assert_json_snapshot, assert_snapshot};
use tests::{is_timestamp, is_uuid_v7};

use super::{Desk, PASSWORD, USER};

/// A user with something in every column.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.create("alice", &["--role", "editor", "--data", r#"{"city": "Zürich", "pets": ["cat", null], "n": 1.5}"#]);
    desk.run(&["block-user", "alice", "--reason", "spam, \"again\""]).done();
    desk
}

/// Puts stand-ins of the same width in the place of what differs from run to run, once its shape is asserted.
fn redacted(desk: &Desk, text: &str) -> String {
    let user = desk.user("alice");
    let mut text = text.to_owned();
    for name in ["id", "created_at", "updated_at"] {
        let value = user[name].as_str().unwrap();
        let fits = if name == "id" { is_uuid_v7(value) } else { is_timestamp(value) };
        assert!(fits && text.contains(value), "{name}: {text}");
        text = text.replacen(value, &format!("{:.<width$}", format!("[{name}]"), width = value.len()), 1);
    }
    text
}

#[test]
fn a_user_as_a_table() {
    let desk = desk();
    assert_snapshot!(redacted(&desk, &desk.shown("alice", "table")), @r#"
    ┌──────────────────────────────────────┬──────────┬────────┬─────────┬────────────────┬───────────────────────────────────────────────┬──────────────────────────┬──────────────────────────┐
    │ id                                   ┆ username ┆ role   ┆ status  ┆ blocked_reason ┆ data                                          ┆ created_at               ┆ updated_at               │
    ╞══════════════════════════════════════╪══════════╪════════╪═════════╪════════════════╪═══════════════════════════════════════════════╪══════════════════════════╪══════════════════════════╡
    │ [id]................................ ┆ alice    ┆ editor ┆ blocked ┆ spam, "again"  ┆ {"city":"Zürich","pets":["cat",null],"n":1.5} ┆ [created_at]............ ┆ [updated_at]............ │
    └──────────────────────────────────────┴──────────┴────────┴─────────┴────────────────┴───────────────────────────────────────────────┴──────────────────────────┴──────────────────────────┘
    "#);
}

#[test]
fn a_user_as_csv() {
    let desk = desk();
    assert_snapshot!(redacted(&desk, &desk.shown("alice", "csv")), @r#"
    id,username,role,status,blocked_reason,data,created_at,updated_at
    [id]................................,alice,editor,blocked,"spam, ""again""","{""city"":""Zürich"",""pets"":[""cat"",null],""n"":1.5}",[created_at]............,[updated_at]............
    "#);
}

#[test]
fn a_user_as_json() {
    let desk = desk();
    assert_json_snapshot!(desk.user("alice"), {
        ".id" => insta::dynamic_redaction(|id, _| {
            assert!(is_uuid_v7(id.as_str().unwrap()));
            "[uuid v7]"
        }),
        ".created_at" => "[created_at]",
        ".updated_at" => "[updated_at]",
    }, @r#"
    {
      "id": "[uuid v7]",
      "username": "alice",
      "role": "editor",
      "status": "blocked",
      "blocked_reason": "spam, \"again\"",
      "data": {
        "city": "Zürich",
        "pets": [
          "cat",
          null
        ],
        "n": 1.5
      },
      "created_at": "[created_at]",
      "updated_at": "[updated_at]"
    }
    "#);
    // One object, indented, and the end of a line.
    let text = desk.shown("alice", "json");
    assert!(text.starts_with("{\n  \"id\": ") && text.ends_with("\n}\n"), "{text}");
}

#[test]
fn a_table_is_what_is_printed_unless_told_otherwise() {
    let desk = desk();
    assert_eq!(desk.run(&["show-user", "alice"]).done(), desk.shown("alice", "table"));
}

/// A program that reads CSV takes it apart as it was put together (RFC 4180).
#[test]
fn csv_is_a_head_and_a_line_for_each_record() {
    let desk = Desk::new();
    desk.create("alice", &["--data", r#"{"a": "1,2\n3"}"#]);
    desk.run(&["block-user", "alice", "--reason", "two\nlines"]).done();
    let csv = desk.shown("alice", "csv");
    assert!(csv.starts_with(&format!("{USER}\n")), "{csv}");
    assert!(csv.contains(",user,blocked,\"two\nlines\",\"{\"\"a\"\":\"\"1,2\\n3\"\"}\",20"), "{csv}");
}

/// What somebody put into an account is shown, not obeyed.
#[test]
fn a_terminal_has_nothing_to_obey_in_what_is_printed() {
    let desk = Desk::new();
    let data = r#"{"a": "\u001b[2J\u0007", "b": "\u009b31m", "c": "\u202e"}"#;
    desk.create("alice", &["--data", data]);
    desk.run(&["block-user", "alice", "--reason", "\u{1b}[31mred\rover\u{9b}1m\u{202e}"]).exits(0);
    let table = desk.shown("alice", "table");
    assert!(!table.contains(|c: char| c.is_control() && c != '\n') && !table.contains('\u{202e}'), "{table:?}");
    assert!(table.contains("\\u001b[31mred\\u000dover\\u009b1m\\u202e"), "{table}");
    let json = desk.shown("alice", "json");
    assert!(!json.contains(|c: char| c.is_control() && c != '\n'), "{json:?}");
    assert_eq!(desk.user("alice")["blocked_reason"], "\u{1b}[31mred\rover\u{9b}1m\u{202e}");
    // Neither does an error repeat what a terminal would obey.
    desk.run(&["show-user", "\u{9b}31m\r"]).refused(3, "");
    desk.run(&["update-user", "alice", "--data", "@no\rsuch\u{9b}file"]).refused(2, "no\\u000dsuch\\u009bfile");
}

/// Where no terminal is, colours are only for those who insist.
#[test]
fn what_is_no_terminal_gets_no_colours() {
    let desk = desk();
    for variables in [&[][..], &[("TERM", "xterm-256color")], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]] {
        // That there is no ESC in it is asserted of every run.
        desk.with(variables, &["show-user", "alice"]).done();
        desk.with(variables, &["doctor"]).done();
        desk.with(variables, &["show-user", "bob"]).refused(3, "no such user");
        desk.with(variables, &["--no-such-flag"]).refused(2, "--no-such-flag");
        desk.with(variables, &["--help"]).done();
    }
    let mut forced = desk.command(&["show-user", "alice"]);
    let output = forced.env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(output.stdout.contains(&0x1b), "{output:?}");
}

/// Whoever reads the output, as `head` does, may have seen enough: that is no failure, and no reason to complain.
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let desk = desk();
    let commands: [&[&str]; 8] = [
        &["list-users"],
        &["list-users", "-o", "csv"],
        &["show-user", "alice", "-o", "json"],
        &["list-keys"],
        &["mint-jwt", "--service", "ci", "--scope", "members:read"],
        &["doctor"],
        &["completions", "bash"],
        &["--help"],
    ];
    for arguments in commands {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = desk.bare_command(arguments).stdin(Stdio::null()).stdout(writer).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), stderr.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn a_change_is_made_although_nobody_reads_of_it() {
    let desk = desk();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = desk.bare_command(&["grant-role", "alice", "reader"]).stdout(writer).status().unwrap();
    assert!(status.success());
    assert_eq!(desk.user("alice")["role"], "reader");
    assert!(desk.fed(&["set-password", "alice", "--password-stdin"], PASSWORD).done().contains("reader"));
}
