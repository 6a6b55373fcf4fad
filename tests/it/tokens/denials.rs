//! A token stops with the very next request after what ends it was answered, whatever is remembered of it; and what does
//! not end it leaves it alone.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::{Cli, Persona, ServerProcess, TestServer};
use userstore_core::config::CacheKind;
use userstore_core::{Role, TokenRequest};

use super::forge::{Signer, with};
use super::{ALL, is_refused, is_refused_after, kid, opens, read, reads};

/// How much later a request may still see what was before a command of another process.
const DELAY: Duration = Duration::from_millis(100);

const EDITOR: &str = "members:read members:write";

/// A server, an administrator with a session, and alice, an editor.
struct Scene {
    server: TestServer,
    root: Persona,
    alice: Persona,
}

impl Scene {
    fn new(cache: CacheKind) -> Self {
        let server = TestServer::with(|settings| settings.cache.kind = cache);
        let (root, alice) = (server.admin("root"), server.persona("alice", Role::Editor));
        Self { server, root, alice }
    }

    /// A token of alice that the server has seen, and may remember.
    fn token(&self) -> Persona {
        let token = self.alice.logged_in();
        for _ in 0..2 {
            assert_eq!(opens(&token), EDITOR);
        }
        token
    }
}

/// Something that ends what alice was issued.
type End = fn(&Scene);

const ENDS: [(&str, End); 6] = [
    ("a block", |scene| drop(scene.root.put("/user/alice/status", json!({"status": "blocked"})).is(200))),
    ("a password of her own", |scene| {
        let body = json!({"current_password": scene.alice.password(), "new_password": "a plum for others, 7"});
        drop(scene.alice.put("/user/me/password", body).is(204));
    }),
    ("a password of the administrator's", |scene| {
        drop(scene.root.put("/user/alice/password", json!({"new_password": "a plum for others, 7"})).is(204));
    }),
    ("the end of her sessions, by herself", |scene| drop(scene.alice.delete("/user/me/sessions").is(204))),
    ("the end of her sessions, by the administrator", |scene| drop(scene.root.delete("/user/alice/sessions").is(204))),
    ("a block that was lifted", |scene| {
        scene.root.put("/user/alice/status", json!({"status": "blocked", "reason": "plums"})).is(200);
        scene.root.put("/user/alice/status", json!({"status": "active"})).is(200);
    }),
];

#[test]
fn what_ends_all_that_was_issued_ends_tokens_at_once() {
    for cache in [CacheKind::Auto, CacheKind::Off] {
        for (what, end) in ENDS {
            let scene = Scene::new(cache);
            let bob = scene.server.account("bob", Role::Editor, "{}").logged_in();
            let service = scene.server.service("importer", ALL);
            let tokens = [scene.token(), scene.token()];
            reads(&bob);
            reads(&service);
            end(&scene);
            for token in &tokens {
                is_refused_after(&format!("{what}, {cache:?}"), token);
                is_refused_after(&format!("{what}, {cache:?}, again"), token);
            }
            assert_eq!((opens(&bob), opens(&service)), (EDITOR.to_owned(), ALL.to_owned()), "{what} is alice's alone");
        }
    }
}

#[test]
fn a_token_of_later_is_good_and_brings_no_earlier_one_back() {
    for cache in [CacheKind::Auto, CacheKind::Off] {
        for (what, end) in ENDS {
            let scene = Scene::new(cache);
            let before = scene.token();
            end(&scene);
            if what == "a block" {
                scene.alice.log_in().refused(403, "account_blocked");
                scene.root.put("/user/alice/status", json!({"status": "active"})).is(200);
            }
            let plums = scene.alice.with_password("a plum for others, 7");
            let alice = if what.contains("password") { plums } else { scene.alice.clone() };
            let after = alice.logged_in();
            is_refused_after(&format!("{what}, {cache:?}"), &before);
            assert_eq!(opens(&after), EDITOR, "after {what}, {cache:?}");
            is_refused_after(&format!("{what}, {cache:?}, and a later token"), &before);
        }
    }
}

/// Blocking ends what was issued before; and a blocked user's token is refused also if it were issued later.
#[test]
fn a_blocked_user_has_no_good_token_of_any_time() {
    for cache in [CacheKind::Auto, CacheKind::Off] {
        let scene = Scene::new(cache);
        let (key, (_, claims)) = (Signer::stolen(&scene.server), read(scene.token().token()));
        let first = claims["epoch"].as_i64().unwrap();
        let tokens: Vec<Persona> = (first - 1..first + 4)
            .map(|epoch| scene.alice.with_token(&key.sign(&with(&claims, "epoch", epoch))))
            .collect();
        scene.root.put("/user/alice/status", json!({"status": "blocked"})).is(200);
        tokens.iter().for_each(is_refused);
        scene.root.put("/user/alice/status", json!({"status": "active"})).is(200);
        let good: Vec<&Persona> = tokens.iter().filter(|token| token.get("/members").status() == 200).collect();
        assert_eq!(good.len(), 1, "one of them is what a token of now would be");
        assert_eq!(read(good[0].token()).1["epoch"], read(scene.token().token()).1["epoch"]);
    }
}

#[test]
fn a_deleted_users_token_is_nobodys() {
    for cache in [CacheKind::Auto, CacheKind::Off] {
        for by_herself in [true, false] {
            let scene = Scene::new(cache);
            let token = scene.token();
            if by_herself {
                scene.alice.delete("/user/me").is(204);
            } else {
                scene.root.delete("/user/alice").is(204);
            }
            is_refused(&token);
            let again = scene.server.account("alice", Role::Admin, "{}").logged_in();
            is_refused(&token);
            assert_eq!(opens(&again), ALL);
            is_refused(&token);
        }
    }
}

#[test]
fn a_role_that_was_taken_away_is_missing_at_once() {
    for cache in [CacheKind::Auto, CacheKind::Off] {
        let scene = Scene::new(cache);
        let token = scene.token();
        for (role, opened) in [
            ("reader", "members:read"),
            ("user", ""),
            ("editor", EDITOR),
            ("admin", EDITOR),
            ("user", ""),
            ("reader", "members:read"),
        ] {
            scene.root.put("/user/alice/role", json!({"role": role})).is(200);
            assert_eq!(opens(&token), opened, "{role}, {cache:?}");
        }
    }
}

#[test]
fn what_ends_nothing_of_a_token_leaves_it_alone() {
    for cache in [CacheKind::Auto, CacheKind::Off] {
        let scene = Scene::new(cache);
        let token = scene.token();
        let other = scene.alice.signed_in();
        other.delete("/auth").is(204);
        assert_eq!(opens(&token), EDITOR, "a session that signed out");
        let other = scene.alice.signed_in().get("/auth").str_at("/id");
        scene.alice.delete(&format!("/user/me/sessions/{other}")).is(204);
        assert_eq!(opens(&token), EDITOR, "one session that was ended");
        scene.alice.put("/user/me", json!({"data": {"likes": "plums"}})).is(200);
        assert_eq!(opens(&token), EDITOR, "other data");
        let second = scene.token();
        assert_eq!((opens(&token), opens(&second)), (EDITOR.to_owned(), EDITOR.to_owned()), "a second token");
        scene.alice.with_password("not the plum").log_in().is(401);
        let wrong = json!({"current_password": "not the plum", "new_password": "another plum, 8"});
        scene.alice.put("/user/me/password", wrong).is(403);
        assert_eq!(opens(&token), EDITOR, "a password that was not changed");
        let unblocked = json!({"status": "active"});
        scene.root.put("/user/alice/status", unblocked).is(200);
        assert_eq!(opens(&token), EDITOR, "a status that was not changed");
        scene.alice.delete("/auth").is(204);
        assert_eq!(opens(&token), EDITOR, "the last session");
    }
}

#[test]
fn a_revoked_key_takes_its_tokens_with_it() {
    for cache in [CacheKind::Auto, CacheKind::Off] {
        let scene = Scene::new(cache);
        let (token, service) = (scene.token(), scene.server.service("importer", ALL));
        reads(&service);
        let revoked = kid(token.token());
        let keys = scene.server.store().keys();
        scene.server.run(keys.revoke_key(&revoked)).unwrap();
        is_refused(&token);
        is_refused(&service);
        let after = scene.token();
        assert_ne!(kid(after.token()), revoked);
        is_refused(&token);
        assert!(!scene.server.get("/.well-known/jwks.json").is(200).body().contains(&revoked));
        assert!(scene.alice.is_in(), "sessions have no key");
        // One that waits, or has signed before, is no loss to the others.
        scene.server.run(keys.rotate_keys_now()).unwrap();
        let newest = scene.token();
        scene.server.run(keys.revoke_key(&kid(after.token()))).unwrap();
        is_refused(&after);
        assert_eq!(opens(&newest), EDITOR);
    }
}

#[test]
fn a_key_revoked_by_another_process_is_so_within_100_ms() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("users.db");
    let cli = |arguments: &[&str]| Cli::new(&database).run(arguments, "").success();
    let server = ServerProcess::start(&database);
    let alice = Persona::named(server.client(), "alice");
    let _created = alice.sign_up().is(201);
    cli(&["grant-role", "alice", "reader"]);
    for _ in 0..5 {
        let token = alice.logged_in();
        reads(&token);
        reads(&token);
        cli(&["revoke-key", &kid(token.token()), "--yes"]);
        let end = Instant::now();
        loop {
            let started = end.elapsed();
            match token.get("/members").status() {
                401 => break,
                status => assert_eq!(status, 200),
            }
            assert!(started < DELAY, "a request that started {started:?} after the end was let in");
        }
        is_refused(&token);
    }
}

#[test]
fn a_token_ends_five_seconds_after_its_time_to_the_millisecond() {
    for cache in [CacheKind::Auto, CacheKind::Off] {
        let scene = Scene::new(cache);
        // The clock stands at 678 ms past a second, and a token counts whole seconds.
        let token = scene.token();
        scene.server.advance(Duration::from_secs(904));
        reads(&token);
        scene.server.advance(Duration::from_millis(321));
        reads(&token);
        scene.server.advance(Duration::from_millis(1));
        is_refused(&token);
        let unused = scene.alice.logged_in();
        scene.server.advance(Duration::from_millis(904_999));
        // From a whole second on, that is as late as it gets.
        is_refused(&token);
        reads(&unused);
        scene.server.advance(Duration::from_millis(1));
        is_refused(&unused);
    }
}

#[test]
fn a_token_begins_five_seconds_before_its_time_to_the_millisecond() {
    for cache in [CacheKind::Auto, CacheKind::Off] {
        let scene = Scene::new(cache);
        let request = TokenRequest { not_yet_valid: true, ..TokenRequest::default() };
        let minted = scene.server.run(scene.server.store().keys().mint_user_token("alice", &request)).unwrap();
        let token = scene.alice.with_token(minted.reveal());
        is_refused(&token);
        scene.server.advance(Duration::from_millis(3_594_321));
        is_refused(&token);
        scene.server.advance(Duration::from_millis(1));
        reads(&token);
    }
}
