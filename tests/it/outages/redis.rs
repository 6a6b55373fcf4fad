//! Redis is down, with the sessions in it.

use serde_json::json;
use tests::Network;
use tests::servers::Redis;
use userstore_core::Role;

use super::{
    AT_ONCE, Fits as _, Ground, MARGIN, SESSIONS_IN_REDIS, TIMEOUT, WAIT, failing, public_routes_work, until, within,
};

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn sessions_are_unavailable_at_once_and_all_else_goes_on() {
    let ground = Ground::<Redis>::new(SESSIONS_IN_REDIS, 1);
    let node = ground.node();
    let (ada, root) = (ground.persona("ada", Role::Editor), ground.persona("root.one", Role::Admin));
    let token = ada.logged_in();
    ada.put("/members/7", json!({"name": "Grace Hopper"})).is(201);
    assert!(failing(node.client()).is_empty());
    ground.engine.kill();
    for target in ["/user/me", "/user/ada", "/user/me/sessions", "/auth", "/members", "/members/7"] {
        within(AT_ONCE, || ada.get(target).fits(&[503]));
    }
    within(AT_ONCE, || root.get("/users").fits(&[503]));
    within(AT_ONCE, || root.put("/user/ada/status", json!({"status": "blocked"})).fits(&[503]));
    within(AT_ONCE, || ada.delete("/auth").fits(&[503]));
    within(AT_ONCE + MARGIN, || ada.sign_in().fits(&[503]));
    // A wrong password is wrong, a token that cannot be one is none: Redis is not asked.
    ada.with_password("a wrong plum, 7").sign_in().fits(&[401]);
    ada.with_token("ust_nonsense").get("/user/me").fits(&[401]);
    assert_eq!(failing(node.client()), ["sessions", "cache"]);
    public_routes_work(node.client(), &ada);
    within(AT_ONCE, || node.client().request("GET", "/.well-known/jwks.json").send().is(200));
    for target in ["/members", "/members/7", "/members?prefix=G"] {
        within(AT_ONCE, || token.get(target).is(200));
    }
    // The first change closes the term, and waits until everybody knows; after a second, none waits any more.
    let write = |name: &str| token.put("/members/7", json!({"name": name})).is(200);
    within(WAIT + MARGIN, || write("Grace Murray Hopper"));
    within(WAIT + MARGIN, || write("Rear Admiral Hopper"));
    std::thread::sleep(WAIT);
    within(AT_ONCE, || write("Grace Hopper"));
    within(AT_ONCE + MARGIN, || ada.log_in().is(200));
    ground.engine.restart();
    until(|| ada.get("/user/me").fits(&[401, 503]) == 401);
    ground.heals(&ada);
    assert_eq!(token.get("/members/7").is(200).str_at("/name"), "Grace Hopper");
    // What is remembered is in Redis again.
    let names = || ground.engine.tell(&["KEYS", "*:m:7:*"]);
    until(|| token.get("/members/7").fits(&[200]) == 200 && !names().is_empty());
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn the_same_sessions_live_on_when_the_network_is_back() {
    let ground = Ground::<Redis>::new(SESSIONS_IN_REDIS, 2);
    let ada = ground.persona("ada", Role::Editor);
    for network in [Network::Cut, Network::BlackHole] {
        let node = ground.node();
        node.to_engine.set(network);
        within(TIMEOUT + MARGIN, || ada.get("/user/me").fits(&[503]));
        within(AT_ONCE, || ada.get("/user/me").fits(&[503]));
        assert_eq!(failing(node.client()), ["sessions", "cache"]);
        // It is down for one of them alone.
        assert!(ground.nodes[1].to(&ada).is_in());
        node.to_engine.set(Network::Good);
        until(|| ada.get("/user/me").fits(&[200, 503]) == 200);
    }
    ground.heals(&ada);
}
