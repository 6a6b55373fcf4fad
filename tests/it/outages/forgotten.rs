//! Redis or Memcached has lost what it held, or brings back what was: what was denied stays denied.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tests::Backend;
use tests::servers::{Memcached, Redis};
use userstore_core::Role;

use super::denial::{Denial, all_are_refused};
use super::{
    CACHE_IN_MEMCACHED, CACHE_IN_REDIS, DATABASE_TIMEOUT, Engine, Fits as _, Ground, SESSIONS_IN_REDIS, side_by_side,
    until,
};

/// Everything is denied, then this happens to the engine.
fn after<E: Engine>(backend: Backend, prepare: impl Fn(&E), happen: impl Fn(&E)) {
    let ground = Ground::<E>::new(backend, 2);
    let ada = ground.persona("ada", Role::Editor);
    let denials = Denial::all(&ground);
    prepare(&ground.engine);
    for (turn, denial) in denials.iter().enumerate() {
        assert!(denial.deny(&ground.nodes[turn % 2]), "{}", denial.name);
        denial.is_not_given(&ground.nodes[(turn + 1) % 2]);
    }
    happen(&ground.engine);
    all_are_refused(&ground, &denials);
    for node in &ground.nodes {
        until(|| node.to(&ada).get("/user/me").fits(&[200, 401, 503]) != 503);
    }
    ground.heals(&ada);
    all_are_refused(&ground, &denials);
}

fn nothing<E>(_: &E) {}

fn save(redis: &Redis) {
    assert_eq!(redis.tell(&["SAVE"]), ["OK"]);
}

/// A Redis that was rolled back knows all that was in the snapshot, and nothing of what came after it.
fn roll_back(redis: &Redis) {
    let known = redis.tell(&["DBSIZE"]);
    redis.kill();
    assert!(redis.snapshot().is_file());
    redis.restart();
    assert!(redis.tell(&["DBSIZE"]) != ["0"], "{known:?}");
}

fn restart<E: Engine>(engine: &E) {
    engine.kill();
    engine.restart();
}

fn flush(redis: &Redis) {
    redis.tell(&["FLUSHALL"]);
}

fn forget(memcached: &Memcached) {
    assert_eq!(memcached.tell("flush_all"), "OK");
}

/// Puts something else under every key.
fn mistype(redis: &Redis) {
    for key in redis.tell(&["KEYS", "*"]) {
        redis.tell(&["DEL", &key]);
        // It may be there again.
        let script = "if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('RPUSH', KEYS[1], 'a') end return 1";
        redis.tell(&["EVAL", script, "1", &key]);
    }
}

/// Another client fills it up.
fn fill(redis: &Redis) {
    let script = "for i = 1, 300 do redis.call('SET', KEYS[1] .. i, string.rep('x', 1000)) end return 1";
    for round in 0..10 {
        redis.tell(&["EVAL", script, "1", &format!("another {round}:")]);
    }
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn a_redis_with_the_sessions_that_comes_up_empty_or_as_it_was() {
    side_by_side([
        || after::<Redis>(SESSIONS_IN_REDIS, nothing, restart),
        || after::<Redis>(SESSIONS_IN_REDIS, save, roll_back),
    ]);
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn a_redis_with_the_sessions_that_is_flushed_or_has_something_else_under_every_key() {
    side_by_side([
        || after::<Redis>(SESSIONS_IN_REDIS, nothing, flush),
        || after::<Redis>(SESSIONS_IN_REDIS, nothing, mistype),
    ]);
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn a_redis_that_is_a_cache_alone() {
    side_by_side([
        || after::<Redis>(CACHE_IN_REDIS, save, roll_back),
        || after::<Redis>(CACHE_IN_REDIS, nothing, mistype),
    ]);
}

#[test]
#[cfg_attr(not(all(has_postgres, has_memcached)), ignore = "needs PostgreSQL's programs and memcached")]
fn a_memcached_that_comes_up_empty_or_is_flushed() {
    side_by_side([
        || after::<Memcached>(CACHE_IN_MEMCACHED, nothing, restart),
        || after::<Memcached>(CACHE_IN_MEMCACHED, nothing, forget),
    ]);
}

/// And the sessions that were not ended are there still.
#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn sessions_live_on_in_a_redis_that_is_rolled_back() {
    let ground = Ground::<Redis>::new(SESSIONS_IN_REDIS, 2);
    let (ada, bob) = (ground.persona("ada", Role::Editor), ground.persona("bob", Role::User));
    let second = bob.signed_in();
    save(&ground.engine);
    second.delete("/auth").is(204);
    for _ in 0..2 {
        roll_back(&ground.engine);
        for node in &ground.nodes {
            assert!(matches!(node.to(&second).get("/user/me").fits(&[401, 503]), 401 | 503));
            until(|| node.to(&ada).get("/user/me").fits(&[200, 503]) == 200);
            assert!(node.to(&bob).is_in() && !node.to(&second).is_in());
        }
    }
    let listed = bob.get("/user/me/sessions").is(200);
    assert_eq!(listed.json()["items"].as_array().unwrap().len(), 1, "{listed:?}");
}

/// Says that it is over when it is dropped, also by a panic.
struct Until<'a>(&'a AtomicBool);

impl Drop for Until<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// This happens again and again while everything is denied, and asked for on the other server all the time.
fn meanwhile<E: Engine + Sync>(backend: Backend, engine: E, happen: impl Fn(&E) + Sync) {
    let ground = Ground::with(backend, 2, engine, DATABASE_TIMEOUT);
    let ada = ground.persona("ada", Role::Editor);
    let denials = Denial::all(&ground);
    let is_over = AtomicBool::new(false);
    let done = std::thread::scope(|scope| {
        let _until_here = Until(&is_over);
        scope.spawn(|| {
            while !is_over.load(Ordering::SeqCst) {
                happen(&ground.engine);
                std::thread::sleep(Duration::from_millis(3));
            }
        });
        // Whoever reads now fills the cache again.
        scope.spawn(|| {
            while !is_over.load(Ordering::SeqCst) {
                for (node, denial) in ground.nodes.iter().flat_map(|node| denials.iter().map(move |it| (node, it))) {
                    let _any = denial.ask(node);
                }
            }
        });
        // The administrator's session may be gone with the others.
        let deny = |(turn, denial): (usize, &Denial)| {
            let (here, there) = (&ground.nodes[turn % 2], &ground.nodes[(turn + 1) % 2]);
            if !denial.deny_by_operator(here) {
                // Of one session alone it can be that it is not found, or not looked for, in what is left.
                assert_eq!(denial.name, "a session that is ended");
                return false;
            }
            for _ in 0..5 {
                denial.is_not_given(there);
                denial.is_not_given(here);
            }
            true
        };
        denials.iter().enumerate().map(deny).collect::<Vec<_>>()
    });
    let denials: Vec<Denial> =
        denials.into_iter().zip(done).filter_map(|(denial, done)| done.then_some(denial)).collect();
    all_are_refused(&ground, &denials);
    ground.heals(&ada);
    all_are_refused(&ground, &denials);
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn a_redis_with_the_sessions_that_evicts_or_has_something_else_put_under_its_keys_all_the_time() {
    side_by_side([
        || {
            let redis = Redis::with(&["--maxmemory", "3mb", "--maxmemory-policy", "allkeys-lru"]);
            meanwhile(SESSIONS_IN_REDIS, redis, fill);
        },
        || meanwhile(SESSIONS_IN_REDIS, Redis::start(), mistype),
    ]);
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn a_redis_that_is_a_cache_alone_and_flushed_all_the_time() {
    meanwhile(CACHE_IN_REDIS, Redis::start(), flush);
}

#[test]
#[cfg_attr(not(all(has_postgres, has_memcached)), ignore = "needs PostgreSQL's programs and memcached")]
fn a_memcached_that_is_flushed_all_the_time() {
    meanwhile(CACHE_IN_MEMCACHED, Memcached::start(), forget);
}
