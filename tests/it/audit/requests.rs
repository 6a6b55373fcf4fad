//! What leaves no entry, and what no entry has.

use serde_json::json;
use tests::{Backend, DatabaseKind, Footing, TestServer};
use userstore_core::Clock;

use super::Scene;
use crate::routes::{example, routes};

#[test]
fn what_reads_leaves_none() {
    let scene = Scene::new(Backend::SQLITE);
    let before = scene.entries().len();
    for (path, methods) in routes() {
        if methods.contains(&"GET".to_owned()) {
            let _answer = scene.root.get(&example(&path));
        }
    }
    // What changes nothing is no change, and what is no request at all is nothing.
    let bob = &scene.bob;
    let _same = bob.put("/user/me", json!({"data": {}})).is(200);
    let _wrong = bob.put("/user/me", json!({"data": 7})).is(422);
    let _gone = scene.root.delete("/user/nobody").is(404);
    let _taken = bob.sign_up().is(409);
    let _nobody = scene.server.anonymous().delete("/auth").is(401);
    assert_eq!(scene.entries().len(), before, "{:?}", scene.entries().split_off(before));
}

/// Data, passwords, tokens and reasons are in no entry, whoever brought them and wherever they were put.
#[test]
fn no_secret_is_in_any() {
    let scene = Scene::new(Backend::SQLITE);
    let server = &scene.server;
    let canary = "canary7f3e9d41c0ffee";
    let password = format!("{canary} of a password");
    let dora = tests::Persona::named(server.client(), "dora").with_password(&password);
    let _up = dora.sign_up().is(201);
    let dora = dora.signed_in();
    let token = dora.token().to_owned();
    let _data = dora.put("/user/me", json!({"data": {canary: canary}})).is(200);
    let wrong = dora.with_password(&format!("{canary} but wrong"));
    let _wrong = wrong.sign_in().is(401);
    let _misplaced = server.anonymous().post("/auth", json!({"username": canary, "password": "7 plums, dora"})).is(401);
    let access = dora.logged_in().token().to_owned();
    let change = json!({"current_password": password, "new_password": format!("{canary}, the next")});
    let _changed = dora.put("/user/me/password", change).is(204);
    let block = json!({"status": "blocked", "reason": canary});
    let _blocked = scene.root.put("/user/dora/status", block).is(200);
    let _member = scene.root.post("/members", json!({"name": canary, "email": null, "phone": canary})).is(201);
    let service = server.service("importer", "members:read").token().to_owned();
    let text = serde_json::to_string(&scene.entries()).unwrap();
    assert!(text.contains("\"dora\"") && text.contains("importer"), "{text}");
    let signature = |token: &str| token.rsplit('.').next().unwrap().to_owned();
    for secret in [canary, &token["ust_".len()..], &signature(&access), &signature(&service), "$argon2"] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}

/// No engine changes an entry, whoever asks; the servers' user may make the guard in the tests.
#[test]
#[cfg_attr(not(all(has_postgres, has_mariadb)), ignore = "needs PostgreSQL's and MariaDB's programs")]
fn the_database_itself_refuses_a_change() {
    for kind in [DatabaseKind::Postgres, DatabaseKind::MariaDb] {
        let footing = Footing::new(Backend::plain(kind));
        let server = TestServer::at(&footing, Clock::system(), |_| ());
        let _alice = server.account("alice", userstore_core::Role::User, "{}");
        let count = || footing.sql("SELECT count(*) FROM audit_log WHERE outcome = 'done'");
        assert_eq!(count().trim(), "1");
        let changed = std::panic::catch_unwind(|| footing.sql("UPDATE audit_log SET outcome = 'none'"));
        assert!(changed.is_err(), "{kind:?}");
        assert_eq!(count().trim(), "1");
    }
}
