//! Another process that keeps the database locked.

use std::thread;
use std::time::{Duration, Instant};

use tests::{Persona, ServerProcess};

use super::holder::Holder;
use super::{data, number, reads_go_on, two_people};

#[test]
#[cfg_attr(not(has_sqlite3), ignore = "needs sqlite3")]
fn while_another_process_holds_the_lock_writes_are_refused_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("users.db");
    let server = ServerProcess::with(&file, [("USERSTORE_DATABASE_TIMEOUT", "1s")]);
    let [alice, bob] = two_people(&server);
    let mut holder = Holder::of(&file);
    for _ in 0..2 {
        holder.take();
        let begun = Instant::now();
        let _late = alice.put("/user/me", data(1)).refused(503, "unavailable");
        // The default is 5 s.
        assert!(begun.elapsed() < Duration::from_millis(4500), "it took {:?}", begun.elapsed());
        reads_go_on(server.client(), &alice, &bob);
        given_up_is_left_undone(&alice, &bob);
        holder.give_back();
        assert_eq!(number(&alice.put("/user/me", data(2)).is(200)), 2);
        let _in = alice.signed_in();
        assert!(bob.is_in());
    }
    holder.end();
}

/// Whoever could not sign up through no fault of his own has his attempt still.
#[test]
#[cfg_attr(not(has_sqlite3), ignore = "needs sqlite3")]
fn a_sign_up_that_cannot_be_written_is_not_counted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("users.db");
    let settings = [
        ("USERSTORE_DATABASE_TIMEOUT", "1s"),
        ("USERSTORE_LIMITS_ENABLED", "true"),
        ("USERSTORE_LIMITS_SIGN_UP_PER_IP", "1/h"),
    ];
    let server = ServerProcess::with(&file, settings);
    let mut holder = Holder::of(&file);
    holder.take();
    let alice = Persona::named(server.client(), "alice");
    for _ in 0..2 {
        let _late = alice.sign_up().refused(503, "unavailable");
    }
    holder.give_back();
    alice.sign_up().is(201);
    let _more = Persona::named(server.client(), "bob").sign_up().refused(429, "too_many_requests");
    holder.end();
}

/// A write that comes while another one waits for the lock is tried after that one was given up, and is itself given up
/// in the middle: it must not be made when the lock is free again, which the caller sees to.
fn given_up_is_left_undone(alice: &Persona, bob: &Persona) {
    thread::scope(|scope| {
        let first = scope.spawn(|| alice.put("/user/me", data(1)));
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(300) {
            alice.get("/user/me").is(200);
        }
        let _late = bob.delete("/user/me").refused(503, "unavailable");
        let _late = first.join().unwrap().refused(503, "unavailable");
    });
}
