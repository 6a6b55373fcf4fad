//! Files and folders that cannot be written.

use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tests::{Persona, ServerProcess};

use super::{PROGRAMS, assert_refused, data, number, reads_go_on, run, two_people, under};

/// Whether this process may write to what nobody may write to, as root may.
fn is_privileged(folder: &Path) -> bool {
    let probe = folder.join("probe");
    fs::write(&probe, "").unwrap();
    fs::set_permissions(&probe, Permissions::from_mode(0o400)).unwrap();
    OpenOptions::new().write(true).open(&probe).is_ok()
}

/// A program that has no more rights than others.
fn unprivileged(name: &str, database: &Path) -> Command {
    let folder = tempfile::tempdir().unwrap();
    let command = under(":", name, database);
    if !is_privileged(folder.path()) {
        return command;
    }
    let mut dropped = Command::new("setpriv");
    dropped.args(["--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all", "--"]);
    dropped.arg(command.get_program()).args(command.get_args()).env_clear();
    dropped.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    dropped.current_dir(database.parent().unwrap());
    dropped.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    dropped
}

#[test]
#[cfg_attr(not(all(has_bash, has_setpriv)), ignore = "needs bash and setpriv")]
fn where_no_database_can_be_made_the_start_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let shut = folder.path().join("shut");
    fs::create_dir(&shut).unwrap();
    fs::set_permissions(&shut, Permissions::from_mode(0o500)).unwrap();
    let garbage = folder.path().join("garbage.db");
    fs::write(&garbage, "no database ".repeat(1000)).unwrap();
    for (name, argument, code) in PROGRAMS {
        for (file, word) in [
            (shut.join("users.db"), "denied"),
            (folder.path().to_owned(), "database"),
            (garbage.clone(), "not a database"),
        ] {
            let mut command = unprivileged(name, &file);
            command.args(argument).current_dir(folder.path());
            assert_refused(&run(command), code, word);
        }
        let mut command = unprivileged(name, &folder.path().join("missing/users.db"));
        command.args(argument).current_dir(folder.path());
        assert_refused(&run(command), code, "database");
    }
    assert_eq!(fs::read(&garbage).unwrap(), "no database ".repeat(1000).as_bytes());
}

#[test]
#[cfg_attr(not(all(has_bash, has_setpriv)), ignore = "needs bash and setpriv")]
fn a_read_only_file_is_read_and_can_be_written_to_once_it_may() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("users.db");
    let server = ServerProcess::start(&file);
    let [alice, bob] = two_people(&server);
    let (status, log) = server.stop();
    assert!(status.success(), "{log}");
    fs::set_permissions(&file, Permissions::from_mode(0o400)).unwrap();
    let server = ServerProcess::spawn(&mut unprivileged("userstore-server", &file));
    let [alice, bob] =
        [alice, bob].map(|persona| Persona::named(server.client(), persona.name()).with_token(persona.token()));
    let _told = alice.put("/user/me", data(1)).refused(503, "unavailable");
    reads_go_on(server.client(), &alice, &bob);
    // SQLite has made the companions of the file as it was.
    for entry in folder.path().read_dir().unwrap() {
        fs::set_permissions(entry.unwrap().path(), Permissions::from_mode(0o600)).unwrap();
    }
    // The first write may still find out that the file could not be written.
    let _maybe = alice.put("/user/me", data(2));
    let answer = alice.put("/user/me", data(3));
    assert_eq!(answer.status(), 200, "{answer:?} {}", server.output());
    assert!(number(&answer) == 3 && alice.signed_in().is_in());
}
