//! Many attempts at the password of one account, in every way that there is: together they have one budget.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use tests::{Answer, Persona, TestServer};
use userstore_core::Role;

use super::{BURST, alice, change, from, hashes, source, start, storm, wrong};

/// A wrong password from one of fifty addresses.
fn attack(server: &TestServer, persona: &Persona, number: usize) -> Answer {
    wrong(persona).at(from(server, u8::try_from(number % 50).unwrap() + 1)).sign_in()
}

#[test]
fn two_hundred_wrong_passwords_at_once_and_then_the_right_one() {
    let server = start();
    let alice = alice(&server);
    let before = hashes(&server);
    let answers = storm(200, |_| wrong(&alice).sign_in());
    assert_eq!(hashes(&server) - before, BURST);
    assert_eq!((answers[&401], answers[&429], answers.len()), (10, 190, 2));
    // The right one is not even looked at, nor would it tell that it was.
    let right = alice.sign_in().refused(429, "too_many_requests");
    let other = wrong(&alice).sign_in().refused(429, "too_many_requests");
    assert_eq!(right.lasting_headers(), other.lasting_headers());
    assert_eq!(hashes(&server) - before, BURST);
    // Once the time is over that was named, it is.
    server.advance(Duration::from_secs(right.header("Retry-After").unwrap().parse().unwrap()));
    alice.sign_in().is(200);
    assert_eq!(hashes(&server) - before, BURST + 1);
}

/// The owner signs in from another address throughout, from which he has done so before.
#[test]
fn a_thousand_attempts_from_fifty_addresses() {
    let server = start();
    let owner = alice(&server).at(from(&server, 200)).signed_in();
    let before = hashes(&server);
    let is_over = AtomicBool::new(false);
    let signed_in = thread::scope(|scope| {
        let signing_in = scope.spawn(|| {
            let mut count = 0;
            while !is_over.load(Ordering::SeqCst) || count < 20 {
                owner.sign_in().is(200);
                count += 1;
            }
            count
        });
        let answers = storm(1000, |number| attack(&server, &owner, number));
        is_over.store(true, Ordering::SeqCst);
        assert_eq!((answers[&401], answers[&429], answers.len()), (10, 990, 2));
        signing_in.join().unwrap()
    });
    assert_eq!(hashes(&server) - before, BURST + signed_in, "{signed_in} were the owner's");
    // Not even the right password is tested from there.
    owner.at(from(&server, 1)).sign_in().refused(429, "too_many_requests");
    owner.sign_in().is(200);
}

/// An owner who comes from an address that nobody has seen yet finds what is kept for him, once the attackers have no
/// such addresses any more.
#[test]
fn an_owner_on_the_road_gets_in_during_an_attack() {
    let server = start();
    let alice = alice(&server);
    let mut tested = 0;
    for _ in 0..50 {
        tested += storm(100, |number| attack(&server, &alice, number)).remove(&401).unwrap_or_default();
        server.advance(Duration::from_secs(6));
    }
    assert!((50..=60).contains(&tested), "{tested}");
    // They have taken what they get, and something is left.
    let _answers = storm(100, |number| attack(&server, &alice, number));
    attack(&server, &alice, 0).refused(429, "too_many_requests");
    alice.at(from(&server, 200)).sign_in().is(200);
}

#[test]
fn every_spelling_of_a_name_is_one() {
    let server = start();
    let alice = alice(&server);
    let before = hashes(&server);
    let spellings = ["alice", "Alice", "ALICE", "aLiCe", "\u{ff41}\u{ff4c}\u{ff49}\u{ff43}\u{ff45}", "\u{ff21}lice"];
    let answers = storm(120, |number| wrong(&Persona::named(server.client(), spellings[number % 6])).sign_in());
    assert_eq!((hashes(&server) - before, answers[&401], answers[&429]), (BURST, 10, 110));
    alice.sign_in().refused(429, "too_many_requests");
}

#[test]
fn every_way_to_test_a_password_is_one() {
    let server = start();
    let alice = alice(&server).signed_in();
    let before = hashes(&server);
    let answers = storm(120, |number| match number % 3 {
        0 => wrong(&alice).sign_in(),
        1 => wrong(&alice).log_in(),
        _ => change(&alice, "a wrong plum, 7"),
    });
    assert_eq!(hashes(&server) - before, BURST);
    assert_eq!(answers[&429], 110, "{answers:?}");
    alice.sign_in().refused(429, "too_many_requests");
    alice.log_in().refused(429, "too_many_requests");
    change(&alice, alice.password()).refused(429, "too_many_requests");
    assert!(alice.is_in(), "what needs no password goes on");
    server.advance(Duration::from_mins(1));
    change(&alice, alice.password()).is(204);
}

/// Names that are nobody's, and texts that are no names, are counted like any other: the answers tell nothing.
#[test]
fn names_that_are_not_there_are_counted_alike() {
    let server = start();
    let _alice = alice(&server);
    let long = "a".repeat(300);
    let mut seen = Vec::new();
    for name in ["alice", "bob", "no name", "", "🦀", &long] {
        let before = hashes(&server);
        let attempt = || {
            let request = from(&server, 10 + u8::try_from(seen.len()).unwrap()).request("POST", "/auth");
            let body = serde_json::json!({"username": name, "password": "a wrong plum, 7"});
            request.header("X-Request-Id", "same").json(&body).send()
        };
        let answers: Vec<_> =
            (0..15).map(|_| attempt()).map(|it| (it.status(), it.lasting_headers(), it.body().to_owned())).collect();
        seen.push((answers, hashes(&server) - before));
    }
    assert_eq!(seen[0].1, BURST);
    assert!(seen.iter().all(|it| *it == seen[0]), "{seen:?}");
}

#[test]
fn a_right_password_is_never_counted() {
    let server = start();
    let alice = alice(&server);
    // More than an address may fail in a minute, and the clock stands still.
    for _ in 0..35 {
        alice.sign_in().is(200);
        alice.log_in().is(200);
    }
    let answers = storm(50, |_| wrong(&alice).sign_in());
    assert_eq!(answers[&401], 10);
}

#[test]
fn the_last_hundred_take_a_day() {
    let server = start();
    let owner = alice(&server).at(from(&server, 200)).signed_in();
    let before = hashes(&server);
    let mut tested = 0;
    for minute in 0..60 {
        for number in 0..12 {
            let address = (minute * 12 + number) % 200;
            tested +=
                u64::from(wrong(&owner).at(from(&server, u8::try_from(address).unwrap())).sign_in().status() == 401);
        }
        server.advance(Duration::from_mins(1));
    }
    assert!((98..=104).contains(&tested), "{tested} in an hour");
    assert_eq!(hashes(&server) - before, tested);
    owner.sign_in().is(200);
}

/// An address has a budget for all names together.
#[test]
fn one_password_for_many_names() {
    let server = start();
    let before = hashes(&server);
    let answers = storm(200, |number| wrong(&Persona::named(server.client(), &format!("user{number}"))).sign_in());
    assert_eq!((hashes(&server) - before, answers[&401], answers[&429]), (60, 60, 140));
    let elsewhere = wrong(&Persona::named(server.client(), "user1")).at(server.client().asking_from(source(1)));
    elsewhere.sign_in().refused(401, "invalid_credentials");
}

#[test]
fn sign_ups_are_limited_by_address() {
    let server = start();
    let ada = server.admin("ada");
    let before = hashes(&server);
    let answers = storm(100, |number| Persona::named(server.client(), &format!("user{number}")).sign_up());
    assert_eq!((hashes(&server) - before, answers[&201], answers[&429]), (30, 30, 70));
    let refused = Persona::named(server.client(), "other").sign_up().refused(429, "too_many_requests");
    assert_eq!(refused.header("RateLimit-Policy"), Some("\"sign_up\";q=30;w=3600"));
    assert_eq!(refused.header("RateLimit"), Some("\"sign_up\";r=0;t=120"));
    // What is not valid is told as ever, and an administrator goes on.
    let body = |name: &str| serde_json::json!({"username": name, "password": "a plum for all, 7"});
    server.anonymous().post("/user", body("no name")).invalid(&["/username"]);
    ada.post("/user", body("other")).is(201);
    Persona::named(from(&server, 9), "elsewhere").sign_up().is(201);
    server.advance(Duration::from_mins(2));
    Persona::named(server.client(), "later").sign_up().is(201);
}

/// Whether a name is taken is not told as often as one likes, either.
#[test]
fn names_that_are_taken_count() {
    let server = start();
    let alice = alice(&server);
    let answers = storm(60, |_| alice.sign_up());
    assert_eq!((answers[&409], answers[&429]), (30, 30));
}

#[test]
fn what_was_not_tested_is_not_counted() {
    let server = TestServer::with(|settings| {
        super::limited(settings);
        settings.passwords.max_concurrent = Some(1);
        settings.passwords.max_queue = 0;
    });
    let alice = server.account("alice", Role::User, "{}");
    let before = hashes(&server);
    let answers = storm(60, |_| wrong(&alice).sign_in());
    let tested = hashes(&server) - before;
    assert!(tested <= BURST && answers[&401] as u64 == tested && answers.contains_key(&503), "{answers:?}");
    // All that are left of the ten are left.
    for _ in tested..BURST {
        wrong(&alice).sign_in().refused(401, "invalid_credentials");
    }
    wrong(&alice).sign_in().refused(429, "too_many_requests");
}
