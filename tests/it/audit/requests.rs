//! What leaves no entry, and what no entry has.

use std::thread;

use serde_json::{Value, json};
use tests::{Backend, Cli, Client, DatabaseKind, Footing, Persona, ServerProcess, TestServer};
use userstore_core::Clock;

use super::Scene;
use crate::cli::ran::Ran;
use crate::disk::holder::Holder;
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

/// How many hashes a server has computed.
fn hashes(client: Client) -> u64 {
    let metrics = client.request("GET", "/metrics").send().is(200);
    let line = metrics.body().lines().find_map(|line| line.strip_prefix("userstore_password_hashes_total "));
    line.unwrap().parse().unwrap()
}

/// Two change a password at once: what the later one gave as the current one was right, until the first was written.
#[test]
#[cfg_attr(not(has_sqlite3), ignore = "needs sqlite3")]
fn what_is_refused_only_as_it_is_written_is_noted_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("users.db");
    let server = ServerProcess::with(&file, [("USERSTORE_DATABASE_TIMEOUT", "1m")]);
    let alice = Persona::named(server.client(), "alice");
    alice.sign_up().is(201);
    let alice = alice.signed_in();
    let before = hashes(server.client());
    let mut holder = Holder::of(&file);
    holder.take();
    let change = |new: &str| {
        let change = json!({"current_password": alice.password(), "new_password": new});
        alice.put("/user/me/password", change)
    };
    thread::scope(|scope| {
        let changes = ["the first of 2 plums", "the other of 2 plums"].map(|new| scope.spawn(move || change(new)));
        // Each is tested against the password that both know, and hashes its own.
        while hashes(server.client()) < before + 4 {
            thread::yield_now();
        }
        holder.give_back();
        let mut statuses = changes.map(|change| change.join().unwrap().status());
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 403]);
    });
    holder.end();
    let (_, _) = server.stop();
    let entries = Ran::of(&mut Cli::new(&file).command(&["audit", "-o", "json"])).json();
    let outcome = |entry: &Value| (entry["action"] == "change_password").then(|| entry["outcome"].clone());
    let mut outcomes: Vec<_> = entries.as_array().unwrap().iter().filter_map(outcome).collect();
    outcomes.sort_by_key(Value::to_string);
    assert_eq!(outcomes, ["done", "invalid_credentials"], "{entries}");
}
