//! The keys that sign: as they are published, through their lives, and the same on every server of one database.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{Answer, Cli, Persona, START, ServerProcess, TestServer};
use userstore_core::jwt::{KeyState, SigningAlgorithm};
use userstore_core::{Error, Role, TokenRequest};

use super::forge::thumbprint;
use super::{is_refused, kid, read, reads};

const KEYS: &str = "/.well-known/jwks.json";

/// How long verifiers may keep the key set, by what its answer says.
const KEPT: Duration = Duration::from_mins(5);

/// The names of the published keys. Every key is held to what a published key may have in it.
#[track_caller]
fn published(answer: &Answer) -> BTreeSet<String> {
    let body = answer.clone().is(200).json();
    assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), ["keys"]);
    let mut kids = BTreeSet::new();
    for key in body["keys"].as_array().unwrap() {
        let mut names: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        let (wanted, alg): (&[&str], &str) = match key["kty"].as_str().unwrap() {
            "OKP" => (&["alg", "crv", "kid", "kty", "use", "x"], "EdDSA"),
            "EC" => (&["alg", "crv", "kid", "kty", "use", "x", "y"], "ES256"),
            _ => (&["alg", "e", "kid", "kty", "n", "use"], "RS256"),
        };
        assert_eq!(names, wanted);
        assert_eq!((&key["alg"], &key["use"]), (&json!(alg), &json!("sig")));
        assert_eq!(key["kid"], thumbprint(key));
        assert!(kids.insert(key["kid"].as_str().unwrap().to_owned()), "a key is there twice");
    }
    kids
}

#[track_caller]
fn kids(server: &TestServer) -> BTreeSet<String> {
    published(&server.get(KEYS))
}

fn set<const N: usize>(kids: [&str; N]) -> BTreeSet<String> {
    kids.into_iter().map(str::to_owned).collect()
}

/// Asserts that something is seen by a request that starts 100 ms from now, or earlier.
#[track_caller]
fn within_100_ms(what: &str, seen: impl Fn() -> bool) {
    let start = Instant::now();
    loop {
        let started = start.elapsed();
        if seen() {
            return;
        }
        assert!(started < Duration::from_millis(100), "{what} is not seen after {started:?}");
    }
}

#[test]
fn the_public_keys_are_for_everyone() {
    for algorithm in SigningAlgorithm::ALL {
        let server = TestServer::with(|settings| settings.tokens.algorithm = *algorithm);
        let answer = server.get(KEYS).is(200);
        assert_eq!(answer.header("Cache-Control"), Some("public, max-age=300"));
        assert_eq!(answer.header("Content-Type"), Some("application/json"));
        assert_eq!(published(&answer).len(), 1);
        assert_eq!(answer.str_at("/keys/0/alg"), algorithm.as_str());
        let head = server.request("HEAD", KEYS).send().is(200);
        assert_eq!(head.lasting_headers(), answer.lasting_headers());
        let options = server.request("OPTIONS", KEYS).send().is(204);
        assert_eq!(options.header("Allow"), Some("GET, HEAD, OPTIONS"));
        for value in ["Bearer nonsense", "Basic x", ""] {
            let shown = server.request("GET", KEYS).header("Authorization", value).send();
            assert_eq!(shown.json(), answer.json());
        }
    }
}

#[test]
fn a_key_is_published_before_it_signs_and_until_its_last_token_is_over() {
    let server = TestServer::start();
    let (alice, keys) = (server.account("alice", Role::Reader, "{}"), server.store().keys());
    let first = kid(alice.logged_in().token());
    assert_eq!(kids(&server), set([&first]));

    let next = server.run(keys.rotate_keys()).unwrap();
    assert_eq!(next.state, KeyState::Next);
    assert_ne!(next.kid, first);
    assert!(matches!(server.run(keys.rotate_keys()), Err(Error::KeyWaiting)), "one waits");
    assert_eq!(kids(&server), set([&first, &next.kid]), "published at once");
    let wait = next.signs_at.since(START);
    assert!(wait >= KEPT, "{wait:?} is less than verifiers keep the set");

    server.advance(wait.checked_sub(Duration::from_millis(1)).unwrap());
    let last = alice.logged_in();
    assert_eq!(kid(last.token()), first, "the next key does not sign before its time");
    server.advance(Duration::from_millis(1));
    let later = alice.logged_in();
    assert_eq!(kid(later.token()), next.kid, "and does from its time on");
    assert_eq!(kids(&server), set([&first, &next.kid]));

    // The last token of the first key lives for 15 minutes and 5 seconds more, from a whole second on.
    let end = Duration::from_millis(1000 * (read(last.token()).1["exp"].as_u64().unwrap() + 5));
    let left = end.checked_sub(Duration::from_millis(server.store().clock().now().as_millis().unsigned_abs())).unwrap();
    server.advance(left.checked_sub(Duration::from_millis(1)).unwrap());
    reads(&last);
    assert_eq!(kids(&server), set([&first, &next.kid]), "as long as its last token is good");
    server.advance(Duration::from_millis(1));
    is_refused(&last);
    let gone = server.run(keys.list_keys()).unwrap().iter().find(|key| key.kid == first).unwrap().gone_at.unwrap();
    let rest = gone.since(server.store().clock().now());
    assert!(rest <= Duration::from_hours(1), "it is gone {rest:?} later");
    server.advance(rest);
    assert_eq!(kids(&server), set([&next.kid]), "and then it is gone");
    let told: Vec<_> = server.run(keys.list_keys()).unwrap().into_iter().map(|key| (key.kid, key.state)).collect();
    assert_eq!(told, [(first, KeyState::Gone), (next.kid, KeyState::Active)]);
}

#[test]
fn a_key_stays_for_as_long_as_a_service_token_of_it_lives() {
    let server = TestServer::start();
    let keys = server.store().keys();
    let days = |days: u64| Duration::from_hours(24 * days);
    let request =
        TokenRequest { scopes: Some("members:read".parse().unwrap()), ttl: Some(days(90)), ..TokenRequest::default() };
    let token = server.run(keys.mint_service_token("reports", &request)).unwrap();
    let service = server.anonymous().with_token(token.reveal());
    let first = kid(token.reveal());
    let second = server.run(keys.rotate_keys_now()).unwrap().kid;
    server.advance(days(45));
    let third = server.run(keys.rotate_keys_now()).unwrap().kid;
    assert_eq!(kids(&server), set([&first, &third]), "the second has signed nothing");
    assert_ne!(second, third);
    server.advance(days(45));
    reads(&service);
    assert_eq!(kids(&server), set([&first, &third]));
    server.advance(Duration::from_secs(5));
    is_refused(&service);
    server.advance(Duration::from_hours(1));
    assert_eq!(kids(&server), set([&third]));
}

#[test]
fn two_servers_on_one_database_agree() {
    let one = TestServer::start();
    let other = one.beside(|_| ());
    assert_eq!(kids(&one), kids(&other));
    let alice = one.account("alice", Role::Reader, "{}");
    let at = |server: &TestServer, persona: &Persona| server.anonymous().with_token(persona.token());
    let there = Persona::named(other.client(), "alice");
    reads(&at(&other, &alice.logged_in()));
    reads(&at(&one, &there.logged_in()));
    for _ in 0..5 {
        let waiting = one.run(one.store().keys().rotate_keys()).unwrap();
        within_100_ms("the next key", || kids(&other) == kids(&one));
        let now = other.run(other.store().keys().rotate_keys_now()).unwrap();
        assert_eq!(now.kid, waiting.kid, "the one that waits is the one that signs");
        for _ in 0..3 {
            // At once: a key that a server does not know yet, it looks for.
            let now = other.run(other.store().keys().rotate_keys_now()).unwrap();
            let new = other.service("reports", "members:read");
            reads(&at(&one, &new));
            assert_eq!(kid(new.token()), now.kid);
        }
        let now = &other.run(other.store().keys().list_keys()).unwrap().pop().unwrap();
        within_100_ms("the key that signs", || kid(alice.logged_in().token()) == now.kid);
        assert_eq!(kids(&other), kids(&one));
    }
    let revoked = kid(alice.logged_in().token());
    let old = at(&other, &alice.logged_in());
    reads(&old);
    one.run(one.store().keys().revoke_key(&revoked)).unwrap();
    within_100_ms("the end of a key", || old.get("/members").status() == 401);
    assert_eq!(kids(&other), kids(&one));
    assert!(!kids(&one).contains(&revoked));
}

#[test]
fn servers_that_start_at_once_on_a_new_file_make_one_key() {
    for _ in 0..3 {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("users.db");
        let servers: Vec<ServerProcess> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..4).map(|_| scope.spawn(|| ServerProcess::start(&database))).collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        let sets: BTreeSet<BTreeSet<String>> =
            servers.iter().map(|server| published(&server.client().request("GET", KEYS).send())).collect();
        assert_eq!(sets.len(), 1, "{sets:?}");
        assert_eq!(sets.first().unwrap().len(), 1, "{sets:?}");
        let listed = Cli::new(&database).run(&["list-keys", "-o", "json"], "").success();
        let listed: Value = serde_json::from_slice(&listed.get_output().stdout).unwrap();
        assert_eq!(listed.as_array().unwrap().len(), 1);
    }
}

/// A server looks at its keys when it starts, and every minute: here, another one that starts does.
#[test]
fn keys_are_rotated_on_a_schedule() {
    let every = Duration::from_hours(24);
    let server = TestServer::with(|settings| settings.tokens.rotate_every = Some(every));
    let alice = server.account("alice", Role::Reader, "{}");
    let first = kid(alice.logged_in().token());
    let seen_to = || {
        let other = server.beside(|_| ());
        // By the time these are answered, it has looked.
        (0..20).for_each(|_| drop(other.get("/readyz").is(200)));
    };
    seen_to();
    server.advance(every.checked_sub(Duration::from_secs(311)).unwrap());
    seen_to();
    assert_eq!(kids(&server), set([&first]), "not before its time");
    server.advance(Duration::from_secs(1));
    let start = Instant::now();
    let other = server.beside(|_| ());
    while kids(&server).len() < 2 {
        assert!(start.elapsed() < Duration::from_secs(20), "no next key is made");
        std::thread::yield_now();
    }
    seen_to();
    assert_eq!(kids(&server).len(), 2, "one is enough");
    let told = server.run(server.store().keys().list_keys()).unwrap();
    assert_eq!(told[1].signs_at.since(START), every, "it takes over when the first has signed for as long as it may");
    server.advance(Duration::from_secs(310));
    assert_eq!(kid(alice.logged_in().token()), told[1].kid);
    drop(other);
}
