//! Bringing a file up to date: several processes at once, and processes that are killed.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use tests::{Cli, Persona, ServerProcess, program};

const ROUNDS: u32 = 20;

/// The names of all migrations, oldest first: as those of their files.
fn all() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migration/src");
    let names = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let migration = |name: String| Some(name.strip_suffix(".rs")?.to_owned()).filter(|name| name.starts_with("m2"));
    names.filter_map(migration).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The migrations that `userstore-cli migrate` lists, and when each was made.
fn listed(stdout: &[u8]) -> Vec<(String, String)> {
    let list: Value = serde_json::from_slice(stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    list.as_array().unwrap().iter().map(|entry| (text(&entry["name"]), text(&entry["applied_at"]))).collect()
}

fn migrate(cli: &Cli) -> Vec<(String, String)> {
    listed(&cli.run(&["migrate", "--output", "json"], "").success().get_output().stdout)
}

/// Asserts that all migrations were made, once, and that what they made works.
fn assert_up_to_date(cli: &Cli) {
    let names: Vec<String> = migrate(cli).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, all());
    let made = cli.run(&["create-user", "alice", "--password-stdin"], "a plum for alice, 7\n");
    assert!(matches!(made.get_output().status.code(), Some(0 | 5)), "{made}");
    cli.run(&["show-user", "alice"], "").success();
    cli.run(&["list-sessions", "alice"], "").success();
}

/// The tables and indexes of a database.
fn schema(file: &Path) -> String {
    sql(file, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name")
}

fn sql(file: &Path, statement: &str) -> String {
    let output = Command::new("sqlite3").arg(file).arg(statement).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The schema of a database that one process has made.
fn wanted_schema() -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("users.db");
    assert_up_to_date(&Cli::new(&file));
    schema(&file)
}

#[test]
#[cfg_attr(not(has_sqlite3), ignore = "needs sqlite3")]
fn processes_that_start_at_once_make_one_schema() {
    let wanted = wanted_schema();
    for round in 0..ROUNDS {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("users.db");
        let (start, cli) = (Barrier::new(4), Cli::new(&file));
        let servers = thread::scope(|scope| {
            let servers = [0, 1].map(|_| {
                scope.spawn(|| {
                    start.wait();
                    ServerProcess::start(&file)
                })
            });
            let clis = [0, 1].map(|_| {
                scope.spawn(|| {
                    start.wait();
                    migrate(&cli)
                })
            });
            let lists = clis.map(|cli| cli.join().unwrap());
            assert_eq!(lists[0], lists[1], "round {round}: each migration is made once");
            servers.map(|server| server.join().unwrap())
        });
        for (server, name) in servers.iter().zip(["bob", "carol"]) {
            let _made = Persona::named(server.client(), name).sign_up().is(201);
            let _seen = Persona::named(servers[0].client(), name).signed_in();
        }
        assert_up_to_date(&cli);
        assert_eq!(schema(&file), wanted, "round {round}");
    }
}

/// Starts `migrate` on this file; gives the moment from which the file was there.
fn begin(folder: &TempDir, file: &Path) -> (std::process::Child, Instant) {
    let mut command = Command::new(program("userstore-cli"));
    command.env_clear().env("DATABASE_URL", format!("sqlite://{}?mode=rwc", file.display()));
    command.arg("migrate").current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    while !file.exists() {
        assert!(child.try_wait().unwrap().is_none() || file.exists(), "it should make the file");
        std::hint::spin_loop();
    }
    (child, Instant::now())
}

/// How long all of it takes, from the moment the file is there.
fn duration() -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, begun) = begin(&folder, &folder.path().join("users.db"));
    assert!(child.wait().unwrap().success());
    begun.elapsed()
}

#[test]
#[cfg_attr(not(has_sqlite3), ignore = "needs sqlite3")]
fn killed_anywhere_the_next_start_works() {
    let wanted = wanted_schema();
    let whole = duration();
    let mut killed = 0;
    for round in 0..ROUNDS {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("users.db");
        // Twice on each file: the second one finds what the first has left, and dies at another point of it.
        for point in [round, (round * 7 + 3) % ROUNDS] {
            let (mut child, begun) = begin(&folder, &file);
            while begun.elapsed() < whole * point / ROUNDS {
                std::hint::spin_loop();
            }
            child.kill().unwrap();
            killed += u32::from(!child.wait().unwrap().success());
        }
        if round % 4 == 0 {
            let server = ServerProcess::start(&file);
            let _made = Persona::named(server.client(), "bob").sign_up().is(201);
        }
        assert_up_to_date(&Cli::new(&file));
        assert_eq!(schema(&file), wanted, "round {round}");
    }
    assert!(killed > ROUNDS / 4, "only {killed} were killed before they were done");
}

#[test]
#[cfg_attr(not(has_sqlite3), ignore = "needs sqlite3")]
fn a_file_with_a_migration_that_is_not_known_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("users.db");
    let cli = Cli::new(&file);
    assert_up_to_date(&cli);
    for unknown in ["m29991231_000001_of_a_newer_version", "m20261120_000001_of_another_history"] {
        sql(&file, &format!("INSERT INTO seaql_migrations VALUES ('{unknown}', 1)"));
        let before = schema(&file);
        let migrate = cli.run(&["migrate"], "");
        let server = assert_cmd::Command::new(program("userstore-server"))
            .env_clear()
            .env("DATABASE_URL", format!("sqlite://{}?mode=rwc", file.display()))
            .env("PORT", "0")
            .timeout(Duration::from_secs(30))
            .output()
            .unwrap();
        for output in [migrate.get_output(), &server] {
            let told = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{unknown}: {output:?}");
            assert!(told.contains("newer"), "it should say what to do: {told}");
        }
        assert_eq!(schema(&file), before);
        sql(&file, &format!("DELETE FROM seaql_migrations WHERE version = '{unknown}'"));
        assert_up_to_date(&cli);
    }
}
