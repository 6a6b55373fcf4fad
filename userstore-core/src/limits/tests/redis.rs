//! The rule in Redis.

use super::*;
use crate::servers::RedisServer;

/// A generator of numbers that seem to follow no rule, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// Thousands of steps, taken in memory and in Redis: after each, both say the same.
#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn the_script_is_the_rule() {
    let server = RedisServer::start();
    let link = Arc::new(server.link());
    let mut outcomes = [0; 2];
    for seed in 0..6 {
        let _empty: String = server.ask(&["FLUSHALL"]).await;
        let (shared, local, ids) = (Shared::new(Arc::clone(&link), "store"), Local::default(), Ids::new(b"store"));
        let place = Pace::of("60/m".parse().unwrap());
        let rate = ["10/m", "3/s", "50/h"][usize::try_from(seed % 3).unwrap()].parse().unwrap();
        let paces = Paces { account: Some(Terms::new(Pace::of(rate))), place };
        let (mut dice, mut now) = (Dice(seed), NOW);
        let mut under_way = Vec::new();
        for step in 0..1500 {
            // Often at once, at times long after.
            now += match dice.below(40) {
                0 => i64::try_from(dice.below(2 * 3_600_000_000)).unwrap(),
                1..8 => i64::try_from(dice.below(60_000_000)).unwrap(),
                8..20 => i64::try_from(dice.below(1_000_000)).unwrap(),
                _ => 0,
            };
            let address = u32::try_from(dice.below(90)).unwrap();
            let who = Who {
                account: Some(ids.of_account(["alice", "bob"][usize::from(dice.below(4) == 0)])),
                place: (address > 0).then(|| ids.of_address(Ipv4Addr::from(address % 80).into())),
            };
            let taken = local.take(who, paces, now);
            assert_eq!(shared.ask(Step::Take, who, paces, now).await.unwrap(), taken, "{seed} {step}");
            outcomes[usize::from(taken.is_ok())] += 1;
            under_way.extend(taken.ok().map(|was_known| (who, was_known)));
            if dice.below(3) == 0 && !under_way.is_empty() {
                let (who, was_known) =
                    under_way.swap_remove(usize::try_from(dice.below(under_way.len() as u64)).unwrap());
                if dice.below(12) == 0 {
                    local.succeed(who, paces, now, was_known);
                    shared.ask(Step::Succeed(was_known), who, paces, now).await.unwrap().unwrap();
                } else if dice.below(3) == 0 {
                    local.give_back(who, paces, now, was_known);
                    shared.ask(Step::GiveBack(was_known), who, paces, now).await.unwrap().unwrap();
                }
            }
        }
    }
    assert!(outcomes.iter().all(|count| *count > 500), "{outcomes:?}");
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn every_entry_ends_by_itself_and_none_has_a_name_in_it() {
    let server = RedisServer::start();
    let link = Arc::new(server.link());
    let limits = Limits::new(config::Limits::default(), Clock::system(), "store", Some(link));
    for _ in 0..3 {
        drop(limits.sign_in("alice", ip(7)).await.unwrap());
        drop(limits.sign_up(ip(7)).await.unwrap());
    }
    limits.sign_in("bob", ip(7)).await.unwrap().succeed().await;
    let keys: Vec<String> = server.ask(&["KEYS", "*"]).await;
    assert_eq!(keys.len(), 4, "{keys:?}");
    for key in &keys {
        assert!(key.starts_with("{store}:l:") && !key.contains("alice"), "{key}");
        let ttl: i64 = server.ask(&["TTL", key]).await;
        assert!(ttl > 0, "{key} {ttl}");
    }
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn servers_share_one_budget_and_each_is_stricter_while_redis_is_away() {
    let mut server = RedisServer::start();
    let clock = Clock::manual(Timestamp::from_millis(NOW / 1000));
    let nodes =
        [0, 1].map(|_| Limits::new(config::Limits::default(), clock.clone(), "store", Some(Arc::new(server.link()))));
    let tested = async |node: &Limits, name: &str| {
        let mut tested = 0;
        for _ in 0..50 {
            tested += usize::from(node.sign_in(name, ip(7)).await.is_ok());
        }
        tested
    };
    nodes[0].sign_in("alice", ip(1)).await.unwrap().succeed().await;
    assert_eq!(tested(&nodes[0], "alice").await + tested(&nodes[1], "alice").await, 10);
    server.kill();
    // A quarter of ten, for each of them.
    assert_eq!((tested(&nodes[0], "alice").await, tested(&nodes[1], "bob").await), (2, 2));
    assert!(nodes[0].sign_in("alice", ip(1)).await.is_ok(), "who was known is known");
    assert!(nodes[1].sign_in("bob", ip(1)).await.is_err());
}

/// Whatever lies there that is not ours, nothing is open because of it.
#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn what_something_else_has_written_opens_nothing() {
    let server = RedisServer::start();
    let clock = Clock::manual(Timestamp::from_millis(NOW / 1000));
    let limits = Limits::new(config::Limits::default(), clock, "store", Some(Arc::new(server.link())));
    let key = format!("{{store}}:l:a:{}", Ids::new(b"store").of_account("alice").name());
    let tested = async || {
        let mut tested = 0;
        for _ in 0..50 {
            tested += usize::from(limits.sign_in("alice", ip(7)).await.is_ok());
        }
        tested
    };
    let _set: u64 = server.ask(&["HSET", &key, "s", "x", "f", "", "rubbish", "1:2"]).await;
    assert_eq!(tested().await, 10);
    let _set: u64 = server.ask(&["DEL", &key]).await;
    let _set: u64 = server.ask(&["RPUSH", &key, "a list"]).await;
    assert_eq!(tested().await, 2, "counted here");
}
