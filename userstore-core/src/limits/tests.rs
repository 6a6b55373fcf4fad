//! The rule by itself: moved by a clock, in memory, and in Redis.

mod redis;

use std::net::{IpAddr, Ipv4Addr};

use super::account::{Account, KEPT, MOST, MOST_STRANGERS};
use super::pace::{DAY, HOUR, MINUTE, SECOND};
use super::*;
use crate::model::timestamp::Timestamp;

const NOW: Micros = 1_763_645_897_000_000;

fn terms() -> Terms {
    Terms::new(Pace::of("10/m".parse().unwrap()))
}

/// Tries a password, wrongly, as often as allowed: how often that is.
fn fail(account: &mut Account, now: Micros, addresses: impl IntoIterator<Item = u64>) -> usize {
    let tried = addresses.into_iter().filter(|address| {
        let may = account.wait(terms(), now, *address) == 0;
        if may {
            let _known = account.take(terms(), now, *address);
        }
        may
    });
    tried.count()
}

/// Tries the right password: whether it is tested.
fn succeed(account: &mut Account, now: Micros, address: u64) -> bool {
    let may = account.wait(terms(), now, address) == 0;
    if may {
        let was_known = account.take(terms(), now, address);
        account.succeed(terms(), now, address, was_known);
    }
    may
}

#[test]
fn one_address_has_a_burst_and_many_have_the_same_one() {
    assert_eq!(fail(&mut Account::default(), NOW, [1; 200]), 10);
    assert_eq!(fail(&mut Account::default(), NOW, (0..1000).map(|number| number % 50)), 10);
}

#[test]
fn a_right_password_is_not_counted() {
    let mut account = Account::default();
    assert!((0..1000).all(|_| succeed(&mut account, NOW, 1)));
    assert!((2..1000).all(|address| succeed(&mut account, NOW, address)));
    assert_eq!(fail(&mut account, NOW, [5000; 200]), 10, "nor is anything left over");
}

#[test]
fn what_comes_to_nothing_is_not_counted() {
    let mut account = Account::default();
    for _ in 0..1000 {
        assert_eq!(account.wait(terms(), NOW, 1), 0);
        let was_known = account.take(terms(), NOW, 1);
        account.give_back(terms(), NOW, 1, was_known);
    }
    assert!(account.is_over(NOW) && account.lanes.is_empty(), "{account:?}");
}

/// What is taken, and not decided yet, counts: many at once are no way around.
#[test]
fn attempts_that_are_under_way_count() {
    let mut account = Account::default();
    assert_eq!(fail(&mut account, NOW, [1; 10]), 10);
    assert!(account.wait(terms(), NOW, 1) > 0);
    account.give_back(terms(), NOW, 1, false);
    assert_eq!(account.wait(terms(), NOW, 1), 0);
}

/// The owner gives nothing back that strangers have taken, and the other way round.
#[test]
fn what_is_given_back_is_what_was_taken() {
    let mut account = Account::default();
    assert!(succeed(&mut account, NOW, 1));
    assert_eq!(fail(&mut account, NOW, 100..200), 10);
    assert!((0..50).all(|_| succeed(&mut account, NOW, 1)));
    assert_eq!(fail(&mut account, NOW, 200..300), 0);
    // Several at once from an address that is known as soon as the first one has come through.
    let later = NOW + DAY;
    let taken: Vec<bool> = (0..10).map(|_| account.take(terms(), later, 2)).collect();
    for was_known in taken {
        account.succeed(terms(), later, 2, was_known);
    }
    assert_eq!(fail(&mut account, later, 300..400), 10);
}

#[test]
fn an_address_that_is_known_has_a_lane_of_its_own() {
    let mut account = Account::default();
    assert!(succeed(&mut account, NOW, 1));
    for minute in 0..600 {
        let now = NOW + minute * MINUTE;
        let _taken = fail(&mut account, now, (0..1000).map(|number| 100 + number % 50));
        assert!(succeed(&mut account, now, 1), "in minute {minute}");
    }
    assert!(!succeed(&mut account, NOW + 600 * MINUTE, 100), "the others have none");
    // Where it fails itself, it waits like anybody.
    let now = NOW + 601 * MINUTE;
    assert_eq!(fail(&mut account, now, [1; 200]), 10);
    assert!(!succeed(&mut account, now, 1));
    // It is not known for ever.
    let later = NOW + 640 * DAY;
    let _taken = fail(&mut account, later, 100..200);
    assert!(!succeed(&mut account, later, 1));
}

/// Of what comes back during an attack, the last of it is for whoever has not failed here yet.
#[test]
fn a_new_address_is_not_kept_out_by_those_that_have_failed() {
    let mut account = Account::default();
    let attack = |account: &mut Account, now| fail(account, now, (0..1000).map(|number| 100 + number % 50));
    // They take all there is, as long as they have addresses that are new.
    let mut now = NOW;
    while now < NOW + 6 * MINUTE {
        let _taken = attack(&mut account, now);
        now += SECOND;
    }
    for _ in 0..20 {
        now += MINUTE;
        let _taken = attack(&mut account, now);
        let newcomer = u64::try_from(now).unwrap();
        assert_eq!(account.wait(terms(), now, newcomer), 0);
    }
}

#[test]
fn the_lock_of_an_address_grows_and_decays() {
    let mut account = Account::default();
    let mut now = NOW;
    assert_eq!(fail(&mut account, now, [1; 10]), 10);
    let mut waits = Vec::new();
    for _ in 0..9 {
        let wait = account.wait(terms(), now, 1);
        assert!(wait > 0);
        waits.push(wait / SECOND);
        now += wait;
        assert_eq!(fail(&mut account, now, [1; 2]), 1);
    }
    // The budget first, of which two are kept for others, and then the lock.
    assert_eq!(waits, [18, 30, 60, 120, 240, 480, 900, 900, 900]);
    now += 4 * HOUR;
    assert_eq!(fail(&mut account, now, [1; 2]), 2, "after hours, it is as before");
}

/// NIST SP 800-63B-4, section 3.2.2.
#[test]
fn after_a_hundred_failures_there_is_one_more_for_each_quarter_of_an_hour() {
    let mut account = Account::default();
    let (mut tested, mut now) = (0, NOW);
    // Every address is used once, and each of them as early as it may.
    let mut address = 0;
    let mut attack = |account: &mut Account, now: Micros| {
        let mut tested = 0;
        while fail(account, now, [address]) == 1 {
            (address, tested) = (address + 1, tested + 1);
        }
        tested
    };
    while now < NOW + HOUR {
        tested += attack(&mut account, now);
        now += SECOND;
    }
    assert!((100..=104).contains(&tested), "{tested} in the first hour");
    let mut later = 0;
    while now < NOW + 25 * HOUR {
        later += attack(&mut account, now);
        now += 10 * SECOND;
    }
    assert!((95..=97).contains(&later), "{later} in a day");
    assert!(succeed(&mut account, now + 15 * MINUTE, 1 << 60), "the owner gets in, too");
    assert_eq!(fail(&mut account, now + 15 * MINUTE, 1_000_000..1_000_100), 10, "and all is forgotten");
}

#[test]
fn once_the_hundred_are_used_up_a_known_address_has_a_few_tries() {
    let mut account = Account::default();
    assert!(succeed(&mut account, NOW, 1));
    let mut now = NOW;
    for address in 0..usize::try_from(MOST).unwrap() {
        now += 6 * SECOND;
        let _taken = fail(&mut account, now, [100 + address as u64]);
    }
    now += MINUTE;
    assert!(account.wait(terms(), now, 7) > 0);
    assert!(succeed(&mut account, now, 1));
    for address in 1000..1100 {
        now += 6 * SECOND;
        let _taken = fail(&mut account, now, [address]);
    }
    now += SECOND;
    assert_eq!(fail(&mut account, now, [1; 10]), 3);
    assert_eq!(account.wait(terms(), now, 1), 15 * MINUTE);
    assert_eq!(fail(&mut account, now + 15 * MINUTE, [1; 10]), 1);
}

#[test]
fn only_so_many_addresses_are_remembered_and_the_known_ones_longest() {
    let mut account = Account::default();
    for address in 0..8 {
        assert!(succeed(&mut account, NOW + i64::try_from(address).unwrap(), address));
    }
    let mut now = NOW;
    for address in 100..1000 {
        now += 15 * MINUTE;
        assert_eq!(fail(&mut account, now, [address]), 1);
        assert!(account.lanes.len() <= MOST_STRANGERS + 5);
    }
    let known: Vec<u64> = account.lanes.iter().map(|(address, _)| *address).filter(|address| *address < 8).collect();
    assert_eq!(known, [3, 4, 5, 6, 7]);
}

#[test]
fn a_small_budget_keeps_nothing_back() {
    let tiny = Terms::new(Pace::of("4/m".parse().unwrap()));
    assert_eq!((tiny.kept(), terms().kept()), (0, KEPT));
}

fn limits(settings: config::Limits) -> (Limits, Clock) {
    let clock = Clock::manual(Timestamp::from_millis(NOW / 1000));
    (Limits::new(settings, clock.clone(), "store", None), clock)
}

#[expect(clippy::unnecessary_wraps, reason = "as an address is told, which may not be known")]
fn ip(number: u32) -> Option<IpAddr> {
    Some(Ipv4Addr::from(number).into())
}

#[tokio::test]
async fn an_address_has_a_budget_for_all_accounts_together() {
    let (limits, clock) = limits(config::Limits::default());
    let mut refused = 0;
    for number in 0..100 {
        match limits.sign_in(&format!("user{number}"), ip(1)).await {
            Ok(_failed) => assert!(number < 60),
            Err(Error::TooManyRequests { retry_after, limit }) => {
                refused += 1;
                assert_eq!((limit.name, limit.quota, limit.window), ("address", 60, Duration::from_mins(1)));
                assert_eq!(retry_after, Duration::from_secs(1));
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(refused, 40);
    assert!(limits.sign_in("other", ip(2)).await.is_ok() && limits.sign_in("other", None).await.is_ok());
    clock.advance(Duration::from_secs(1));
    assert!(limits.sign_in("user61", ip(1)).await.is_ok());
}

#[tokio::test]
async fn accounts_that_are_created_have_a_budget_of_their_own() {
    let (limits, clock) = limits(config::Limits::default());
    for _ in 0..30 {
        drop(limits.sign_up(ip(1)).await.unwrap());
        limits.sign_up(ip(2)).await.unwrap().give_back().await;
    }
    let Err(Error::TooManyRequests { retry_after, limit }) = limits.sign_up(ip(1)).await else { panic!("a 31st") };
    assert_eq!((limit.name, limit.quota, retry_after), ("sign_up", 30, Duration::from_mins(2)));
    assert!(limits.sign_up(ip(2)).await.is_ok() && limits.sign_in("alice", ip(1)).await.is_ok());
    clock.advance(Duration::from_mins(2));
    assert!(limits.sign_up(ip(1)).await.is_ok());
    for _ in 0..100 {
        assert!(limits.sign_up(None).await.is_ok(), "a program that says of nobody where he comes from");
    }
}

#[tokio::test]
async fn without_limits_nothing_is_counted() {
    let (limits, _) = limits(config::Limits { enabled: false, ..config::Limits::default() });
    for _ in 0..100 {
        assert!(limits.sign_in("alice", ip(1)).await.is_ok() && limits.sign_up(ip(1)).await.is_ok());
    }
}
