//! Keys are rotated while tokens are issued and used: not one that is good is refused.

use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tests::{Cli, Persona, ServerProcess, TestServer};
use userstore_core::{Role, Timestamp};

use super::{kid, reads};

const WORKERS: usize = 3;

#[test]
fn no_good_token_is_refused_while_another_process_rotates_the_keys() {
    const TIMES: usize = 6;
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("users.db");
    let server = ServerProcess::start(&database);
    let alice = Persona::named(server.client(), "alice");
    let _created = alice.sign_up().is(201);
    Cli::new(&database).run(&["grant-role", "alice", "reader"], "").success();
    let over = AtomicBool::new(false);
    let tokens: Vec<Persona> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|_| {
                scope.spawn(|| {
                    let mut tokens = vec![alice.logged_in()];
                    while !over.load(Ordering::SeqCst) {
                        let token = alice.logged_in();
                        reads(&token);
                        reads(&tokens[0]);
                        reads(&tokens[tokens.len() / 2]);
                        reads(&token);
                        tokens.push(token);
                    }
                    tokens
                })
            })
            .collect();
        for round in 0..TIMES {
            // Each second time there is one that waits.
            if round % 2 == 1 {
                Cli::new(&database).run(&["rotate-keys"], "").success();
            }
            Cli::new(&database).run(&["rotate-keys", "--now"], "").success();
        }
        over.store(true, Ordering::SeqCst);
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let kids: BTreeSet<String> = tokens.iter().map(|token| kid(token.token())).collect();
    assert!(kids.len() > TIMES / 2, "{} keys signed {} tokens", kids.len(), tokens.len());
    tokens.iter().for_each(reads);
}

#[test]
fn no_good_token_is_refused_while_the_clock_brings_one_key_after_the_other() {
    const STEP: Duration = Duration::from_mins(1);
    /// No token is used that is older: the clock may move twice while a worker is at it.
    const YOUNG: Duration = Duration::from_secs(700);
    let server = TestServer::start();
    let alice = server.account("alice", Role::Reader, "{}");
    let over = AtomicBool::new(false);
    let rounds: [AtomicU64; WORKERS] = Default::default();
    let now = || server.store().clock().now();
    let work = |rounds: &AtomicU64| {
        let mut kids = BTreeSet::new();
        let mut tokens: VecDeque<(Timestamp, Persona)> = VecDeque::new();
        while !over.load(Ordering::SeqCst) {
            let issued = now();
            let token = alice.logged_in();
            kids.insert(kid(token.token()));
            tokens.push_back((issued, token));
            tokens.retain(|(issued, _)| now().since(*issued) < YOUNG);
            let (_, oldest) = tokens.front().unwrap_or_else(|| panic!("the one just issued is young"));
            reads(oldest);
            reads(&tokens.back().unwrap().1);
            rounds.fetch_add(1, Ordering::SeqCst);
        }
        kids
    };
    let kids: BTreeSet<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = rounds.iter().map(|rounds| scope.spawn(|| work(rounds))).collect();
        for _ in 0..4 {
            let next = server.run(server.store().keys().rotate_keys()).unwrap();
            while now() < next.signs_at.plus(STEP) {
                let before: Vec<u64> = rounds.iter().map(|rounds| rounds.load(Ordering::SeqCst)).collect();
                while rounds.iter().zip(&before).any(|(rounds, before)| rounds.load(Ordering::SeqCst) == *before) {
                    assert!(workers.iter().all(|worker| !worker.is_finished()), "a good token was refused");
                    std::thread::yield_now();
                }
                server.advance(STEP);
            }
        }
        over.store(true, Ordering::SeqCst);
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert_eq!(kids.len(), 5, "every key has signed");
}
