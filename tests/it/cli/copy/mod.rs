//! `migrate --to`: everything of one database in another.

mod arrived;
mod engines;
mod refused;
mod stopped;

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{Desk, Ran};

/// The tables that are copied, in the order they are told.
const TABLES: [&str; 7] = ["signing_keys", "member_ids", "users", "sessions", "ended_sessions", "members", "audit_log"];

/// What is told when all is there.
const DONE: &str =
    "Everything is there. Set DATABASE_URL (database.url) to the new database, then start the servers.\n";

impl Desk {
    /// The URL of another database in the working directory, which is made when it is opened.
    fn url_of(&self, name: &str) -> String {
        format!("sqlite://{}?mode=rwc", self.path(name).display())
    }

    /// Copies everything to another database in the working directory, whose URL is in a file.
    fn copy_to(&self, name: &str) -> Ran {
        self.write("to.url", format!("{}\n", self.url_of(name)));
        self.run(&["migrate", "--to", "@to.url", "--output", "json"])
    }

    /// The same, and it has to be done; gives what is told of each table.
    #[track_caller]
    fn copied_to(&self, name: &str) -> Vec<Value> {
        let ran = self.copy_to(name).exits(0);
        assert_eq!(ran.stderr, DONE, "{ran:?}");
        let tables: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(tables.iter().map(|table| table["table"].as_str().unwrap()).collect::<Vec<_>>(), TABLES);
        assert!(tables.iter().all(|table| table["verified"] == table["rows"]), "{tables:?}");
        assert_eq!(content(&self.path(name)), content(&self.database()));
        tables
    }
}

/// What the database's own program makes of this.
#[track_caller]
fn sql(file: &Path, statement: &str) -> String {
    let options = ["-cmd", ".timeout 20000", "-cmd", ".mode quote"];
    let output = Command::new("sqlite3").args(options).arg(file).arg(statement).output().unwrap();
    assert!(output.status.success(), "{statement}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Every row of every table that is copied.
#[track_caller]
fn content(file: &Path) -> Vec<String> {
    TABLES.iter().map(|table| sql(file, &format!("SELECT * FROM {table} ORDER BY 1"))).collect()
}

/// Members with the ids up to this one that are free, put in by the database's own program.
fn fill(file: &Path, count: usize) {
    sql(
        file,
        &format!(
            "WITH RECURSIVE ids(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids WHERE id < {count})
             INSERT OR IGNORE INTO members (member_id, name, email, version, incarnation, created_at, updated_at)
             SELECT id, 'member ' || id, id || '@example.org', 1, randomblob(16), id, id FROM ids"
        ),
    );
}
