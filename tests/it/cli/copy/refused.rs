//! What is refused, and leaves both databases as they are.

use super::super::{Desk, PASSWORD};
use super::{content, sql};

fn desk() -> Desk {
    let desk = Desk::new();
    desk.create("alice", &[]);
    for id in ["1", "2"] {
        desk.run(&["put-member", id, "--name", &format!("member {id}")]).done();
    }
    desk
}

#[test]
#[cfg_attr(not(has_sqlite3), ignore = "needs sqlite3")]
fn a_database_that_is_not_empty_is_left_as_it_is() {
    let begin: [&[&str]; 3] = [
        &["create-user", "alice", "--password-stdin"],
        &["put-member", "2", "--name", "member 2"],
        &["mint-jwt", "--service", "ci", "--scope", "members:read"],
    ];
    for (begin, table) in begin.into_iter().zip(["users", "members", "signing_keys"]) {
        let (desk, other) = (desk(), Desk::empty());
        other.fed(begin, PASSWORD).done();
        let before = (content(&desk.database()), content(&other.database()));
        for _ in 0..2 {
            let ran = desk.run(&["migrate", "--to", &other.url()]);
            ran.refused(5, &format!("the database to copy to has a row in {table}, "));
        }
        assert_eq!((content(&desk.database()), content(&other.database())), before);
    }
}

#[test]
fn a_database_is_not_copied_to_itself() {
    let desk = desk();
    std::os::unix::fs::symlink(desk.database(), desk.path("link.db")).unwrap();
    let file = desk.database().display().to_string();
    let names = [desk.url(), format!("sqlite:{file}"), "sqlite://users.db".to_owned(), desk.url_of("link.db")];
    for url in names {
        desk.run(&["migrate", "--to", &url]).refused(2, "the database to copy to is the one to copy from");
    }
    assert_eq!(desk.names(&[]), ["alice"]);
}

#[test]
fn a_url_that_makes_no_sense_is_wrong_usage_and_is_not_repeated() {
    let desk = desk();
    for url in
        ["canary", "http://canary:canary@localhost/users", "sqlite::memory:", "sqlite://", "sqlite://canary.db?mode=ro"]
    {
        desk.run(&["migrate", "--to", url]).refused(2, "--to must");
        desk.fed(&["migrate", "--to", "-"], url).refused(2, "--to must");
    }
    desk.run(&["migrate", "--to", &format!("sqlite://{}", desk.path("none.db").display())]).refused(2, "--to names ");
    for text in ["", "\n", "sqlite://a.db?mode=rwc\nsqlite://b.db?mode=rwc"] {
        desk.fed(&["migrate", "--to", "-"], text).refused(2, "--to must be one URL");
    }
    desk.run(&["migrate", "--to", "@none.url"]).refused(2, "none.url cannot be read");
    desk.run(&["migrate", "--to"]).refused(2, "--to");
    assert!(!desk.path("a.db").exists() && !desk.path("canary").exists());
}

#[test]
fn a_database_that_cannot_be_reached_is_told() {
    let desk = desk();
    let url = desk.url_of("no/such/new.db");
    desk.run(&["migrate", "--to", &url]).refused(8, "the database to copy to is not available");
    // Without one to copy from, none is made.
    let empty = Desk::new();
    let why = format!("{} is not there", empty.database().display());
    empty.run(&["migrate", "--to", &empty.url_of("new.db")]).refused(8, &why);
    assert!(!empty.database().exists() && !empty.path("new.db").exists());
}

#[test]
#[cfg_attr(not(has_sqlite3), ignore = "needs sqlite3")]
fn a_row_that_is_not_the_same_in_the_copy_is_named() {
    let desk = desk();
    desk.copied_to("new.db");
    let id = desk.user("alice")["id"].as_str().unwrap().to_owned();
    let damages = [
        ("UPDATE users SET password_hash = substr(password_hash, 2)", format!("users, {id},")),
        ("UPDATE members SET phone = '' WHERE member_id = 2", "members, 2,".to_owned()),
    ];
    for (damage, place) in damages {
        std::fs::copy(desk.path("new.db"), desk.path("damaged.db")).unwrap();
        sql(&desk.path("damaged.db"), damage);
        desk.copy_to("damaged.db").refused(5, &format!("the database to copy to has a row in {place}"));
    }
}

#[test]
#[cfg_attr(not(has_sqlite3), ignore = "needs sqlite3")]
fn a_row_that_is_not_taken_is_named() {
    let (desk, other) = (desk(), Desk::empty());
    sql(&desk.database(), "UPDATE members SET email = 'canary@example.org'");
    sql(&other.database(), "CREATE UNIQUE INDEX uq_members_email ON members (email)");
    let ran = desk.run(&["migrate", "--to", &other.url()]);
    ran.refused(5, "the database to copy to refuses the row 2 of members");
    sql(&desk.database(), "UPDATE members SET email = NULL");
    sql(&other.database(), "UPDATE members SET email = NULL");
    desk.run(&["migrate", "--to", &other.url()]).exits(0);
}
