//! Questions, asked of somebody at a terminal.

use std::fs::File;
use std::process::Stdio;

use userstore_core::Precondition;

use super::pseudo_terminal::PseudoTerminal;
use super::{Desk, PASSWORD};

const FIRST: &str = "Password:";
const AGAIN: &str = "Password, once more:";
const OTHER: &str = "canary hums at dusk 8";

const CTRL_C: &str = "\u{3}";

/// What is asked of one who wants to delete Alice.
const DELETE: &str = "Delete alice (user) and everything of it, for good? [y/N] ";

#[test]
fn a_password_is_asked_twice_and_never_shown() {
    let desk = Desk::new();
    let mut terminal = desk.at_terminal(&["create-user", "alice"]);
    terminal.answer_hidden(FIRST, PASSWORD);
    terminal.answer_hidden(AGAIN, PASSWORD);
    terminal.wait_for("alice");
    assert!(terminal.echoes(), "the terminal is left as it was found");
    terminal.ends(0);
    assert!(desk.opens("alice", PASSWORD));

    let mut terminal = desk.at_terminal(&["set-password", "alice"]);
    terminal.answer_hidden(FIRST, OTHER);
    terminal.answer_hidden(AGAIN, OTHER);
    terminal.ends(0);
    assert!(desk.opens("alice", OTHER));
}

#[test]
fn two_passwords_that_differ_are_asked_anew() {
    let desk = Desk::new();
    let mut terminal = desk.at_terminal(&["create-user", "alice"]);
    terminal.answer_hidden(FIRST, OTHER);
    terminal.answer_hidden(AGAIN, PASSWORD);
    terminal.wait_for("The two passwords differ.");
    terminal.answer_hidden(FIRST, PASSWORD);
    terminal.answer_hidden(AGAIN, PASSWORD);
    terminal.ends(0);
    assert!(desk.opens("alice", PASSWORD));
}

#[test]
fn two_passwords_that_differ_each_time_are_refused() {
    let desk = Desk::new();
    desk.create("alice", &[]);
    for arguments in [&["set-password", "alice"], &["create-user", "bob"]] {
        let mut terminal = desk.at_terminal(arguments);
        for _ in 0..3 {
            terminal.answer_hidden(FIRST, OTHER);
            terminal.answer_hidden(AGAIN, "canary hums at dusk 9");
            terminal.wait_for("The two passwords differ.");
        }
        let text = terminal.ends(4);
        assert!(text.contains("the two passwords differ each time; nothing is done"), "{text}");
    }
    assert!(desk.opens("alice", PASSWORD));
    assert_eq!(desk.names(&[]), ["alice"]);
}

#[test]
fn no_password_is_a_no() {
    let desk = Desk::new();
    let mut terminal = desk.at_terminal(&["create-user", "alice"]);
    terminal.answer_hidden(FIRST, "");
    let text = terminal.ends(4);
    assert!(text.contains("no password was typed; nothing is done"), "{text}");
    assert!(desk.names(&[]).is_empty());
}

#[test]
fn a_typed_password_keeps_to_the_rules() {
    let desk = Desk::new();
    let mut terminal = desk.at_terminal(&["create-user", "alice"]);
    terminal.answer_hidden(FIRST, "canary");
    terminal.answer_hidden(AGAIN, "canary");
    let text = terminal.ends(6);
    assert!(text.contains("the input is not valid") && text.contains("password must "), "{text}");
    assert!(desk.names(&[]).is_empty());
}

#[test]
fn nobody_types_a_password_twice_to_hear_that_a_name_cannot_be_had() {
    let desk = Desk::new();
    desk.create("alice", &[]);
    for (name, code, why) in [("Alice", 5, "this username is taken"), ("no name", 6, "username must ")] {
        let text = desk.at_terminal(&["create-user", name]).ends(code);
        assert!(text.contains(why) && !text.contains(FIRST), "{text}");
    }
}

#[test]
fn nobody_types_a_password_twice_to_hear_that_there_is_no_such_user() {
    let text = Desk::empty().at_terminal(&["set-password", "alice"]).ends(3);
    assert!(text.contains("there is no such user") && !text.contains(FIRST), "{text}");
}

/// By Ctrl-C, which shells call 130, or by SIGTERM, which they call 143: what is typed next is to be seen again.
#[test]
fn a_question_that_is_interrupted_leaves_the_terminal_as_it_was() {
    let desk = Desk::new();
    for code in [130, 143] {
        let mut terminal = desk.at_terminal(&["create-user", "bob"]);
        terminal.wait_for_hidden(FIRST);
        terminal.types("canary");
        if code == 130 {
            terminal.types(CTRL_C);
        } else {
            terminal.terminate();
        }
        terminal.wait_for_echo(true);
        terminal.ends(code);
        assert!(desk.names(&[]).is_empty());
    }
    desk.create("alice", &[]);
    let mut terminal = desk.at_terminal(&["delete-user", "alice"]);
    terminal.wait_for(DELETE);
    terminal.types(CTRL_C);
    terminal.ends(130);
    assert_eq!(desk.names(&[]), ["alice"]);
}

#[test]
fn a_user_is_deleted_after_a_yes_and_after_nothing_else() {
    let desk = Desk::new();
    desk.create("alice", &[]);
    // The last of them is the end of the input: Ctrl-D.
    for answer in ["n\n", "no\n", "\n", "yy\n", "yes, alice\n", "\u{4}"] {
        let text = delete(&desk, answer).ends(4);
        assert!(text.contains("the user is not deleted"), "{answer:?}: {text}");
        assert_eq!(desk.names(&[]), ["alice"], "{answer:?}");
    }
    for answer in ["y\n", "yes\n", " YES \n"] {
        let text = delete(&desk, answer).ends(0);
        assert!(text.contains("The user is deleted."), "{answer:?}: {text}");
        assert!(desk.names(&[]).is_empty(), "{answer:?}");
        desk.create("alice", &[]);
    }
    let text = desk.at_terminal(&["delete-user", "bob"]).ends(3);
    assert!(!text.contains("[y/N]"), "{text}");
    let text = desk.at_terminal(&["delete-user", "alice", "--yes"]).ends(0);
    assert!(!text.contains("[y/N]"), "{text}");
}

fn delete(desk: &Desk, answer: &str) -> PseudoTerminal {
    let mut terminal = desk.at_terminal(&["delete-user", "alice"]);
    terminal.wait_for(DELETE);
    terminal.types(answer);
    terminal
}

/// A yes is for the user that was shown: not for what another administrator makes of it meanwhile.
#[test]
fn a_user_that_changes_while_it_is_asked_about_is_not_deleted() {
    let desk = Desk::new();
    desk.create("alice", &[]);
    let mut terminal = desk.at_terminal(&["delete-user", "alice"]);
    terminal.wait_for(DELETE);
    let role = userstore_core::Role::Editor;
    desk.store(async |store| store.operator().grant_role("alice", role, &Precondition::NONE).await).unwrap();
    terminal.types("y\n");
    let text = terminal.ends(5);
    assert!(text.contains("the record has changed"), "{text}");
    assert_eq!(desk.names(&[]), ["alice"]);
}

const DELETE_MEMBER: &str = "Delete member 7 (Ada), for good? [y/N] ";

#[test]
fn a_member_is_deleted_after_a_yes_to_what_was_shown() {
    let desk = Desk::empty();
    let ask = || {
        let mut terminal = desk.at_terminal(&["delete-member", "7"]);
        terminal.wait_for(DELETE_MEMBER);
        terminal
    };
    let put = |phone: &str| desk.run(&["put-member", "7", "--name", "Ada", "--phone", phone]).exits(0);
    put("1");
    for answer in ["n\n", "\n", "\u{4}"] {
        let terminal = ask();
        terminal.types(answer);
        let text = terminal.ends(4);
        assert!(text.contains("the member is not deleted"), "{answer:?}: {text}");
    }
    let terminal = ask();
    put("2");
    terminal.types("y\n");
    let text = terminal.ends(5);
    assert!(text.contains("the record has changed"), "{text}");
    desk.run(&["show-member", "7"]).exits(0);
    let terminal = ask();
    terminal.types(CTRL_C);
    terminal.ends(130);
    let terminal = ask();
    terminal.types("yes\n");
    let text = terminal.ends(0);
    assert!(text.contains("The member is deleted."), "{text}");
    let text = desk.at_terminal(&["delete-member", "7"]).ends(3);
    assert!(!text.contains("[y/N]"), "{text}");
}

/// Standard input is taken by the data: the terminal behind it is asked.
#[test]
fn a_password_is_typed_while_the_data_is_piped() {
    let desk = Desk::new();
    desk.write("data.json", r#"{"from": "input"}"#);
    let command = desk.terminal_command(&["create-user", "alice", "--data", "-"]);
    let mut terminal = PseudoTerminal::start(command.stdin(File::open(desk.path("data.json")).unwrap()), 200);
    terminal.answer_hidden(FIRST, PASSWORD);
    terminal.answer_hidden(AGAIN, PASSWORD);
    terminal.ends(0);
    assert!(desk.opens("alice", PASSWORD));
    assert_eq!(desk.user("alice")["data"]["from"], "input");
}

/// Questions are no data: whoever keeps the output in a file is still asked, and the file holds the record alone.
#[test]
fn questions_are_asked_beside_the_data() {
    let desk = Desk::new();
    let command = desk.terminal_command(&["create-user", "alice", "--output", "json"]);
    let mut terminal = PseudoTerminal::start(command.stdout(File::create(desk.path("output")).unwrap()), 200);
    terminal.answer_hidden(FIRST, PASSWORD);
    terminal.answer_hidden(AGAIN, PASSWORD);
    terminal.ends(0);
    assert_eq!(std::fs::read_to_string(desk.path("output")).unwrap(), desk.shown("alice", "json"));
}

#[test]
fn who_cannot_be_seen_or_heard_is_not_asked() {
    let desk = Desk::new();
    desk.create("alice", &[]);
    desk.run(&["put-member", "7", "--name", "Ada"]).exits(0);
    let (keys, kid) = (desk.keys(), desk.keys()[0]["kid"].as_str().unwrap().to_owned());
    let commands = [
        &["create-user", "bob"],
        &["set-password", "alice"],
        &["delete-user", "alice"],
        &["delete-member", "7"],
        &["revoke-key", &kid],
    ];
    for arguments in commands {
        let unheard = desk.terminal_command(arguments).stdin(Stdio::null());
        let text = PseudoTerminal::start(unheard, 200).ends(2);
        assert!(text.contains("there is no terminal to ask"), "{text}");
        let unseen = desk.terminal_command(arguments).stderr(Stdio::null());
        PseudoTerminal::start(unseen, 200).ends(2);
    }
    assert_eq!(desk.keys(), keys);
    assert_eq!(desk.names(&[]), ["alice"]);
    desk.run(&["show-member", "7"]).exits(0);
}
