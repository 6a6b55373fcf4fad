//! The life of signing keys, through whatever order of operations and times.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use super::keyring::{Rows, at, stored};
use crate::Timestamp;
use crate::jwt::key::KeyState::{Active, Gone};
use crate::jwt::key::{Step, StoredKey};

#[derive(Debug, Clone)]
enum Act {
    Rotate,
    RotateNow,
    RotateTwice,
    Revoke(usize),
    Sign(i64),
    Wait(i64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        Just(Act::Rotate),
        Just(Act::RotateNow),
        Just(Act::RotateTwice),
        any::<usize>().prop_map(Act::Revoke),
        prop_oneof![0_i64..2_000, 0_i64..8_000_000].prop_map(Act::Sign),
        prop_oneof![0_i64..700, 0_i64..100_000, -5_000_i64..0].prop_map(Act::Wait),
    ]
}

fn any_key(index: usize) -> impl Strategy<Value = StoredKey> {
    let date = || prop_oneof![-1_000_i64..1_000, any::<i32>().prop_map(i64::from)].prop_map(at);
    let optional = || prop::option::weighted(0.3, date());
    (date(), date(), optional(), optional()).prop_map(move |(created_at, signs_at, signed_until, revoked_at)| {
        StoredKey { signed_until, revoked_at, ..stored(&format!("x{index}"), created_at, signs_at) }
    })
}

fn active(rows: &Rows, now: i64) -> String {
    rows.ring().active(at(now)).unwrap().kid.clone()
}

fn count_active(rows: &Rows, now: i64) -> usize {
    rows.states(now).iter().filter(|(_, state)| *state == Active).count()
}

proptest! {
    #[test]
    fn one_key_signs_and_whatever_was_signed_can_be_verified(acts in prop::collection::vec(act(), 0..60)) {
        let mut now = 0;
        let mut rows = Rows::fresh(now);
        let mut tokens: Vec<(String, i64)> = Vec::new();
        // When each key was made, unless it was let to sign at once.
        let mut waits: BTreeMap<String, i64> = BTreeMap::new();
        let mut has_signed = vec!["k1".to_owned()];
        for act in acts {
            let ring = rows.ring();
            match act {
                Act::Wait(seconds) => now += seconds,
                Act::Sign(ttl) => tokens.push((rows.sign(now, now + ttl), now + ttl)),
                Act::Rotate => if let Ok(change) = ring.rotate(at(now)) {
                    rows.apply(change);
                    waits.insert(format!("k{}", rows.made), now);
                    prop_assert!(rows.keys.last().unwrap().signs_at >= at(now + 300));
                },
                Act::RotateNow | Act::RotateTwice => {
                    waits.retain(|kid, _| ring.waiting(at(now)).is_none_or(|key| key.kid != *kid));
                    let change = ring.rotate_now(at(now));
                    rows.apply(change.clone());
                    if matches!(act, Act::RotateTwice) {
                        rows.apply(change);
                    }
                }
                Act::Revoke(which) => {
                    let kid = rows.keys[which % rows.keys.len()].kid.clone();
                    if ring.state(&kid, at(now)) == Some(Active) {
                        waits.retain(|kid, _| ring.waiting(at(now)).is_none_or(|key| key.kid != *kid));
                    }
                    rows.apply(ring.revoke(&kid, at(now)).unwrap());
                    prop_assert_eq!(rows.ring().state(&kid, at(now)), Some(Gone));
                }
            }
            let ring = rows.ring();
            prop_assert_eq!(count_active(&rows, now), 1);
            let active = ring.active(at(now)).unwrap().kid.clone();
            if !has_signed.contains(&active) {
                let published_for = waits.get(&active).map_or(i64::MAX, |made| now - made);
                prop_assert!(published_for >= 300, "{active} signs after {published_for} s");
                has_signed.push(active);
            }
            let published: Vec<&str> = ring.published(at(now)).iter().map(|key| key.kid.as_str()).collect();
            for (kid, expires_at) in &tokens {
                let is_revoked = rows.keys.iter().any(|key| key.kid == *kid && key.revoked_at.is_some());
                if !is_revoked && now < expires_at + 5 {
                    prop_assert!(published.contains(&kid.as_str()), "{kid} at {now}, until {expires_at}");
                }
            }
            if let Some(until) = ring.holds_until(at(now)) {
                let before = Timestamp::from_millis(until.as_millis() - 1);
                let states = |when| rows.keys.iter().map(|key| ring.state(&key.kid, when)).collect::<Vec<_>>();
                prop_assert!(until > at(now));
                prop_assert_eq!(states(before), states(at(now)));
                prop_assert_ne!(states(until), states(at(now)));
            }
        }
    }

    #[test]
    fn dates_in_any_order_leave_one_active_key(
        keys in (any_key(0), any_key(1), any_key(2), any_key(3)), now in -2_000_i64..2_000, later in 0_i64..5_000_000_000,
    ) {
        let mut rows = Rows { keys: vec![keys.0, keys.1, keys.2, keys.3], made: 0 };
        let expected = usize::from(rows.keys.iter().any(|key| key.revoked_at.is_none()));
        prop_assert_eq!(count_active(&rows, now), expected);
        let ring = rows.ring();
        ring.holds_until(at(now));
        ring.is_rotation_due(Duration::MAX, at(now));
        let change = ring.rotate_now(at(now));
        let Some(Step::SignsAt { kid, .. }) = change.last().cloned() else {
            rows.apply(change);
            prop_assert_eq!(active(&rows, now), "k1");
            return Ok(());
        };
        rows.apply(change);
        prop_assert_eq!(active(&rows, now), kid);
        rows.apply(rows.ring().revoke(&active(&rows, now), at(now)).unwrap());
        prop_assert_eq!(count_active(&rows, now), 1);
        prop_assert_eq!(count_active(&rows, now.saturating_add(later)), 1);
    }
}
