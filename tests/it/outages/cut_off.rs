//! One server cannot reach Redis or Memcached while another one can: what is denied on the one is refused on the other
//! by the first request after the answer; what cannot be guaranteed is answered 503.

use tests::servers::{Memcached, Redis};
use tests::{Backend, Network};
use userstore_core::Role;

use super::denial::{Denial, Verdict, all_are_refused};
use super::{CACHE_IN_MEMCACHED, CACHE_IN_REDIS, Engine, Ground, SESSIONS_IN_REDIS, side_by_side, until};

/// Waits until the shared cache is used, and has what these ask for.
fn is_remembered(ground: &Ground<impl Engine>, denial: &Denial) {
    until(|| ground.footing.sql("SELECT is_open FROM store_state") == "t\n");
    // Every server looks four times a second.
    std::thread::sleep(std::time::Duration::from_millis(600));
    for node in ground.nodes[1..].iter().chain(&ground.nodes[1..]) {
        assert!(denial.ask(node).iter().all(|verdict| *verdict == Verdict::Given), "{}", denial.name);
    }
}

/// With the sessions in the database, everything can be denied on the server that is cut off.
fn denies<E: Engine>(backend: Backend, network: Network) {
    let ground = Ground::<E>::new(backend, 2);
    let ada = ground.persona("ada", Role::Editor);
    let denials = Denial::all(&ground);
    let (cut_off, other) = (&ground.nodes[0], &ground.nodes[1]);
    cut_off.to_engine.set(network);
    for denial in &denials {
        // Of those that come one after the other, only the first finds the cache in use.
        if ["a role that is taken", "a revoked key"].contains(&denial.name) {
            is_remembered(&ground, denial);
        }
        assert!(denial.deny(cut_off), "{}", denial.name);
        denial.is_not_given(other);
        denial.is_not_given(cut_off);
    }
    cut_off.to_engine.set(Network::Good);
    all_are_refused(&ground, &denials);
    ground.heals(&ada);
    all_are_refused(&ground, &denials);
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn from_a_cache_in_redis() {
    // What was sent into a black hole arrives later.
    side_by_side([
        || denies::<Redis>(CACHE_IN_REDIS, Network::Cut),
        || denies::<Redis>(CACHE_IN_REDIS, Network::BlackHole),
    ]);
}

#[test]
#[cfg_attr(not(all(has_postgres, has_memcached)), ignore = "needs PostgreSQL's programs and memcached")]
fn from_memcached() {
    side_by_side([
        || denies::<Memcached>(CACHE_IN_MEMCACHED, Network::Cut),
        || denies::<Memcached>(CACHE_IN_MEMCACHED, Network::BlackHole),
    ]);
}

/// With the sessions in Redis, nobody is known on the server that is cut off, and no single session can be ended there.
/// Whoever has the database in hand, as at the command line, can do the rest.
fn denies_what_it_can(network: Network) {
    let ground = Ground::<Redis>::new(SESSIONS_IN_REDIS, 2);
    let ada = ground.persona("ada", Role::Editor);
    let denials = Denial::all(&ground);
    let (cut_off, other) = (&ground.nodes[0], &ground.nodes[1]);
    cut_off.to_engine.set(network);
    for denial in denials.iter().filter(|denial| denial.name != "a revoked key") {
        assert!(!denial.deny(cut_off), "{}", denial.name);
        // Nothing was done, nor said to be.
        assert!(denial.ask(other).iter().all(|verdict| *verdict == Verdict::Given), "{}", denial.name);
    }
    for denial in &denials {
        let is_done = denial.deny_by_operator(cut_off);
        assert_eq!(is_done, denial.name != "a session that is ended", "{}", denial.name);
        if is_done {
            denial.is_not_given(other);
        }
        denial.is_not_given(cut_off);
    }
    cut_off.to_engine.set(Network::Good);
    ground.heals(&ada);
    let left = denials.iter().find(|denial| denial.name == "a session that is ended").unwrap();
    assert!(left.deny(cut_off));
    left.is_not_given(other);
    all_are_refused(&ground, &denials);
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn from_the_sessions() {
    side_by_side([|| denies_what_it_can(Network::Cut), || denies_what_it_can(Network::BlackHole)]);
}
