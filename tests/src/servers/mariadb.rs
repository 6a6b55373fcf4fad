//! MariaDB.

use std::fs::File;
use std::ops::Deref;
use std::path::PathBuf;
use std::process::Command;

use rustix::process::Signal;

use super::daemon::{Daemon, Ready};
use super::folder::Folder;
use super::{new_name, program};

/// Who may do everything in the databases of the tests, and nothing else.
const USER: &str = "userstore";

/// The password, which is in every URL and may be in no log and no answer.
const PASSWORD: &str = "canary-of-mariadb";

/// What keeps it small and quick. What it has said is safe from its being killed, not from the machine's.
const SMALL: [&str; 6] = [
    "--innodb-log-file-size=8M",
    "--innodb-buffer-pool-size=32M",
    "--innodb-flush-log-at-trx-commit=2",
    "--innodb-flush-method=nosync",
    "--skip-log-bin",
    "--skip-name-resolve",
];

/// A private MariaDB, with the collation that Debian gives it, for which `alice`, `ALICE`, `alicé` and `alice ` are equal,
/// and in an odd time zone: the store has to ask for what it relies on.
#[derive(Debug)]
pub struct MariaDb(Daemon);

impl MariaDb {
    /// Starts one.
    #[must_use]
    pub fn start() -> Self {
        let folder = Folder::of("mysql");
        bootstrap(&folder);
        let users = format!(
            "CREATE USER IF NOT EXISTS {USER} IDENTIFIED BY '{PASSWORD}';\nGRANT ALL ON `t\\_%`.* TO {USER};\n\
             CREATE USER IF NOT EXISTS operator;\nGRANT ALL ON *.* TO operator;\n"
        );
        std::fs::write(folder.path().join("users.sql"), users).unwrap();
        Self(Daemon::new(folder, Ready::Says("ready for connections"), Signal::TERM, |folder, address| {
            let mut mariadbd = mariadbd(folder, &[]);
            mariadbd.args(["--bind-address=127.0.0.1", &format!("--port={}", address.port())]);
            let file = |name: &str| folder.path().join(name).display().to_string();
            mariadbd.args([format!("--socket={}", file("socket")), format!("--pid-file={}", file("pid"))]);
            mariadbd.arg(format!("--init-file={}", file("users.sql")));
            mariadbd.args(["--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci"]);
            mariadbd.args(["--default-time-zone=+05:45", "--performance-schema=off", "--max-connections=300"]);
            mariadbd
        }))
    }

    /// Makes a database, and gives its URL.
    #[track_caller]
    #[must_use]
    pub fn create_database(&self) -> String {
        let name = new_name();
        let _none = self.run("mysql", &format!("CREATE DATABASE {name}"));
        self.url_of(&name)
    }

    /// The URL of the database of this name.
    #[must_use]
    pub fn url_of(&self, name: &str) -> String {
        format!("mysql://{USER}:{PASSWORD}@{}/{name}", self.address())
    }

    /// Runs statements on the database at this URL, as a user who may do everything, and gives the rows: a line each, a
    /// tab between the columns.
    #[track_caller]
    #[must_use]
    pub fn sql(&self, url: &str, statements: &str) -> String {
        self.run(url.rsplit('/').next().unwrap(), statements)
    }

    #[track_caller]
    fn run(&self, database: &str, statements: &str) -> String {
        let mut client = Command::new(program(option_env!("PROGRAM_MARIADB"), "mariadb"));
        client.env_clear().args([
            "--no-defaults",
            "--host=127.0.0.1",
            "--user=operator",
            "--batch",
            "--skip-column-names",
        ]);
        client.args([&format!("--port={}", self.address().port()), "--default-character-set=utf8mb4"]);
        let output = client.args(["-e", statements, database]).output().unwrap();
        assert!(output.status.success(), "{statements}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// The server, on the data in this folder.
fn mariadbd(folder: &Folder, options: &[&str]) -> Command {
    let mut mariadbd = folder.command(program(option_env!("PROGRAM_MARIADBD"), "mariadbd"));
    mariadbd.arg("--no-defaults").args(options).args(SMALL);
    // One that is not absolute would be within the programs' folder.
    mariadbd.arg(format!("--datadir={}", folder.path().join("data").display()));
    mariadbd
}

/// Makes the tables of the server itself: what `mariadb-install-db` does, but for the help texts and views, which take
/// it two thirds of its time.
fn bootstrap(folder: &Folder) {
    let mut script = String::from("CREATE DATABASE IF NOT EXISTS mysql;\nUSE mysql;\n");
    for name in ["system_tables", "system_tables_data"] {
        script.push_str(&std::fs::read_to_string(shipped(name)).unwrap());
        script.push('\n');
    }
    let file = folder.path().join("bootstrap.sql");
    std::fs::write(&file, script).unwrap();
    Folder::run(folder.command("mkdir".as_ref()).arg("data"));
    Folder::run(mariadbd(folder, &["--bootstrap"]).stdin(File::open(file).unwrap()));
}

/// A script that comes with the server, by its old or its new name.
fn shipped(name: &str) -> PathBuf {
    let files = ["mysql", "mariadb"].map(|word| PathBuf::from(format!("/usr/share/{word}/{word}_{name}.sql")));
    let found = files.iter().find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("none of {files:?} is there")).clone()
}

impl Deref for MariaDb {
    type Target = Daemon;

    fn deref(&self) -> &Daemon {
        &self.0
    }
}
