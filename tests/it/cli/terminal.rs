//! What a terminal gets that nobody else does: colours, and tables as wide as it is.

use super::Desk;
use super::pseudo_terminal::PseudoTerminal;

/// A blocked user, whose status is shown in a colour.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.create("alice", &["--data", r#"{"text": "many words that have to go to lines of their own"}"#]);
    desk.run(&["block-user", "alice"]).done();
    desk
}

#[test]
fn a_terminal_gets_colours_unless_it_asks_for_none() {
    let desk = desk();
    let commands = [
        (&["show-user", "alice"][..], 0),
        (&["doctor"], 0),
        (&["show-user", "bob"], 3),
        (&["--no-such-flag"], 2),
        (&["--help"], 0),
    ];
    for (arguments, code) in commands {
        let coloured = desk.at_terminal(arguments).ends(code);
        assert!(coloured.contains("\u{1b}["), "{arguments:?}: {coloured}");
        for (name, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
            let command = desk.terminal_command(arguments).env(name, value);
            let plain = PseudoTerminal::start(command, 200).ends(code);
            assert!(!plain.contains('\u{1b}'), "{name}: {arguments:?}: {plain:?}");
        }
        // An empty variable says nothing (no-color.org).
        let command = desk.terminal_command(arguments).env("NO_COLOR", "");
        let coloured = PseudoTerminal::start(command, 200).ends(code);
        assert!(coloured.contains("\u{1b}["), "{arguments:?}: {coloured}");
    }
}

/// Colours are for tables; JSON and CSV are for programs, wherever they are shown.
#[test]
fn json_and_csv_have_no_colours() {
    let desk = desk();
    for format in ["json", "csv"] {
        let text = desk.at_terminal(&["show-user", "alice", "-o", format]).ends(0);
        assert_eq!(text, desk.shown("alice", format));
    }
}

#[test]
fn a_table_is_as_wide_as_the_terminal() {
    let desk = desk();
    for columns in [80, 120] {
        let command = desk.terminal_command(&["show-user", "alice"]).env("NO_COLOR", "1");
        let table = PseudoTerminal::start(command, columns).ends(0);
        let widest = table.lines().map(|line| line.chars().count()).max().unwrap_or_default();
        assert!(widest <= usize::from(columns) && widest > 60, "{widest}:\n{table}");
    }
    // An id can be copied from it.
    let id = desk.user("alice")["id"].as_str().unwrap().to_owned();
    for arguments in [&["show-user", "alice"][..], &["list-users"]] {
        let command = desk.terminal_command(arguments).env("NO_COLOR", "1");
        let table = PseudoTerminal::start(command, 80).ends(0);
        assert!(table.contains(&id), "{table}");
    }
    let unlimited = desk.shown("alice", "table");
    assert!(unlimited.lines().all(|line| line.chars().count() > 120), "{unlimited}");
}

#[test]
fn an_output_that_is_kept_has_no_colours_though_the_errors_have() {
    let desk = desk();
    let file = std::fs::File::create(desk.path("output")).unwrap();
    let command = desk.terminal_command(&["show-user", "alice"]).stdout(file);
    assert_eq!(PseudoTerminal::start(command, 80).ends(0), "");
    assert_eq!(std::fs::read_to_string(desk.path("output")).unwrap(), desk.shown("alice", "table"));
}
