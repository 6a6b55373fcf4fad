//! Copies that are killed, and databases that change meanwhile.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::super::{Desk, PASSWORD};
use super::{content, fill, sql};

/// How many members there are: enough that a copy takes a while.
const MEMBERS: usize = 10_000;

/// How often a copy is killed.
const ROUNDS: u32 = 10;

/// How long something may take to happen.
const PATIENCE: Duration = Duration::from_secs(30);

fn desk() -> Desk {
    let desk = Desk::new();
    desk.create("alice", &[]);
    desk.sign_in("alice", PASSWORD, userstore_core::Client::unknown()).unwrap();
    fill(&desk.database(), MEMBERS);
    desk
}

impl Desk {
    fn begin(&self) -> Child {
        let mut command = self.bare_command(&["migrate", "--to", &self.url_of("new.db")]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn copied(&self) -> usize {
        let new = self.path("new.db");
        let is_made = new.exists() && sql(&new, "SELECT 1 FROM sqlite_master WHERE name = 'members'").trim() == "1";
        if is_made { sql(&new, "SELECT count(*) FROM members").trim().parse().unwrap() } else { 0 }
    }

    /// Waits until the copy has this many members.
    #[track_caller]
    fn wait_for(&self, members: usize, child: &mut Child) {
        let end = Instant::now() + PATIENCE;
        while self.copied() < members {
            assert!(child.try_wait().unwrap().is_none(), "it should take longer");
            assert!(Instant::now() < end, "nothing is copied");
        }
    }
}

#[test]
#[cfg_attr(not(has_sqlite3), ignore = "needs sqlite3")]
fn a_copy_that_was_killed_anywhere_goes_on() {
    let desk = desk();
    let start = Instant::now();
    assert!(desk.begin().wait().unwrap().success());
    let whole = start.elapsed();
    let (mut killed, mut half) = (0, 0);
    for round in 0..ROUNDS {
        for file in ["new.db", "new.db-wal", "new.db-shm"] {
            let _none = std::fs::remove_file(desk.path(file));
        }
        // Twice on each: the second one finds what the first has left, and dies at another point of it.
        for point in [round, (round * 7 + 3) % ROUNDS] {
            let mut child = desk.begin();
            std::thread::sleep(whole * point / ROUNDS);
            child.kill().unwrap();
            killed += u32::from(!child.wait().unwrap().success());
        }
        half += u32::from((1..MEMBERS).contains(&desk.copied()));
        let told = desk.copied_to("new.db");
        assert_eq!(told[5]["rows"], MEMBERS);
    }
    assert!(killed > ROUNDS / 2, "only {killed} were killed before they were done");
    assert!(half > 0, "none was killed while it copied members");
}

#[test]
#[cfg_attr(not(has_sqlite3), ignore = "needs sqlite3")]
fn a_database_that_changes_meanwhile_is_told() {
    let desk = desk();
    let changes = [
        "UPDATE users SET data = '{\"a\":1}', version = version + 1",
        "DELETE FROM sessions",
        "DELETE FROM members WHERE member_id = 1",
        "INSERT INTO members SELECT 20000, 'x', NULL, NULL, 1, randomblob(16), 20000, 0",
    ];
    for change in changes {
        for file in ["new.db", "new.db-wal", "new.db-shm"] {
            let _none = std::fs::remove_file(desk.path(file));
        }
        let mut child = desk.begin();
        desk.wait_for(1, &mut child);
        sql(&desk.database(), change);
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{change}: {told}");
        assert!(
            told.contains("was changed while it was copied; stop the servers and run it again"),
            "{change}: {told}"
        );
    }
    // Where the rest is as it was, it goes on; what is not the same any more has to be copied from the beginning.
    desk.copied_to("new.db");
    sql(&desk.database(), "UPDATE members SET name = 'y', version = 2 WHERE member_id = 20000");
    let before = content(&desk.path("new.db"));
    desk.copy_to("new.db").refused(5, "has a row in members, 20000,");
    assert_eq!(content(&desk.path("new.db")), before);
}
