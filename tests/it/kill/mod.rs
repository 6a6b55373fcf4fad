//! `kill -9` while several clients write.

mod state;
mod wire;
mod writer;

use std::sync::mpsc::channel;
use std::thread;

use serde_json::Value;
use tests::{Cli, Persona, ServerProcess};

use self::writer::{Account, write};

const ROUNDS: usize = 20;
const WRITERS: usize = 5;

#[test]
fn what_was_acknowledged_is_there_and_nothing_is_half_done() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("users.db");
    let cli = Cli::new(&file);
    cli.run(&["create-user", "root", "--role", "admin", "--password-stdin"], "a plum for root, 7\n").success();
    let mut server = ServerProcess::start(&file);
    let token = Persona::named(server.client(), "root").signed_in().token().to_owned();
    let mut accounts = Vec::new();
    for round in 0..ROUNDS {
        let (log, mut written) = kill_after(1 + round * 37 % 100, round, server, &token);
        assert!(!log.contains("ERROR") && !log.contains("WARN"), "{log}");
        if round % 5 == 0 {
            assert_sound(&cli);
        }
        server = ServerProcess::start(&file);
        check(&mut written, &Persona::named(server.client(), "root").with_token(&token));
        accounts.extend(written);
    }
    check(&mut accounts, &Persona::named(server.client(), "root").with_token(&token));
    drop(server);
    assert_sound(&cli);
    let entries = cli.run(&["audit", "--output", "json"], "").success();
    let entries: Vec<Value> = serde_json::from_slice(&entries.get_output().stdout).unwrap();
    for account in &accounts {
        account.check_audit(&entries);
    }
}

/// Kills the server once this many writes were acknowledged; gives what it has logged, and what the writers know.
fn kill_after(acknowledged: usize, round: usize, server: ServerProcess, root: &str) -> (String, Vec<Account>) {
    let address = server.client().address();
    thread::scope(|scope| {
        let (told, heard) = channel();
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let told = told.clone();
                scope.spawn(move || write(address, root, &format!("r{round}-w{writer}"), round + writer, &told))
            })
            .collect();
        drop(told);
        for _ in 0..acknowledged {
            heard.recv().expect("somebody who writes");
        }
        let output = server.kill();
        (output, writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect())
    })
}

/// Checks them all, as many at a time as there are writers: most of it is hashing.
fn check(accounts: &mut [Account], root: &Persona) {
    let share = accounts.len().div_ceil(WRITERS);
    thread::scope(|scope| {
        for some in accounts.chunks_mut(share) {
            scope.spawn(move || some.iter_mut().for_each(|account| account.check(root)));
        }
    });
}

/// Has the doctor look through the file.
fn assert_sound(cli: &Cli) {
    let output = cli.run(&["doctor", "--output", "json"], "").success();
    let findings: Value = serde_json::from_slice(&output.get_output().stdout).unwrap();
    let database = findings.as_array().unwrap().iter().find(|finding| finding["check"] == "database");
    assert_eq!(database.expect("a finding about the database")["verdict"], "good", "{findings}");
}
