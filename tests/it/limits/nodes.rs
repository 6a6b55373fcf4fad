//! Several servers, and one that loses its Redis.

use tests::servers::Redis;
use tests::{Backend, Footing, TestServer};
use userstore_core::Clock;
use userstore_core::config::{CacheKind, SessionStoreKind};

use super::{BURST, alice, from, hashes, limited, storm, wrong};

/// Sessions in the database: without Redis, a sign-in works on.
const BACKEND: Backend = Backend { sessions: SessionStoreKind::Database, cache: CacheKind::Redis, ..Backend::SQLITE };

fn node(footing: &Footing) -> TestServer {
    TestServer::at(footing, Clock::manual(tests::START), |settings| {
        limited(settings);
        settings.redis.timeout = std::time::Duration::from_secs(1);
    })
}

#[test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
fn two_servers_on_one_redis_have_one_budget() {
    let footing = Footing::new(BACKEND);
    let nodes = [node(&footing), node(&footing)];
    let alice = alice(&nodes[0]);
    let owner = alice.at(from(&nodes[1], 200)).signed_in();
    let all = || hashes(&nodes[0]) + hashes(&nodes[1]);
    let before = all();
    let answers = storm(400, |number| {
        let client = from(&nodes[number % 2], u8::try_from(number % 50).unwrap() + 1);
        let wrong = wrong(&alice).at(client);
        if number % 3 == 0 { wrong.log_in() } else { wrong.sign_in() }
    });
    assert_eq!((all() - before, answers[&401], answers[&429]), (BURST, 10, 390));
    alice.at(from(&nodes[1], 7)).sign_in().refused(429, "too_many_requests");
    // The owner is known to both, by what one has seen.
    owner.at(from(&nodes[0], 200)).sign_in().is(200);
}

/// What Redis does not count, a server counts itself: less, for it does not know of the others.
#[test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
fn without_redis_a_server_is_stricter_and_never_open() {
    let redis = Redis::start();
    let footing = Footing::new(BACKEND).with_redis(redis.url());
    let server = node(&footing);
    let alice = alice(&server);
    let owner = alice.at(from(&server, 200)).signed_in();
    let before = hashes(&server);
    let answers = storm(100, |number| {
        if number == 3 {
            redis.kill();
        }
        wrong(&alice).at(from(&server, u8::try_from(number % 50).unwrap() + 1)).sign_in()
    });
    let tested = hashes(&server) - before;
    assert!((2..=BURST + 2).contains(&tested), "{tested} {answers:?}");
    let before = hashes(&server);
    let answers =
        storm(100, |number| wrong(&alice).at(from(&server, u8::try_from(number % 50).unwrap() + 1)).sign_in());
    assert!(hashes(&server) == before && answers[&429] == 100, "{answers:?}");
    owner.sign_in().is(200);
    // Back again, all is counted together as before.
    redis.restart();
    let started = std::time::Instant::now();
    while server.get("/readyz").status() != 200 {
        assert!(started.elapsed() < std::time::Duration::from_secs(10));
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let before = hashes(&server);
    let answers =
        storm(100, |number| wrong(&alice).at(from(&server, u8::try_from(number % 50).unwrap() + 1)).sign_in());
    assert_eq!((hashes(&server) - before, answers[&401]), (BURST, 10));
}
