//! `list-users`

use serde_json::json;
use userstore_core::{Data, Password, Role, Signup, UserStore};

use super::{Desk, PASSWORD, USER};

/// Five accounts of different kinds.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.create("bob", &["--role", "reader"]);
    desk.create("anna", &["--role", "admin"]);
    desk.create("albert", &[]);
    desk.create("carol", &["--role", "reader"]);
    desk.create("alice", &[]);
    for name in ["carol", "albert"] {
        desk.run(&["block-user", name]).exits(0);
    }
    desk
}

#[test]
fn lists_every_account_by_username_or_those_that_fit() {
    let desk = desk();
    assert_eq!(desk.names(&[]), ["albert", "alice", "anna", "bob", "carol"]);
    assert_eq!(desk.names(&["--role", "reader"]), ["bob", "carol"]);
    assert_eq!(desk.names(&["--role", "editor"]), [""; 0]);
    assert_eq!(desk.names(&["--status", "blocked"]), ["albert", "carol"]);
    assert_eq!(desk.names(&["--status", "active"]), ["alice", "anna", "bob"]);
    assert_eq!(desk.names(&["--prefix", "al"]), ["albert", "alice"]);
    assert_eq!(desk.names(&["--prefix", "AL"]), ["albert", "alice"]);
    assert_eq!(desk.names(&["--prefix", "al", "--status", "active", "--role", "user"]), ["alice"]);
    assert_eq!(desk.names(&["--prefix", "no name starts so"]), [""; 0]);
    assert_eq!(desk.names(&["--limit", "2"]), ["albert", "alice"]);
    assert_eq!(desk.names(&["--limit", "1000000"]).len(), 5);

    formats(&desk);
}

/// An object an account, as `show-user` has it, in an array; a line an account under a head; a row an account.
fn formats(desk: &Desk) {
    let names = ["albert", "alice", "anna", "bob", "carol"];
    let users: Vec<_> = names.iter().map(|name| desk.user(name)).collect();
    assert_eq!(desk.run(&["list-users", "--output", "json"]).json(), json!(users));

    let csv = desk.run(&["list-users", "--output", "csv"]).done();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], USER);
    for (line, name) in lines[1..].iter().zip(names) {
        assert_eq!(desk.shown(name, "csv").lines().nth(1), Some(*line));
    }
    assert_eq!(lines.len(), 1 + names.len());

    let table = desk.run(&["list-users"]).done();
    assert_eq!(table, desk.run(&["list-users", "--output", "table"]).done());
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with('│')).collect();
    assert_eq!(cells(rows[0]).join(","), USER);
    let shown: Vec<&str> = rows[1..].iter().map(|row| cells(row)[1]).collect();
    assert_eq!(shown, names);
}

fn cells(row: &str) -> Vec<&str> {
    row.trim_matches('│').split('┆').map(str::trim).collect()
}

#[test]
fn an_empty_list_is_an_empty_array_or_a_head() {
    let desk = Desk::empty();
    assert_eq!(desk.run(&["list-users", "--output", "json"]).json(), json!([]));
    assert_eq!(desk.run(&["list-users", "--output", "csv"]).done(), format!("{USER}\n"));
    let table = desk.run(&["list-users"]).done();
    assert!(USER.split(',').all(|column| table.contains(column)), "{table}");
}

/// More accounts than the program asks for at a time.
const MANY: usize = 203;

#[test]
fn a_list_longer_than_a_page_is_whole() {
    let desk = Desk::new();
    let mut names: Vec<String> = (0..MANY).map(|number| format!("user.{number:03}")).collect();
    desk.store(async |store| {
        let (first, second) = names.split_at(MANY / 2);
        tokio::join!(create(store, first), create(store, second));
    });
    assert_eq!(desk.names(&[]), names);
    let csv = desk.run(&["list-users", "--output", "csv"]).done();
    assert_eq!(csv.lines().count(), 1 + MANY);
    assert_eq!(desk.run(&["list-users"]).done().lines().filter(|line| line.contains("user.")).count(), MANY);
    names.truncate(201);
    assert_eq!(desk.names(&["--limit", "201"]), names);
}

async fn create(store: &UserStore, names: &[String]) {
    for username in names.iter().cloned() {
        let signup = Signup { username, password: Password::new(PASSWORD), data: Data::default() };
        store.operator().create_user(signup, Role::User).await.unwrap();
    }
}
