//! A server is started while a part is away: it serves what it can; without the database, it says so and ends.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;
use tests::servers::{Memcached, Redis};
use tests::{Backend, DatabaseKind, Footing, Network, Persona, Proxy, ServerProcess, program};

use super::{CACHE_IN_MEMCACHED, CACHE_IN_REDIS, Engine, Fits as _, SESSIONS_IN_REDIS, failing, nowhere, until};

/// The time-outs, for a process.
const TIMEOUTS: [(&str, &str); 3] =
    [("USERSTORE_REDIS_TIMEOUT", "1s"), ("USERSTORE_DATABASE_TIMEOUT", "2s"), ("USERSTORE_LOG_LEVEL", "info")];

/// What serves although these parts are away, and serves all once the engine is there.
fn serves<E: Engine>(
    backend: Backend,
    parts: &[&str],
    make_away: impl Fn(&E, &Proxy),
    make_better: impl Fn(&E, &Proxy),
) {
    let engine = E::launch();
    let proxy = Proxy::to(engine.address());
    make_away(&engine, &proxy);
    let server = ServerProcess::on_with(&engine.under(Footing::new(backend), &proxy), TIMEOUTS);
    assert_eq!(failing(server.client()), parts);
    let ada = Persona::named(server.client(), "ada");
    ada.sign_up().is(201);
    let token = ada.logged_in();
    token.get("/members").fits(&[403]);
    let has_sessions = !parts.contains(&"sessions");
    ada.sign_in().fits(if has_sessions { &[200] } else { &[503] });
    server.client().request("GET", "/.well-known/jwks.json").send().is(200);
    make_better(&engine, &proxy);
    until(|| failing(server.client()).is_empty());
    let ada = ada.signed_in();
    assert!(ada.is_in());
    ada.put("/user/me", json!({"data": {"n": 1}})).is(200);
    let (status, log) = server.stop();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.contains(" is out of reach") && log.contains(" is back") && !log.contains("canary"), "{log}");
}

fn is_down<E: Engine>(engine: &E, _: &Proxy) {
    engine.kill();
}

fn is_up<E: Engine>(engine: &E, _: &Proxy) {
    engine.restart();
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn without_redis_all_but_sessions_are_served() {
    serves::<Redis>(SESSIONS_IN_REDIS, &["sessions", "cache"], is_down, is_up);
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn without_an_answer_from_redis_all_but_sessions_are_served() {
    let swallow = |_: &Redis, proxy: &Proxy| proxy.set(Network::BlackHole);
    serves::<Redis>(SESSIONS_IN_REDIS, &["sessions", "cache"], swallow, |_, proxy| proxy.set(Network::Good));
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn without_redis_as_a_cache_everything_is_served() {
    serves::<Redis>(CACHE_IN_REDIS, &["cache"], is_down, is_up);
}

#[test]
#[cfg_attr(not(all(has_postgres, has_memcached)), ignore = "needs PostgreSQL's programs and memcached")]
fn without_memcached_everything_is_served() {
    serves::<Memcached>(CACHE_IN_MEMCACHED, &["cache"], is_down, is_up);
}

/// Has both programs try to open this database, and tell in one line that it is away.
fn both_refuse(url: &str) {
    let folder = tempfile::tempdir().unwrap();
    for (name, argument, code) in [("userstore-server", None, 1), ("userstore-cli", Some("list-users"), 8)] {
        let mut command = Command::new(program(name));
        command.env_clear().current_dir(folder.path()).env("DATABASE_URL", url).env("PORT", "0").envs(TIMEOUTS);
        let command = command.args(argument).stdin(Stdio::null());
        let mut command = assert_cmd::Command::from_std(std::mem::replace(command, Command::new("false")));
        let output = command.timeout(Duration::from_secs(20)).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{told}");
        let last = told.lines().last().unwrap();
        assert!(last.contains("the database is not available") && last.contains("database.url"), "{told}");
        for secret in ["canary", "://", "panicked"] {
            assert!(!told.contains(secret) && !String::from_utf8_lossy(&output.stdout).contains(secret), "{told}");
        }
    }
}

#[test]
fn without_the_database_it_says_so_and_ends() {
    let address = nowhere();
    both_refuse(&format!("postgres://canary-name:canary-word@{address}/canary"));
    both_refuse(&format!("mysql://canary-name:canary-word@{address}/canary"));
}

#[test]
#[cfg_attr(not(all(has_postgres, has_mariadb)), ignore = "needs the programs of PostgreSQL and MariaDB")]
fn without_an_answer_from_the_database_it_says_so_and_ends() {
    for kind in [DatabaseKind::Postgres, DatabaseKind::MariaDb] {
        let footing = Footing::new(Backend::plain(kind));
        let proxy = Proxy::to(footing.database_address());
        proxy.set(Network::BlackHole);
        both_refuse(&proxy.instead(footing.database_url()));
    }
}
