//! The real command line.

use std::path::{Path, PathBuf};

use assert_cmd::Command;

use crate::process::bare;

/// `userstore-cli` on a database, with nothing else in its environment.
#[derive(Debug, Clone)]
pub struct Cli {
    database: PathBuf,
}

impl Cli {
    /// On the database in this file, which is made if it is not there.
    #[must_use]
    pub fn new(database: &Path) -> Self {
        Self { database: database.to_owned() }
    }

    /// The command with these arguments, to be run.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command =
            Command::from_std(bare("userstore-cli", self.database.parent().expect("a database in a folder")));
        command.env("DATABASE_URL", format!("sqlite://{}?mode=rwc", self.database.display())).args(arguments);
        command
    }

    /// Runs it with these arguments, and with this on standard input.
    #[must_use]
    pub fn run(&self, arguments: &[&str], input: &str) -> assert_cmd::assert::Assert {
        self.command(arguments).write_stdin(input).assert()
    }
}
