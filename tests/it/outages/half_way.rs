//! Something happens between two steps of a change: after the cache was told that a record is about to change, and before
//! it was told that it has.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::servers::Redis;
use tests::{Answer, Footing, Network, Persona, Proxy, ServerProcess};
use userstore_core::Role;

use super::{CACHE_IN_REDIS, Engine as _, Fits as _, Ground, HEALED, serve};

/// How far apart the steps are: the statements, the commit and the answer to it take a round trip each.
const STEP: Duration = Duration::from_millis(150);

/// What a change may take whose steps are so far apart.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until there is a bar in Redis.
#[track_caller]
fn until_barred(redis: &Redis) {
    let started = Instant::now();
    let look = "for _, key in ipairs(redis.call('KEYS', '*:u:*')) do local value = redis.call('GET', key)
                if value and string.sub(value, 1, 1) == 'B' then return 1 end end return 0";
    while redis.tell(&["EVAL", look, "0"]) != ["1"] {
        assert!(started.elapsed() < HEALED, "there is no bar");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A server that blocks bob slowly, and one that has him in mind.
struct Scene {
    ground: Ground<Redis>,
    root: Persona,
    bob: Persona,
}

impl Scene {
    fn new() -> Self {
        let ground = Ground::with(CACHE_IN_REDIS, 2, Redis::launch(), PATIENCE);
        let (root, bob) = (ground.persona("root.one", Role::Admin), ground.persona("bob", Role::User));
        assert!(ground.nodes.iter().chain(&ground.nodes).all(|node| node.to(&bob).is_in()));
        Self { ground, root, bob }
    }

    /// Blocks bob on the first server, and does this between the bar and the commit's answer.
    fn block(&self, meanwhile: impl FnOnce(&Ground<Redis>)) -> Answer {
        let node = self.ground.node();
        node.to_database.set(Network::Slow(STEP));
        std::thread::scope(|scope| {
            let blocking = scope.spawn(|| self.root.put("/user/bob/status", json!({"status": "blocked"})));
            until_barred(&self.ground.engine);
            meanwhile(&self.ground);
            blocking.join().unwrap()
        })
    }

    /// What bob is told on the other server, which has to be what the database has.
    #[track_caller]
    fn is_as_in_the_database(&self) {
        let told = self.ground.nodes[1].to(&self.bob).get("/user/me").fits(&[200, 401]);
        let status = self.ground.footing.sql("SELECT status FROM users WHERE username = 'bob'");
        assert_eq!(told == 401, status.trim() == "blocked", "he is {status}, and told {told}");
    }
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn the_cache_is_cut_off() {
    for network in [Network::Cut, Network::BlackHole] {
        let scene = Scene::new();
        let blocked = scene.block(|ground| ground.node().to_engine.set(network));
        blocked.fits(&[200]);
        assert!(!scene.ground.nodes[1].to(&scene.bob).is_in(), "{network:?}");
        scene.ground.node().to_database.set(Network::Good);
        scene.ground.network(Network::Good);
        scene.ground.heals(&scene.root);
        assert!(scene.ground.nodes.iter().all(|node| !node.to(&scene.bob).is_in()));
    }
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn the_cache_is_flushed_and_filled_again() {
    let scene = Scene::new();
    let other = scene.ground.nodes[1].to(&scene.bob);
    let blocked = scene.block(|ground| {
        ground.engine.tell(&["FLUSHALL"]);
        // He is active still, and this is put into the cache, where the bar was.
        assert!(other.is_in() && other.is_in());
    });
    blocked.fits(&[200]);
    assert!(!other.is_in() && !scene.ground.node().to(&other).is_in());
}

/// The bar is lost, what was before is in its place, and cannot be taken out: then nobody may look there.
#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn the_cache_is_flushed_and_filled_again_and_cut_off() {
    let scene = Scene::new();
    let other = scene.ground.nodes[1].to(&scene.bob);
    let blocked = scene.block(|ground| {
        ground.engine.tell(&["FLUSHALL"]);
        assert!(other.is_in() && other.is_in());
        ground.node().to_engine.set(Network::Cut);
    });
    blocked.fits(&[200]);
    assert!(!other.is_in());
    scene.ground.node().to_database.set(Network::Good);
    scene.ground.network(Network::Good);
    scene.ground.heals(&scene.root);
    assert!(!other.is_in());
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn the_database_is_cut_off_so_that_nobody_knows_whether_it_was_done() {
    let scene = Scene::new();
    let blocked = scene.block(|ground| ground.node().to_database.set(Network::Cut));
    blocked.fits(&[200, 503]);
    let started = Instant::now();
    while started.elapsed() < Duration::from_millis(500) {
        scene.is_as_in_the_database();
    }
    scene.ground.node().to_database.set(Network::Good);
    scene.ground.heals(&scene.root);
    // Doing it again makes it good.
    scene.root.put("/user/bob/status", json!({"status": "blocked"})).is(200);
    assert!(scene.ground.nodes.iter().all(|node| !node.to(&scene.bob).is_in()));
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn the_server_is_killed() {
    let redis = Redis::launch();
    let footing = Footing::new(CACHE_IN_REDIS).with_redis(redis.url());
    let other = serve(&footing);
    let (root, bob) = (other.admin("root.one"), other.user("bob"));
    // Before the commit is on its way, and after that.
    for (name, delay) in [("early", Duration::ZERO), ("late", STEP + STEP / 2)] {
        let bob = if name == "early" { bob.clone() } else { other.user("bob.two") };
        let to_database = Proxy::to(footing.database_address());
        let slow = footing.clone().with_database(to_database.instead(footing.database_url()));
        let victim = ServerProcess::on(&slow);
        assert!(bob.is_in() && bob.at(victim.client()).is_in());
        to_database.set(Network::Slow(STEP));
        let url = format!("/user/{}/status", bob.name());
        let request = root.at(victim.client()).request("PUT", &url).json(&json!({"status": "blocked"}));
        std::thread::scope(|scope| {
            scope.spawn(move || {
                // It gets no answer.
                let _none = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| request.send()));
            });
            until_barred(&redis);
            std::thread::sleep(delay);
            let _log = victim.kill();
        });
        let started = Instant::now();
        while started.elapsed() < Duration::from_millis(800) {
            // The order matters: it may become so between the two, but never be undone.
            let told = bob.get("/user/me").fits(&[200, 401]);
            let status = footing.sql(&format!("SELECT status FROM users WHERE username = '{}'", bob.name()));
            assert!(told == 200 || status.trim() == "blocked", "{name}: {status}, but {told}");
            let told = bob.get("/user/me").fits(&[200, 401]);
            assert!(told == 401 || status.trim() == "active", "{name}: {status}, but {told}");
        }
        root.put(&url, json!({"status": "blocked"})).is(200);
        assert!(!bob.is_in());
    }
}
