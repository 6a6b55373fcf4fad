//! Redis or Memcached is down, as a cache alone: nothing but slower, and never wrong.

use serde_json::json;
use tests::servers::{Memcached, Redis};
use tests::{Backend, Persona};
use userstore_core::Role;

use super::{
    AT_ONCE, CACHE_IN_MEMCACHED, CACHE_IN_REDIS, Engine, Fits as _, Ground, MARGIN, WAIT, failing, public_routes_work,
    until, within,
};

/// What ada and her member look like on every server.
#[track_caller]
fn is_everywhere<E: Engine>(ground: &Ground<E>, ada: &Persona, name: &str) {
    for node in &ground.nodes {
        let ada = node.to(ada);
        within(AT_ONCE, || assert_eq!(ada.get("/members/7").is(200).str_at("/name"), name));
        within(AT_ONCE, || assert_eq!(ada.get("/user/me").is(200).str_at("/data/name"), name));
    }
}

#[track_caller]
fn rename(ada: &Persona, name: &str) {
    ada.put("/members/7", json!({"name": name})).fits(&[200, 201]);
    ada.put("/user/me", json!({"data": {"name": name}})).is(200);
}

fn goes_on<E: Engine>(backend: Backend) {
    let ground = Ground::<E>::new(backend, 2);
    let ada = ground.persona("ada", Role::Editor);
    let token = ada.logged_in();
    rename(&ada, "Grace Hopper");
    is_everywhere(&ground, &ada, "Grace Hopper");
    for round in 0..2 {
        ground.engine.kill();
        is_everywhere(&ground, &ada, "Grace Hopper");
        within(AT_ONCE, || token.get("/members/7").is(200));
        for node in &ground.nodes {
            assert_eq!(failing(node.client()), ["cache"]);
            public_routes_work(node.client(), &ada);
        }
        // Of two changes, the first waits for a second, and the second one for what is left of it.
        within(WAIT + 2 * MARGIN, || rename(&ada, "Rear Admiral Hopper"));
        is_everywhere(&ground, &ada, "Rear Admiral Hopper");
        std::thread::sleep(WAIT);
        let other = ground.nodes[1].to(&ada);
        within(AT_ONCE + MARGIN, || rename(&other, "Grace Hopper"));
        is_everywhere(&ground, &ada, "Grace Hopper");
        let second = within(AT_ONCE + MARGIN, || other.signed_in());
        assert!(ada.with_token(second.token()).is_in());
        within(AT_ONCE, || second.delete("/auth").is(204));
        assert!(!ada.with_token(second.token()).is_in());
        ground.engine.restart();
        for node in &ground.nodes {
            until(|| failing(node.client()).is_empty());
        }
        let name = format!("Grace the {round}.");
        rename(&ada, &name);
        is_everywhere(&ground, &ada, &name);
        rename(&other, "Grace Hopper");
        is_everywhere(&ground, &ada, "Grace Hopper");
    }
    ground.heals(&ada);
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn everything_goes_on_without_redis() {
    goes_on::<Redis>(CACHE_IN_REDIS);
}

#[test]
#[cfg_attr(not(all(has_postgres, has_memcached)), ignore = "needs PostgreSQL's programs and memcached")]
fn everything_goes_on_without_memcached() {
    goes_on::<Memcached>(CACHE_IN_MEMCACHED);
}
