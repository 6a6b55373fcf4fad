//! A server that stops: nobody is cut off.

use std::net::TcpStream;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tests::{Persona, ServerProcess};

use super::Kept;

const ROUNDS: usize = 20;

fn signal(server: &ServerProcess, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &server.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Each connection is used until the server closes it, and then another one is opened, until nobody listens. Every request
/// has a whole answer; none is without one but those that were sent after the last answer said so.
#[test]
fn no_answer_is_cut_off_by_a_stop() {
    for round in 0..ROUNDS {
        let folder = tempfile::tempdir().unwrap();
        let server = ServerProcess::start(&folder.path().join("users.db"));
        let alice = Persona::named(server.client(), "alice");
        alice.sign_up().is(201);
        let client = server.client();
        let (answered, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    while let Ok(stream) = TcpStream::connect(client.address()) {
                        let mut kept = Kept::on(stream);
                        loop {
                            let Some(answer) = kept.get("/") else {
                                assert!(stopped.load(Ordering::SeqCst), "closed without an answer");
                                break;
                            };
                            answered.fetch_add(1, Ordering::SeqCst);
                            if answer.is(200).header("connection") == Some("close") {
                                break;
                            }
                        }
                    }
                });
            }
            let slow: Vec<_> = (0..4).map(|_| scope.spawn(|| alice.sign_in())).collect();
            while answered.load(Ordering::SeqCst) < 50 || !slow.iter().any(std::thread::ScopedJoinHandle::is_finished) {
                std::thread::yield_now();
            }
            stopped.store(true, Ordering::SeqCst);
            let (status, log) = server.stop();
            assert_eq!(status.code(), Some(0), "round {round}: {log}");
            for slow in slow {
                let _session = slow.join().unwrap().is(200);
            }
        });
    }
}

#[test]
fn a_server_that_stops_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let server = ServerProcess::start(&folder.path().join("users.db"));
    let mut kept: Vec<_> = (0..2).map(|_| Kept::open(server.client())).collect();
    for kept in &mut kept {
        assert_eq!(kept.get("/readyz").unwrap().is(200).header("connection"), None);
    }
    signal(&server, "TERM");
    while !server.output().contains("stopping") {
        std::thread::yield_now();
    }
    let answer = kept[0].get("/readyz").unwrap().refused(503, "unavailable");
    assert_eq!((answer.header("connection"), answer.json()["failing"][0].as_str()), (Some("close"), Some("server")));
    // What is asked for is done nevertheless, as long as somebody listens.
    assert_eq!(kept[1].get("/").unwrap().is(200).header("connection"), Some("close"));
    let (status, log) = server.stop();
    assert_eq!(status.code(), Some(0), "{log}");
    // It was asked to.
    assert!(!log.contains("ERROR") && !log.contains("WARN"), "{log}");
}

#[test]
fn a_hangup_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = ServerProcess::start(&folder.path().join("users.db"));
    let mut kept = Kept::open(server.client());
    for _ in 0..3 {
        signal(&server, "HUP");
        let _home = kept.get("/").unwrap().is(200);
    }
    let (status, log) = server.stop();
    assert_eq!(status.code(), Some(0), "{log}");
}
