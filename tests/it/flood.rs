//! A flood of sign-ins: bounded work, and everything else is still served.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tests::{Answer, Persona, TestServer};
use userstore_core::Role;

const FLOOD: usize = 500;

#[test]
fn five_hundred_sign_ins_at_once() {
    let server = TestServer::start();
    let alice = server.account("alice", Role::User, "{}");
    let wrong = alice.with_password("a wrong plum, 7");
    let bob = server.user("bob");
    let (start, running) = (Barrier::new(FLOOD + 1), AtomicUsize::new(FLOOD));
    let (answers, mut served): (Vec<Answer>, Vec<Duration>) = std::thread::scope(|scope| {
        let sign_in = |persona: &Persona| {
            start.wait();
            let answer = persona.sign_in();
            running.fetch_sub(1, Ordering::SeqCst);
            answer
        };
        let flood: Vec<_> = (0..FLOOD)
            .map(|index| {
                let persona = if index % 2 == 0 { &alice } else { &wrong };
                scope.spawn(move || sign_in(persona))
            })
            .collect();
        start.wait();
        let mut served = Vec::new();
        while running.load(Ordering::SeqCst) > 0 {
            let begun = Instant::now();
            server.get("/").is(200);
            bob.get("/user/me").is(200);
            served.push(begun.elapsed());
        }
        (flood.into_iter().map(|thread| thread.join().unwrap()).collect(), served)
    });
    let mut counts = std::collections::BTreeMap::<u16, usize>::new();
    for answer in answers {
        let status = answer.status();
        *counts.entry(status).or_default() += 1;
        match status {
            200 => assert!(alice.with_token(&answer.str_at("/token")).is_in()),
            401 => drop(answer.refused(401, "invalid_credentials")),
            // That it says when to come back, every 503 is checked for.
            _ => drop(answer.refused(503, "unavailable")),
        }
    }
    assert!(counts.contains_key(&200) && counts.contains_key(&401), "{counts:?}");
    assert!(counts.contains_key(&503), "a queue without end: {counts:?}");
    assert!(served.len() > 1, "nothing else was served meanwhile");
    // That each was answered at all, the loop has seen; one alone may have waited for a busy machine.
    served.sort();
    let median = served[served.len() / 2];
    assert!(median < Duration::from_secs(1), "{median:?}, of {} reads", served.len());
    alice.sign_in().is(200);
}
