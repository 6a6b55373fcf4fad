//! Tokens that somebody made up: always 401, whatever they cost to make.

use serde_json::json;
use tests::{Persona, ServerProcess, TestServer};
use userstore_core::jwt::SigningAlgorithm;
use userstore_core::{Role, TokenRequest};

use super::forge::{Signer, with};
use super::forgeries::Good;
use super::{ALL, INVALID_TOKEN, opens, refused_token};

/// How many forged tokens memory may not grow by.
const MANY: usize = 5_000;
/// What a process may grow by all the same, in KiB: its allocator does not give everything back.
const SLACK_KIB: u64 = 8 * 1024;

#[test]
fn every_forged_token_is_refused() {
    let server = TestServer::start();
    let alice = server.account("alice", Role::Admin, "{}").logged_in_for("members:read");
    let good = Good::of(alice.token(), &server.get("/.well-known/jwks.json").json());
    let key = Signer::stolen(&server);
    assert_eq!(key.header(), good.header);
    // Else all the others might be refused for another reason than the one they are made for.
    assert_eq!(opens(&alice.with_token(&key.sign(&good.claims))), "members:read");
    assert_eq!(opens(&alice.with_token(&key.sign(&with(&good.claims, "scope", ALL)))), ALL);
    let forged = [good.without_the_key(), good.with_the_key(&key)].concat();
    assert!(forged.len() > 120, "{}", forged.len());
    for (what, token) in &forged {
        let answer = server.request("GET", "/members").token(Some(token)).send();
        assert_eq!(
            (answer.status(), answer.header("WWW-Authenticate")),
            (401, Some(INVALID_TOKEN)),
            "{what}: {answer:?}"
        );
        refused_token(&server.request("DELETE", "/members/7").token(Some(token)).send());
        let home = server.request("GET", "/").token(Some(token)).send().is(200);
        assert_eq!(home.json(), json!({"message": "Hello World"}), "{what}");
    }
    assert_eq!(opens(&alice), "members:read", "the good one is still good");
    let expired = TokenRequest { expired: true, ..TokenRequest::default() };
    let stranger = TokenRequest { unknown_key: true, ..TokenRequest::default() };
    let elsewhere = TokenRequest { audience: Some("elsewhere".to_owned()), ..TokenRequest::default() };
    for request in [expired, stranger, elsewhere] {
        let minted = server.run(server.store().keys().mint_user_token("alice", &request)).unwrap();
        super::is_refused(&alice.with_token(minted.reveal()));
    }
}

/// A public key of each algorithm as the secret of an HMAC.
#[test]
fn no_algorithm_lets_its_public_key_be_a_secret() {
    for algorithm in [SigningAlgorithm::Es256, SigningAlgorithm::Rs256] {
        let server = TestServer::with(|settings| settings.tokens.algorithm = algorithm);
        let alice = server.account("alice", Role::Admin, "{}").logged_in_for("members:read");
        let good = Good::of(alice.token(), &server.get("/.well-known/jwks.json").json());
        for (what, token) in good.without_the_key() {
            let answer = server.request("GET", "/members").token(Some(&token)).send();
            assert_eq!(answer.status(), 401, "{what}: {answer:?}");
        }
        assert_eq!(opens(&alice), "members:read");
    }
}

/// The memory that a process has now, in KiB.
fn memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the memory in use");
    line.trim().strip_suffix(" kB").expect("in kB").parse().unwrap()
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "needs /proc")]
fn a_flood_of_forged_tokens_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let server = ServerProcess::with(&folder.path().join("users.db"), [("USERSTORE_LOG_LEVEL", "debug")]);
    let alice = Persona::named(server.client(), "alice");
    let _created = alice.sign_up().is(201);
    let alice = alice.logged_in();
    let keys = server.client().request("GET", "/.well-known/jwks.json").send().json();
    let forged = Good::of(alice.token(), &keys).without_the_key();
    let flood = |count: usize| {
        std::thread::scope(|scope| {
            for part in 0..4 {
                let (forged, client) = (&forged, server.client());
                scope.spawn(move || {
                    for at in (part..count).step_by(4) {
                        let (what, token) = &forged[at % forged.len()];
                        // Each with a signature of its own, so that none was seen before.
                        let token = if at < forged.len() { token.clone() } else { format!("{token}{at:04}") };
                        let answer = client.request("GET", "/members").token(Some(&token)).send();
                        assert_eq!(answer.status(), 401, "{what}: {answer:?}");
                    }
                });
            }
        });
    };
    flood(MANY / 2);
    let before = memory(server.id());
    flood(MANY);
    let after = memory(server.id());
    assert!(after < before + SLACK_KIB, "from {before} to {after} KiB by {MANY} forged tokens");
    // Still there, and still the same.
    alice.get("/members").refused(403, "forbidden");
    let (status, log) = server.stop();
    assert_eq!(status.code(), Some(0));
    assert!(log.lines().count() > MANY, "every request is logged");
    for (what, token) in &forged {
        // A word that is in many a line is no part of a token.
        let parts = token.split('.').filter(|part| part.len() > 20);
        assert!(parts.into_iter().all(|part| !log.contains(&part[..20])), "{what} is in the log");
    }
    assert!(!log.contains(alice.token().rsplit('.').next().unwrap()));
}
