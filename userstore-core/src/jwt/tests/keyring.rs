//! The life of signing keys, by the dates of their rows.

use std::time::Duration;

use crate::Timestamp;
use crate::jwt::SigningAlgorithm;
use crate::jwt::key::KeyState::{Active, Gone, Next, Retiring};
use crate::jwt::key::{Change, KeyError, KeyState, Keyring, Step, StoredKey};

/// The rows, and what a database would do to them.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) keys: Vec<StoredKey>,
    pub(super) made: usize,
}

impl Rows {
    pub(super) fn fresh(now: i64) -> Self {
        let mut rows = Self::default();
        let begin = rows.ring().begin(at(now));
        rows.apply(begin);
        rows
    }

    pub(super) fn ring(&self) -> Keyring {
        Keyring::new(self.keys.clone())
    }

    pub(super) fn apply(&mut self, change: Change) {
        for step in change {
            match step {
                Step::Make { created_at, signs_at } => {
                    self.made += 1;
                    self.keys.push(stored(&format!("k{}", self.made), created_at, signs_at));
                }
                Step::SignsAt { kid, at } => self.row(&kid).signs_at = at,
                Step::RevokedAt { kid, at } => self.row(&kid).revoked_at = Some(at),
                Step::SignedUntil { kid, at } => {
                    let row = self.row(&kid);
                    row.signed_until = row.signed_until.max(Some(at));
                }
            }
        }
    }

    fn row(&mut self, kid: &str) -> &mut StoredKey {
        self.keys.iter_mut().find(|key| key.kid == kid).unwrap()
    }

    /// Signs a token with the active key, as the caller has to, and tells which that was.
    pub(super) fn sign(&mut self, now: i64, expires_at: i64) -> String {
        let ring = self.ring();
        let kid = ring.active(at(now)).unwrap().kid.clone();
        self.apply(ring.outlived_by(&kid, at(expires_at)).into_iter().collect());
        kid
    }

    pub(super) fn states(&self, now: i64) -> Vec<(&str, KeyState)> {
        let ring = self.ring();
        let states = ring.keys().iter().map(|key| ring.state(&key.kid, at(now)).unwrap());
        self.keys.iter().map(|key| key.kid.as_str()).zip(states).collect()
    }
}

/// Seconds after some day in 2027.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis((1_800_000_000 + seconds) * 1000)
}

pub(super) fn stored(kid: &str, created_at: Timestamp, signs_at: Timestamp) -> StoredKey {
    StoredKey {
        kid: kid.to_owned(),
        algorithm: SigningAlgorithm::EdDsa,
        private: vec![0, 7, 7],
        created_at,
        signs_at,
        signed_until: None,
        revoked_at: None,
    }
}

#[test]
fn a_fresh_store_has_one_active_key_and_none_waiting() {
    assert!(Keyring::default().active(at(0)).is_none());
    let rows = Rows::fresh(0);
    assert_eq!(rows.states(0), [("k1", Active)]);
    assert!(rows.ring().begin(at(0)).is_empty());
    assert_eq!(rows.ring().holds_until(at(0)), None);
}

#[test]
fn a_key_goes_from_next_to_active_to_retiring_to_gone() {
    let mut rows = Rows::fresh(0);
    assert_eq!(rows.sign(900, 1800), "k1");
    let rotation = rows.ring().rotate(at(1000)).unwrap();
    rows.apply(rotation);
    assert_eq!(rows.states(1000), [("k1", Active), ("k2", Next)]);
    assert_eq!(rows.ring().published(at(1000)).len(), 2);
    assert_eq!(rows.ring().waiting(at(1000)).unwrap().signs_at, at(1310));
    assert_eq!(rows.ring().rotate(at(1100)).unwrap_err(), KeyError::Waiting);
    assert_eq!(rows.states(1309), [("k1", Active), ("k2", Next)]);
    assert_eq!(rows.ring().holds_until(at(1000)), Some(at(1310)));

    assert_eq!(rows.states(1310), [("k1", Retiring), ("k2", Active)]);
    // An hour is written ahead, and 5 s of leeway are waited for.
    let gone = 1800 + 3600 + 5;
    assert_eq!(rows.ring().holds_until(at(1310)), Some(at(gone)));
    assert_eq!(rows.ring().gone_at("k1", at(1310)), Some(at(gone)));
    assert_eq!(rows.ring().gone_at("k2", at(1310)), None);
    assert_eq!(rows.states(gone - 1), [("k1", Retiring), ("k2", Active)]);
    assert_eq!(rows.states(gone), [("k1", Gone), ("k2", Active)]);
    assert_eq!(rows.ring().published(at(gone)).len(), 1);
    assert_eq!(rows.ring().holds_until(at(gone)), None);
    assert_eq!(rows.ring().state("k3", at(gone)), None);
}

#[test]
fn the_longest_expiry_is_written_once_an_hour() {
    let mut rows = Rows::fresh(0);
    let until = Step::SignedUntil { kid: "k1".to_owned(), at: at(900 + 3600) };
    assert_eq!(rows.ring().outlived_by("k1", at(900)), Some(until.clone()));
    rows.apply(vec![until]);
    assert_eq!(rows.ring().outlived_by("k1", at(4500)), None);
    assert_eq!(rows.ring().outlived_by("k1", at(600)), None);
    assert!(rows.ring().outlived_by("k1", at(4501)).is_some());
    assert_eq!(rows.ring().outlived_by("gone", at(4501)), None);
}

#[test]
fn now_skips_the_wait_of_the_waiting_key() {
    let mut rows = Rows::fresh(0);
    let rotation = rows.ring().rotate(at(10)).unwrap();
    rows.apply(rotation);
    rows.sign(20, 920);
    let rotation = rows.ring().rotate_now(at(30));
    assert_eq!(rotation, [Step::SignsAt { kid: "k2".to_owned(), at: at(30) }]);
    rows.apply(rotation);
    assert_eq!(rows.states(30), [("k1", Retiring), ("k2", Active)]);
    let rotation = rows.ring().rotate_now(at(30));
    rows.apply(rotation);
    assert_eq!(rows.states(30), [("k1", Retiring), ("k2", Gone), ("k3", Active)]);
}

#[test]
fn a_revoked_key_is_dead_at_once_and_replaced_if_it_was_active() {
    let mut rows = Rows::fresh(0);
    rows.sign(0, 900);
    let revocation = rows.ring().revoke("k1", at(10)).unwrap();
    rows.apply(revocation);
    assert_eq!(rows.states(10), [("k1", Gone), ("k2", Active)]);
    assert_eq!(rows.ring().gone_at("k1", at(10)), Some(at(10)));

    let rotation = rows.ring().rotate(at(20)).unwrap();
    rows.apply(rotation);
    let revocation = rows.ring().revoke("k2", at(30)).unwrap();
    rows.apply(revocation);
    assert_eq!(rows.states(30), [("k1", Gone), ("k2", Gone), ("k3", Active)], "the waiting key took its place");

    let rotation = rows.ring().rotate(at(40)).unwrap();
    rows.apply(rotation);
    let revocation = rows.ring().revoke("k4", at(50)).unwrap();
    assert_eq!(revocation.len(), 1, "nothing takes the place of one that waited");
    rows.apply(revocation);
    assert_eq!(rows.states(5000)[2..], [("k3", Active), ("k4", Gone)]);
    assert!(rows.ring().revoke("k4", at(60)).unwrap().is_empty());
    assert_eq!(rows.ring().revoke("k9", at(60)).unwrap_err(), KeyError::NotFound);
}

#[test]
fn a_rotation_is_due_when_the_key_has_signed_for_so_long() {
    let mut rows = Rows::fresh(0);
    let day = Duration::from_hours(24);
    assert!(!rows.ring().is_rotation_due(day, at(0)));
    assert!(!rows.ring().is_rotation_due(day, at(86_400 - 311)));
    assert!(rows.ring().is_rotation_due(day, at(86_400 - 310)));
    let rotation = rows.ring().rotate(at(86_400 - 310)).unwrap();
    rows.apply(rotation);
    assert!(!rows.ring().is_rotation_due(day, at(86_399)), "one waits");
    assert_eq!(rows.states(86_400), [("k1", Gone), ("k2", Active)]);
    assert!(!rows.ring().is_rotation_due(day, at(86_400)));
    assert!(!Keyring::default().is_rotation_due(day, at(0)));
}

#[test]
fn a_clock_that_goes_back_leaves_one_active_key() {
    let mut rows = Rows::fresh(1000);
    assert_eq!(rows.states(0), [("k1", Active)]);
    let rotation = rows.ring().rotate_now(at(0));
    rows.apply(rotation);
    assert_eq!(rows.states(0)[1], ("k2", Active));
    assert_eq!(rows.states(2000)[1], ("k2", Active), "the first does not come back");
}

#[test]
fn a_state_is_written_as_it_is_serialised() {
    for state in [Next, Active, Retiring, Gone] {
        assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
    }
}

#[test]
fn nothing_of_a_private_key_is_shown() {
    let shown = format!("{:?}", Rows::fresh(0).ring());
    assert!(shown.contains("k1") && !shown.contains("private"), "{shown}");
}
