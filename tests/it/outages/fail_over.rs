//! The database takes no writes, as in a fail-over: what is there can be read.

use serde_json::json;
use tests::servers::{MariaDb, Postgres, redis};
use tests::{Backend, Footing, TestServer};
use userstore_core::config::{CacheKind, SessionStoreKind};
use userstore_core::{Action, AuditFilter, PageRequest, Role};

use super::database::{Truth, server_on};
use super::{DATABASE_TIMEOUT, Fits as _, MARGIN, failing, serve, until, within};

fn is_read_only<T: Truth>() {
    let database = T::launch();
    let server = server_on(&database);
    let url = server.footing().database_url().to_owned();
    let (ada, root) = (server.persona("ada", Role::Editor), server.admin("root.one"));
    let (token, last) = (ada.logged_in(), ada.signed_in());
    ada.put("/members/7", json!({"name": "Grace Hopper"})).is(201);
    database.read_only(&url, true);
    let patience = DATABASE_TIMEOUT + MARGIN;
    for _ in 0..2 {
        for target in ["/", "/user/me", "/user/me/sessions", "/auth", "/members", "/members/7"] {
            within(patience, || ada.get(target).is(200));
        }
        within(patience, || token.get("/members/7").is(200));
        within(patience, || root.get("/users").is(200));
        for refused in [
            within(patience, || root.put("/user/ada/status", json!({"status": "blocked"}))),
            within(patience, || root.put("/user/ada/password", json!({"new_password": "another plum, 8"}))),
            within(patience, || root.delete("/user/ada")),
            within(patience, || token.put("/members/7", json!({"name": "Grace"}))),
            within(patience, || ada.delete("/auth")),
            within(patience, || ada.sign_in()),
        ] {
            refused.fits(&[503]);
        }
        // An access token is signed, and nothing written.
        within(patience, || ada.log_in().is(200));
        assert!(ada.is_in() && failing(server.client()).is_empty());
    }
    database.read_only(&url, false);
    until(|| last.delete("/auth").fits(&[204, 401, 503]) != 503);
    assert!(!last.is_in() && ada.is_in());
    token.put("/members/7", json!({"name": "Grace"})).is(200);
    assert!(ada.signed_in().is_in());
    // What was possible meanwhile is in the log all the same.
    assert_eq!(noted(&server, Action::LogIn), 3);
}

/// How often this was done, as the log has it.
fn noted(server: &TestServer, action: Action) -> usize {
    let filter = AuditFilter { action: Some(action), outcome: Some("done".to_owned()), ..AuditFilter::default() };
    server.run(server.store().operator().audit(&filter, PageRequest::first())).unwrap().items.len()
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL's programs")]
fn postgres_takes_no_writes() {
    is_read_only::<Postgres>();
}

#[test]
#[cfg_attr(not(has_mariadb), ignore = "needs MariaDB's programs")]
fn mariadb_takes_no_writes() {
    is_read_only::<MariaDb>();
}

/// With the sessions in Redis, one can be opened, but none can be ended: that has to be noted first.
#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn sessions_in_redis_are_opened_and_not_ended() {
    let database = Postgres::launch();
    let url = database.new_database();
    let backend =
        Backend { sessions: SessionStoreKind::Redis, cache: CacheKind::Redis, ..Backend::plain(Postgres::KIND) };
    let server = serve(&Footing::new(backend).with_database(url.clone()).with_redis(redis().url()));
    let ada = server.persona("ada", Role::Editor);
    database.read_only(&url, true);
    let second = ada.signed_in();
    for _ in 0..2 {
        second.delete("/auth").fits(&[503]);
        second.get("/user/me").is(200);
    }
    ada.put("/members/7", json!({"name": "Grace Hopper"})).fits(&[503]);
    ada.get("/members").is(200);
    database.read_only(&url, false);
    until(|| second.delete("/auth").fits(&[204, 503]) == 204);
    assert!(!second.is_in() && ada.is_in());
    ada.put("/members/7", json!({"name": "Grace Hopper"})).is(201);
    assert_eq!(noted(&server, Action::SignIn), 2);
}
