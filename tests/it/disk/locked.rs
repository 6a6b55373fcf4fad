//! Another process that keeps the database locked.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tests::{Persona, ServerProcess};

use super::{data, number, reads_go_on, two_people};

#[test]
#[cfg_attr(not(has_sqlite3), ignore = "needs sqlite3")]
fn while_another_process_holds_the_lock_writes_are_refused_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("users.db");
    let server = ServerProcess::with(&file, [("USERSTORE_DATABASE_TIMEOUT", "1s")]);
    let [alice, bob] = two_people(&server);
    let mut holder = Command::new("sqlite3").arg(&file).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut orders, mut answers) = (holder.stdin.take().unwrap(), BufReader::new(holder.stdout.take().unwrap()));
    for _ in 0..2 {
        orders.write_all(b"BEGIN IMMEDIATE; SELECT 'held';\n").unwrap();
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        assert_eq!(line, "held\n");
        let begun = Instant::now();
        let _late = alice.put("/user/me", data(1)).refused(503, "unavailable");
        // The default is 5 s.
        assert!(begun.elapsed() < Duration::from_millis(4500), "it took {:?}", begun.elapsed());
        reads_go_on(server.client(), &alice, &bob);
        given_up_is_left_undone(&alice, &bob);
        orders.write_all(b"COMMIT; SELECT 'free';\n").unwrap();
        line.clear();
        answers.read_line(&mut line).unwrap();
        assert_eq!(line, "free\n");
        assert_eq!(number(&alice.put("/user/me", data(2)).is(200)), 2);
        let _in = alice.signed_in();
        assert!(bob.is_in());
    }
    drop(orders);
    assert!(holder.wait().unwrap().success());
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
