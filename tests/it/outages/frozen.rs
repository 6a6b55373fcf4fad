//! A part stands still, or a network swallows what is sent: however many ask at once, nobody waits for longer than one
//! time-out, and nobody waits any more once it goes on.

use std::time::Duration;

use serde_json::json;
use tests::servers::{Memcached, Redis};
use tests::{Answer, Backend, Network};
use userstore_core::Role;

use super::{
    AT_ONCE, CACHE_IN_MEMCACHED, CACHE_IN_REDIS, DATABASE_TIMEOUT, Engine, Fits as _, Ground, HEALED, MARGIN,
    SESSIONS_IN_REDIS, TIMEOUT, WAIT, timed, until,
};
use crate::at_once::at_once;

/// How many ask at once.
const MANY: usize = 100;

/// How long the slowest of those that are not held up by anything may take on a busy machine.
const CROWD: Duration = Duration::from_secs(2);

/// After this long one may look whether a part is back.
const LOOK: Duration = Duration::from_millis(300);

/// Has many ask this at once; each has to be answered so, and within this time. Gives how long each took, the longest last.
#[track_caller]
fn crowd(many: usize, longest: Duration, statuses: &[u16], ask: impl Fn(usize) -> Answer + Sync) -> Vec<Duration> {
    let ask = &ask;
    let act = |index| -> Box<dyn FnOnce() -> (Answer, Duration) + Send + '_> { Box::new(move || timed(|| ask(index))) };
    let mut times: Vec<Duration> = at_once((0..many).map(act).collect())
        .into_iter()
        .map(|(answer, took)| {
            answer.fits(statuses);
            assert!(took < longest, "{took:?}: {answer:?}");
            took
        })
        .collect();
    times.sort_unstable();
    times
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn a_redis_with_the_sessions() {
    let ground = Ground::<Redis>::new(SESSIONS_IN_REDIS, 1);
    let ada = ground.persona("ada", Role::Editor);
    let token = ada.logged_in();
    token.get("/members").is(200);
    let me = |_| ada.get("/user/me");
    crowd(MANY, CROWD, &[200], me);
    ground.engine.freeze();
    crowd(MANY, TIMEOUT + MARGIN, &[503], me);
    // Now that it is known, nobody waits but the one who looks again, a quarter of a second later.
    std::thread::sleep(LOOK);
    let times = crowd(MANY, TIMEOUT + MARGIN, &[503], me);
    assert!(times[MANY * 9 / 10] < AT_ONCE, "{times:?}");
    crowd(MANY, TIMEOUT + MARGIN, &[200], |_| token.get("/members"));
    crowd(20, TIMEOUT + MARGIN, &[503], |_| ada.sign_in());
    ground.engine.thaw();
    until(|| ada.get("/user/me").fits(&[200, 503]) == 200);
    crowd(MANY, CROWD, &[200], me);
    crowd(20, CROWD + MARGIN, &[200], |_| ada.sign_in());
}

/// Reads go on from the database, and changes when all know.
fn as_a_cache<E: Engine>(backend: Backend) {
    let ground = Ground::<E>::new(backend, 1);
    let ada = ground.persona("ada", Role::Editor);
    let token = ada.logged_in();
    ada.put("/members/7", json!({"name": "Grace Hopper"})).is(201);
    let read = |index| match index % 3 {
        0 => ada.get("/user/me"),
        1 => ada.get("/members/7"),
        _ => token.get("/members/7"),
    };
    // Some of the same record, which come one after the other.
    let write = |index: usize| {
        let name = format!("member {}", index % 7 + 8);
        token.put(&format!("/members/{}", index % 7 + 8), json!({"name": name}))
    };
    crowd(MANY, CROWD, &[200], read);
    crowd(20, CROWD, &[200, 201], write);
    for network in [None, Some(Network::BlackHole)] {
        match network {
            None => ground.engine.freeze(),
            Some(network) => ground.network(network),
        }
        crowd(MANY, TIMEOUT + CROWD, &[200], read);
        crowd(20, TIMEOUT + WAIT + CROWD, &[200], write);
        crowd(MANY, TIMEOUT + CROWD, &[200], read);
        match network {
            None => ground.engine.thaw(),
            Some(_) => ground.network(Network::Good),
        }
        until(|| super::is_ready(ground.node()));
        crowd(MANY, CROWD, &[200], read);
        // Some may still have to wait until the term is open again.
        crowd(20, WAIT + CROWD, &[200], write);
    }
    ground.heals(&ada);
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn a_redis_that_is_a_cache_alone() {
    as_a_cache::<Redis>(CACHE_IN_REDIS);
}

#[test]
#[cfg_attr(not(all(has_postgres, has_memcached)), ignore = "needs PostgreSQL's programs and memcached")]
fn a_memcached() {
    as_a_cache::<Memcached>(CACHE_IN_MEMCACHED);
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn a_way_to_the_database() {
    let ground = Ground::<Redis>::new(CACHE_IN_REDIS, 1);
    let (ada, node) = (ground.persona("ada", Role::Editor), ground.node());
    let token = ada.logged_in();
    let ask = |index: usize| match index % 4 {
        0 => ada.get("/user/me"),
        1 => token.get("/members"),
        2 => token.put("/members/7", json!({"name": "Grace Hopper"})),
        _ => ada.sign_in(),
    };
    crowd(40, HEALED, &[200, 201], ask);
    node.to_database.set(Network::BlackHole);
    crowd(40, DATABASE_TIMEOUT + CROWD, &[503], ask);
    std::thread::sleep(LOOK);
    let times = crowd(MANY, DATABASE_TIMEOUT + CROWD, &[503], |_| ada.get("/user/me"));
    assert!(times[MANY * 9 / 10] < AT_ONCE, "{times:?}");
    crowd(40, DATABASE_TIMEOUT + CROWD, &[503], ask);
    node.to_database.set(Network::Good);
    until(|| ada.get("/user/me").fits(&[200, 503]) == 200);
    crowd(MANY, CROWD, &[200], |_| ada.get("/user/me"));
    crowd(40, HEALED, &[200, 201], ask);
}
