//! What a flood of sign-ins costs, and who can open the files.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tests::{Persona, ServerProcess, program};

const SIGN_INS: usize = 500;

/// Two hashes at a time, of 19 MiB each, and all the rest of the server.
const MOST_MIB: u64 = 120;

/// The most memory that a process has ever had, in MiB.
fn peak(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a high-water mark");
    line.trim().strip_suffix(" kB").expect("in kB").parse::<u64>().unwrap() / 1024
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "needs /proc")]
fn a_flood_of_sign_ins_takes_bounded_memory_and_others_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let server = ServerProcess::with(&folder.path().join("users.db"), [("USERSTORE_PASSWORDS_MAX_CONCURRENT", "2")]);
    let alice = Persona::named(server.client(), "alice");
    alice.sign_up().is(201);
    let wrong = alice.with_password("not a plum at all");
    let (start, done) = (Barrier::new(SIGN_INS + 1), AtomicBool::new(false));
    let (answers, greeted) = thread::scope(|scope| {
        let sign_ins: Vec<_> = (0..SIGN_INS)
            .map(|number| {
                let (persona, start) = (if number % 2 == 0 { &alice } else { &wrong }, &start);
                scope.spawn(move || {
                    start.wait();
                    persona.sign_in().status()
                })
            })
            .collect();
        let greeted = scope.spawn(|| {
            start.wait();
            let mut greeted = 0_u32;
            while !done.load(Ordering::Relaxed) {
                let home = server.client().request("GET", "/").send().is(200);
                assert_eq!(home.str_at("/message"), "Hello World");
                greeted += 1;
            }
            greeted
        });
        let answers: Vec<u16> = sign_ins.into_iter().map(|sign_in| sign_in.join().unwrap()).collect();
        done.store(true, Ordering::Relaxed);
        (answers, greeted.join().unwrap())
    });
    let mut counts: BTreeMap<u16, usize> = BTreeMap::new();
    for status in answers {
        *counts.entry(status).or_default() += 1;
    }
    let peak = peak(server.id());
    assert!(counts.keys().all(|status| [200, 401, 503].contains(status)), "{counts:?}");
    // The queue takes 64 at least, of which some had the right password and some had not.
    assert!(counts.contains_key(&200) && counts.contains_key(&401) && counts.contains_key(&503), "{counts:?}");
    assert!(counts[&503] <= SIGN_INS - 64, "{counts:?}");
    assert!(greeted >= 10, "{greeted} others were answered during {counts:?}");
    assert!(peak <= MOST_MIB, "{peak} MiB for {counts:?}");
    assert!(alice.signed_in().is_in());
}

/// The mode of every file in a folder, by name.
fn modes(folder: &Path) -> BTreeMap<String, u32> {
    let entries = folder.read_dir().unwrap().map(Result::unwrap);
    entries
        .map(|entry| (entry.file_name().into_string().unwrap(), entry.metadata().unwrap().permissions().mode()))
        .collect()
}

/// A program on this database, with this umask.
fn masked(umask: &str, name: &str, database: &Path) -> Command {
    let mut command = Command::new("bash");
    command.arg("-c").arg(format!("umask {umask}; exec {} \"$@\"", program(name).display())).arg("bash");
    command.env_clear().current_dir(database.parent().unwrap()).env("PORT", "0");
    command.env("DATABASE_URL", format!("sqlite://{}?mode=rwc", database.display()));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
#[cfg_attr(not(has_bash), ignore = "needs bash")]
fn the_files_are_for_their_owner_alone() {
    let names = ["users.db", "users.db-shm", "users.db-wal"];
    let wanted: BTreeMap<String, u32> = names.iter().map(|name| ((*name).to_owned(), 0o100_600)).collect();
    for (umask, made_by_cli) in [("000", false), ("022", false), ("000", true), ("022", true)] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("users.db");
        if made_by_cli {
            let output = masked(umask, "userstore-cli", &file).arg("migrate").output().unwrap();
            assert!(output.status.success(), "{output:?}");
        }
        // SQLite's companions of the file are there for as long as it is open.
        let server = ServerProcess::spawn(&mut masked(umask, "userstore-server", &file));
        let _made = Persona::named(server.client(), "alice").sign_up().is(201);
        assert_eq!(modes(folder.path()), wanted, "umask {umask}, made by the command line: {made_by_cli}");
    }
}
