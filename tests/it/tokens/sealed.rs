//! Signing keys that are encrypted in the database (`tokens.key_encryption_key`).

use std::path::Path;
use std::time::Duration;

use serde_json::json;
use tests::{Cli, Persona, ServerProcess, TestServer, program};
use userstore_core::Role;
use userstore_core::config::Secret;

use super::forge::{ED25519_PKCS8, files, stored_keys};
use super::{kid, reads};

const KEY: &str = "a key for keys, of 32 characters";
const OTHER: &str = "another key for keys, 32 characters";
const VARIABLE: &str = "USERSTORE_TOKENS_KEY_ENCRYPTION_KEY";

/// How long a server may take to find out that it cannot start.
const PATIENCE: Duration = Duration::from_secs(30);

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_private_key_never_lies_open_where_there_is_a_key_for_keys() {
    let server = TestServer::with(|settings| settings.tokens.key_encryption_key = Some(Secret::new(KEY)));
    let alice = server.account("alice", Role::Reader, "{}").logged_in();
    server.run(server.store().keys().rotate_keys()).unwrap();
    server.run(server.store().keys().rotate_keys_now()).unwrap();
    reads(&alice);
    let first = kid(alice.token());
    let looks = || {
        let files = files(&server);
        assert!(files.iter().any(|(_, bytes)| has(bytes, first.as_bytes())), "the keys are in the files");
        for (name, bytes) in files {
            assert!(!has(&bytes, &ED25519_PKCS8), "a private key is in {name}");
            assert!(!has(&bytes, KEY.as_bytes()), "the key for keys is in {name}");
        }
    };
    looks();
    server.run(server.store().close());
    looks();
}

#[test]
fn keys_made_without_it_are_sealed_at_the_next_start_and_leave_nothing_behind() {
    let server = TestServer::start();
    let (alice, keys) = (server.account("alice", Role::Reader, "{}"), server.store().keys());
    // So many that they are moved about in the file.
    for _ in 0..7 {
        let used = alice.logged_in();
        let next = server.run(keys.rotate_keys_now()).unwrap();
        let _unused = server.run(keys.rotate_keys()).unwrap();
        server.run(keys.revoke_key(&kid(used.token()))).unwrap();
        assert_eq!(kid(alice.logged_in().token()), next.kid);
    }
    let alice = alice.logged_in();
    let open = stored_keys(&server);
    assert_eq!(open.len(), 9, "without it they lie open, those that were revoked too");
    server.run(server.store().close());

    let sealing = server.beside(|settings| settings.tokens.key_encryption_key = Some(Secret::new(KEY)));
    reads(&sealing.anonymous().with_token(alice.token()));
    for moment in ["while it runs", "once it has stopped"] {
        for (name, bytes) in files(&server) {
            for key in &open {
                let seed = &key[ED25519_PKCS8.len()..];
                assert!(!has(&bytes, seed), "a private key is still in {name} {moment}");
            }
        }
        sealing.run(sealing.store().close());
    }
    let again = server.beside(|settings| settings.tokens.key_encryption_key = Some(Secret::new(KEY)));
    reads(&again.anonymous().with_token(alice.token()));
}

/// A program that serves the store some other way may open it without the keys: what needs none works.
#[test]
fn without_it_a_store_is_not_ready() {
    let server = TestServer::with(|settings| settings.tokens.key_encryption_key = Some(Secret::new(KEY)));
    let alice = server.account("alice", Role::Reader, "{}");
    let token = alice.logged_in();
    let _ready = server.get("/readyz").is(200);
    for wrong in [None, Some(Secret::new(OTHER))] {
        let without = server.beside(|settings| settings.tokens.key_encryption_key = wrong);
        let failing = without.get("/readyz").refused(503, "unavailable");
        assert_eq!(failing.json()["failing"], json!(["keys"]));
        let there = Persona::named(without.client(), "alice");
        there.log_in().refused(503, "unavailable");
        there.with_token(token.token()).get("/members").refused(503, "unavailable");
        without.get("/.well-known/jwks.json").refused(503, "unavailable");
        assert!(there.signed_in().is_in());
        let _list = there.signed_in().get("/members").is(200);
        let _alive = without.get("/healthz").is(200);
    }
    reads(&token);
}

/// Starts a server that is not to start, and gives its exit code and what it says.
fn refused(database: &Path, key: Option<&str>) -> (Option<i32>, String) {
    let mut command = assert_cmd::Command::new(program("userstore-server"));
    command.env_clear().current_dir(database.parent().unwrap()).env("PORT", "0");
    command.env("DATABASE_URL", format!("sqlite://{}", database.display()));
    command.envs(key.map(|key| (VARIABLE, key)));
    let output = command.timeout(PATIENCE).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_server_that_cannot_open_the_keys_does_not_start_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("users.db");
    let with_key = || ServerProcess::with(&database, [("USERSTORE_LOG_LEVEL", "info"), (VARIABLE, KEY)]);
    let server = with_key();
    let alice = Persona::named(server.client(), "alice");
    let _created = alice.sign_up().is(201);
    Cli::new(&database).run(&["grant-role", "alice", "reader"], "").success();
    let token = alice.logged_in();
    let (status, _) = server.stop();
    assert_eq!(status.code(), Some(0));
    for (key, code) in [(None, 1), (Some(OTHER), 1), (Some("too short"), 2)] {
        let (ended, message) = refused(&database, key);
        assert_eq!(ended, Some(code), "{message}");
        assert!(message.contains("tokens.key_encryption_key"), "{message}");
        assert!(!message.contains(OTHER) && !message.contains("panicked"), "{message}");
    }
    let server = with_key();
    reads(&Persona::named(server.client(), "alice").with_token(token.token()));
    let (_, log) = server.stop();
    assert!(!log.contains(KEY), "{log}");
}
