//! Another process that keeps the database locked.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tests::ServerProcess;

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
