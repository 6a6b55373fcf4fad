//! PostgreSQL.

use std::ops::Deref;
use std::process::Command;

use rustix::process::Signal;

use super::daemon::{Daemon, Ready};
use super::folder::Folder;
use super::{new_name, program};

/// Who is let in, with any password.
const USER: &str = "userstore";

/// A password that is in every URL and may be in no log and no answer.
const PASSWORD: &str = "canary-of-postgres";

/// A private PostgreSQL, which sorts by the rules of a language and lives in an odd time zone: the store has to ask for
/// what it relies on. What it has said is safe from its being killed, not from the machine's.
#[derive(Debug)]
pub struct Postgres(Daemon);

impl Postgres {
    /// Starts one.
    #[must_use]
    pub fn start() -> Self {
        let folder = Folder::of("postgres");
        let mut initdb = folder.command(program(option_env!("PROGRAM_INITDB"), "initdb"));
        initdb.args(["-D", "data", "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync"]);
        initdb.args(["--locale=C", "--locale-provider=icu", "--icu-locale=en-US"]);
        Folder::run(&mut initdb);
        let ready = Ready::Says("database system is ready to accept connections");
        Self(Daemon::new(folder, ready, Signal::INT, |folder, address| {
            let mut postgres = folder.command(program(option_env!("PROGRAM_POSTGRES"), "postgres"));
            postgres.args(["-D", "data", "-p", &address.port().to_string()]);
            for setting in [
                "listen_addresses=127.0.0.1",
                "unix_socket_directories=",
                "fsync=off",
                "full_page_writes=off",
                "max_connections=300",
                "shared_buffers=32MB",
                "timezone=Asia/Kathmandu",
                "log_timezone=UTC",
            ] {
                postgres.args(["-c", setting]);
            }
            postgres
        }))
    }

    /// Makes a database, and gives its URL.
    #[track_caller]
    #[must_use]
    pub fn create_database(&self) -> String {
        let name = new_name();
        let _none = self.run("postgres", &format!("CREATE DATABASE {name}"));
        self.url_of(&name)
    }

    /// The URL of the database of this name.
    #[must_use]
    pub fn url_of(&self, name: &str) -> String {
        format!("postgres://{USER}:{PASSWORD}@{}/{name}", self.address())
    }

    /// Runs statements on the database at this URL, as its superuser, and gives the rows: a line each, `|` between the
    /// columns.
    #[track_caller]
    #[must_use]
    pub fn sql(&self, url: &str, statements: &str) -> String {
        self.run(url.rsplit('/').next().unwrap(), statements)
    }

    #[track_caller]
    fn run(&self, database: &str, statements: &str) -> String {
        let mut psql = Command::new(program(option_env!("PROGRAM_PSQL"), "psql"));
        psql.env_clear().args(["--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-qAt", "-h", "127.0.0.1", "-U", USER]);
        psql.args(["-p", &self.address().port().to_string(), "-d", database, "-c", statements]);
        let output = psql.output().unwrap();
        assert!(output.status.success(), "{statements}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Deref for Postgres {
    type Target = Daemon;

    fn deref(&self) -> &Daemon {
        &self.0
    }
}
