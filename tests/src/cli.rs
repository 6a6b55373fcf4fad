//! The real command line.

use std::path::{Path, PathBuf};

use assert_cmd::Command;

use crate::backend::Footing;
use crate::process::bare;

/// `userstore-cli` on a database, with nothing else in its environment.
#[derive(Debug, Clone)]
pub struct Cli {
    folder: PathBuf,
    environment: Vec<(&'static str, String)>,
    /// Kept, so that what it stands on stays.
    _footing: Option<Footing>,
}

impl Cli {
    /// On the database in this file, which is made if it is not there.
    #[must_use]
    pub fn new(database: &Path) -> Self {
        let folder = database.parent().expect("a database in a folder").to_owned();
        let environment = vec![("DATABASE_URL", format!("sqlite://{}?mode=rwc", database.display()))];
        Self { folder, environment, _footing: None }
    }

    /// On the database, and with the sessions and the cache, of this footing.
    #[must_use]
    pub fn on(footing: &Footing) -> Self {
        let folder = footing.folder().to_owned();
        Self { folder, environment: footing.environment(), _footing: Some(footing.clone()) }
    }

    /// The command with these arguments, to be run.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::from_std(bare("userstore-cli", &self.folder));
        command.envs(self.environment.iter().cloned()).args(arguments);
        command
    }

    /// Runs it with these arguments, and with this on standard input.
    #[must_use]
    pub fn run(&self, arguments: &[&str], input: &str) -> assert_cmd::assert::Assert {
        self.command(arguments).write_stdin(input).assert()
    }
}
