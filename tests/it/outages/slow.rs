//! A part is slow: what is asked takes longer, and beyond the time-out it is refused.

use std::time::Duration;

use serde_json::json;
use tests::servers::{Memcached, Redis};
use tests::{Backend, Network};
use userstore_core::Role;

use super::denial::{Denial, Verdict, all_are_refused};
use super::{
    AT_ONCE, CACHE_IN_MEMCACHED, CACHE_IN_REDIS, DATABASE_TIMEOUT, Engine, Fits as _, Ground, MARGIN,
    SESSIONS_IN_REDIS, TIMEOUT, WAIT, failing, is_ready, public_routes_work, side_by_side, timed, until, within,
};

/// A network on which a round trip takes this long.
fn round_trip(time: Duration) -> Network {
    Network::Slow(time / 2)
}

/// What a server asks within a time-out, however slow.
const SLOW: Duration = Duration::from_millis(300);

/// Longer than any time-out.
const TOO_SLOW: Duration = Duration::from_secs(2);

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn with_a_slow_redis_everything_works_but_later() {
    let ground = Ground::<Redis>::new(SESSIONS_IN_REDIS, 1);
    let ada = ground.persona("ada", Role::Editor);
    let token = ada.logged_in();
    assert!(ada.is_in());
    ground.network(round_trip(SLOW));
    let (answer, took) = timed(|| ada.get("/user/me"));
    assert!(answer.fits(&[200]) == 200 && took >= SLOW, "{took:?}");
    within(3 * TIMEOUT, || ada.put("/members/7", json!({"name": "Grace Hopper"})).is(201));
    within(3 * TIMEOUT, || token.get("/members/7").is(200));
    let second = within(3 * TIMEOUT, || ada.signed_in());
    assert!(second.is_in());
    within(3 * TIMEOUT, || second.delete("/auth").is(204));
    assert!(!second.is_in() && ada.is_in() && is_ready(ground.node()));
    public_routes_work(ground.node().client(), &ada);
}

/// Nothing is given that was denied while it was slow, and all is well when it is quick again.
fn denials_hold<E: Engine>(backend: Backend, time: Duration) {
    let ground = Ground::<E>::new(backend, 2);
    let ada = ground.persona("ada", Role::Editor);
    let denials = Denial::all(&ground);
    ground.network(round_trip(time));
    for (turn, denial) in denials.iter().enumerate() {
        let (here, there) = (&ground.nodes[turn % 2], &ground.nodes[(turn + 1) % 2]);
        if denial.deny(here) {
            denial.is_not_given(there);
        }
    }
    ground.network(Network::Good);
    ground.heals(&ada);
    for denial in &denials {
        // What could not be done then, can be now; what was done then may be done again but for what is gone.
        let done = denial.ask(ground.node()).iter().all(|verdict| *verdict == Verdict::Refused);
        assert!(done || denial.deny(ground.node()), "{}", denial.name);
    }
    all_are_refused(&ground, &denials);
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn denials_hold_with_a_slow_redis() {
    side_by_side([
        || denials_hold::<Redis>(SESSIONS_IN_REDIS, SLOW),
        || denials_hold::<Redis>(SESSIONS_IN_REDIS, TOO_SLOW),
        || denials_hold::<Redis>(CACHE_IN_REDIS, TOO_SLOW),
    ]);
}

#[test]
#[cfg_attr(not(all(has_postgres, has_memcached)), ignore = "needs PostgreSQL's programs and memcached")]
fn denials_hold_with_a_slow_memcached() {
    side_by_side([
        || denials_hold::<Memcached>(CACHE_IN_MEMCACHED, SLOW),
        || denials_hold::<Memcached>(CACHE_IN_MEMCACHED, TOO_SLOW),
    ]);
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn with_a_redis_that_is_too_slow_sessions_are_refused_in_time_and_tokens_are_read() {
    let ground = Ground::<Redis>::new(SESSIONS_IN_REDIS, 1);
    let node = ground.node();
    let ada = ground.persona("ada", Role::Editor);
    let token = ada.logged_in();
    token.get("/members").is(200);
    ground.network(round_trip(TOO_SLOW));
    within(TIMEOUT + MARGIN, || ada.get("/user/me").fits(&[503]));
    within(AT_ONCE, || ada.get("/user/me").fits(&[503]));
    for _ in 0..10 {
        within(TIMEOUT + MARGIN, || ada.get("/user/me").fits(&[503]));
        within(TIMEOUT + MARGIN, || token.get("/members").is(200));
        std::thread::sleep(Duration::from_millis(100));
    }
    within(TIMEOUT + MARGIN, || ada.sign_in().fits(&[503]));
    within(TIMEOUT + WAIT + MARGIN, || token.put("/members/7", json!({"name": "Grace Hopper"})).is(201));
    within(TIMEOUT + MARGIN, || assert_eq!(failing(node.client()), ["sessions", "cache"]));
    public_routes_work(node.client(), &ada);
    ground.network(Network::Good);
    until(|| ada.get("/user/me").fits(&[200, 503]) == 200);
    ground.heals(&ada);
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn a_slow_database_is_waited_for_and_one_that_is_too_slow_is_not() {
    let ground = Ground::<Redis>::new(CACHE_IN_REDIS, 1);
    let node = ground.node();
    let ada = ground.persona("ada", Role::Editor);
    let token = ada.logged_in();
    ada.put("/members/7", json!({"name": "Grace Hopper"})).is(201);
    node.to_database.set(round_trip(Duration::from_millis(100)));
    within(DATABASE_TIMEOUT + MARGIN, || ada.get("/user/me").is(200));
    within(2 * DATABASE_TIMEOUT, || ada.put("/members/7", json!({"name": "Grace"})).is(200));
    within(2 * DATABASE_TIMEOUT, || ada.signed_in());
    node.to_database.set(round_trip(2 * DATABASE_TIMEOUT));
    for _ in 0..2 {
        within(DATABASE_TIMEOUT + MARGIN, || ada.get("/user/me").fits(&[503]));
        within(DATABASE_TIMEOUT + MARGIN, || token.get("/members").fits(&[503]));
        within(DATABASE_TIMEOUT + MARGIN, || ada.put("/members/7", json!({"name": "Ada"})).fits(&[503]));
        within(DATABASE_TIMEOUT + MARGIN, || ada.sign_in().fits(&[503]));
    }
    assert!(within(DATABASE_TIMEOUT + MARGIN, || failing(node.client())).contains(&"database".to_owned()));
    node.to_database.set(Network::Good);
    until(|| ada.get("/user/me").fits(&[200, 503]) == 200);
    ground.heals(&ada);
}
