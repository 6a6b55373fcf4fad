//! The database is down, or is started anew under a running server.

use std::ops::Deref;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tests::servers::{Daemon, MariaDb, Postgres};
use tests::{Backend, DatabaseKind, Footing, TestServer};
use userstore_core::Role;

use super::{AT_ONCE, DATABASE_TIMEOUT, Fits as _, HEALED, MARGIN, failing, serve, until, within};

/// A database server of the test's own.
pub(super) trait Truth: Deref<Target = Daemon> {
    const KIND: DatabaseKind;
    fn launch() -> Self;
    fn new_database(&self) -> String;
    /// Has it take no writes, as one does that is no longer, or not yet, the one to write to; or take them again.
    fn read_only(&self, url: &str, is_on: bool);
}

impl Truth for Postgres {
    const KIND: DatabaseKind = DatabaseKind::Postgres;

    fn launch() -> Self {
        Self::start()
    }

    fn new_database(&self) -> String {
        self.create_database()
    }

    fn read_only(&self, url: &str, is_on: bool) {
        // Each by itself: the first is not for a transaction of several.
        let _none = self.sql(url, &format!("ALTER SYSTEM SET default_transaction_read_only = {is_on}"));
        let _none = self.sql(url, "SELECT pg_reload_conf()");
        let shown = if is_on { "on\n" } else { "off\n" };
        until(|| self.sql(url, "SHOW default_transaction_read_only") == shown);
    }
}

impl Truth for MariaDb {
    const KIND: DatabaseKind = DatabaseKind::MariaDb;

    fn launch() -> Self {
        Self::start()
    }

    fn new_database(&self) -> String {
        self.create_database()
    }

    fn read_only(&self, url: &str, is_on: bool) {
        let _none = self.sql(url, &format!("SET GLOBAL read_only = {is_on}"));
    }
}

/// A server on a database that is the test's alone, without any cache.
pub(super) fn server_on<T: Truth>(database: &T) -> TestServer {
    serve(&Footing::new(Backend::plain(T::KIND)).with_database(database.new_database()))
}

fn goes_down<T: Truth>() {
    let database = T::launch();
    let server = server_on(&database);
    let (ada, root) = (server.persona("ada", Role::Editor), server.admin("root.one"));
    let token = ada.logged_in();
    ada.put("/members/7", json!({"name": "Grace Hopper"})).is(201);
    for is_killed in [true, false] {
        if is_killed {
            database.kill();
        } else {
            database.freeze();
        }
        let patience = DATABASE_TIMEOUT + MARGIN;
        for target in ["/user/me", "/user/me/sessions", "/auth", "/members/7"] {
            within(patience, || ada.get(target).fits(&[503]));
            within(patience, || token.get("/members").fits(&[503]));
        }
        within(patience, || server.get("/.well-known/jwks.json").fits(&[200, 503]));
        for refused in [
            within(patience, || root.put("/user/ada/status", json!({"status": "blocked"}))),
            within(patience, || token.put("/members/7", json!({"name": "Grace"}))),
            within(patience, || ada.delete("/auth")),
            within(patience, || ada.sign_in()),
            within(patience, || ada.log_in()),
            within(patience, || server.request("POST", "/user").json(&root.credentials()).send()),
        ] {
            refused.fits(&[503]);
        }
        within(AT_ONCE, || server.get("/").is(200));
        within(AT_ONCE, || server.get("/healthz").is(200));
        within(patience, || ada.get("/").is(200));
        assert_eq!(within(patience, || failing(server.client())), ["database", "sessions"]);
        if is_killed {
            database.restart();
        } else {
            database.thaw();
        }
        until(|| ada.get("/user/me").fits(&[200, 503]) == 200);
        assert!(failing(server.client()).is_empty() && ada.signed_in().is_in());
        assert_eq!(token.get("/members/7").is(200).str_at("/name"), "Grace Hopper");
        token.put("/members/7", json!({"name": "Grace Hopper"})).is(200);
    }
}

/// Asks again and again while this is done. Gives what was answered from the moment it was done, for a second.
fn under_load(server: &TestServer, act: impl FnOnce()) -> Vec<u16> {
    let ada = server.persona("ada", Role::Editor);
    let (is_over, after) = (AtomicBool::new(false), Mutex::new(None::<Vec<u16>>));
    std::thread::scope(|scope| {
        let (is_over, after, ada) = (&is_over, &after, &ada);
        for index in 0..4 {
            scope.spawn(move || {
                while !is_over.load(Ordering::SeqCst) {
                    let status = if index == 0 {
                        ada.put("/members/8", json!({"name": "Ada Lovelace"})).fits(&[200, 201, 503])
                    } else {
                        ada.get("/user/me").fits(&[200, 503])
                    };
                    if let Some(all) = after.lock().unwrap().as_mut() {
                        all.push(status);
                    }
                }
            });
        }
        act();
        *after.lock().unwrap() = Some(Vec::new());
        std::thread::sleep(Duration::from_secs(1));
        is_over.store(true, Ordering::SeqCst);
    });
    after.into_inner().unwrap().unwrap()
}

fn is_started_anew<T: Truth>() {
    let database = T::launch();
    let server = server_on(&database);
    let grace = server.persona("grace", Role::Editor);
    // Nobody has asked meanwhile: the first one who does finds the new one.
    let anew = |act: fn(&Daemon)| {
        act(&database);
        database.restart();
    };
    anew(Daemon::stop);
    within(AT_ONCE, || grace.get("/user/me").is(200));
    anew(Daemon::kill);
    within(AT_ONCE, || grace.put("/members/7", json!({"name": "Grace Hopper"})).is(201));
    anew(Daemon::stop);
    within(AT_ONCE + MARGIN, || grace.signed_in());
    // Many ask all the time.
    let answers = under_load(&server, || anew(Daemon::stop));
    let first = answers.iter().position(|status| *status != 503).expect("it should heal");
    let late = answers[first..].iter().filter(|status| **status == 503).count();
    assert!(late <= 8, "{late} of {} were refused after it was back", answers.len());
    assert!(answers.len() > first + 20, "{answers:?}");
    let asked = Instant::now();
    grace.get("/user/me").is(200);
    assert!(asked.elapsed() < HEALED);
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL's programs")]
fn postgres_goes_down() {
    goes_down::<Postgres>();
}

#[test]
#[cfg_attr(not(has_mariadb), ignore = "needs MariaDB's programs")]
fn mariadb_goes_down() {
    goes_down::<MariaDb>();
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL's programs")]
fn postgres_is_started_anew() {
    is_started_anew::<Postgres>();
}

#[test]
#[cfg_attr(not(has_mariadb), ignore = "needs MariaDB's programs")]
fn mariadb_is_started_anew() {
    is_started_anew::<MariaDb>();
}
