//! Which key signs, which are published, and what comes next: told from dates alone, so that every process that reads
//! the same rows tells the same.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::KeyError;
use super::change::{Change, Step};
use crate::jwt::algorithm::SigningAlgorithm;
use crate::jwt::time::LEEWAY;
use crate::model::timestamp::Timestamp;

/// How long a key is published before it signs: the 300 seconds that verifiers may keep a key set, and some for the
/// transaction that publishes it.
const PUBLISHED_BEFORE: Duration = Duration::from_secs(310);

/// How much further than asked `signed_until` is moved, so that it is written once an hour and not with every token.
const SIGNED_UNTIL_STEP: Duration = Duration::from_hours(1);

/// A key as its row has it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct StoredKey {
    pub(crate) kid: String,
    pub(crate) algorithm: SigningAlgorithm,
    /// The private key as [`seal`](super::seal()) made it.
    pub(crate) private: Vec<u8>,
    pub(crate) created_at: Timestamp,
    /// From when on it signs, until a key with a later date does.
    pub(crate) signs_at: Timestamp,
    /// No token that it signed expires later; none where it has not signed.
    pub(crate) signed_until: Option<Timestamp>,
    pub(crate) revoked_at: Option<Timestamp>,
}

impl fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredKey")
            .field("kid", &self.kid)
            .field("algorithm", &self.algorithm)
            .field("signs_at", &self.signs_at)
            .finish_non_exhaustive()
    }
}

impl StoredKey {
    /// Keys sign one after the other in this order.
    fn place(&self) -> (Timestamp, Timestamp, &str) {
        (self.signs_at, self.created_at, &self.kid)
    }

    /// When nothing that it signed is accepted any more.
    fn ends_at(&self) -> Timestamp {
        self.signed_until.map_or(self.signs_at, |until| until.plus(LEEWAY))
    }
}

/// Where a key is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Published, and will sign.
    Next,
    /// Signs.
    Active,
    /// Signs no more, and is published until its last token has expired.
    Retiring,
    /// Verifies nothing any more.
    Gone,
}

impl KeyState {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retiring => "retiring",
            Self::Gone => "gone",
        }
    }
}

/// All keys. Exactly one is active at any time, as long as there is one that was not revoked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keyring(Vec<StoredKey>);

impl Keyring {
    pub(crate) fn new(keys: Vec<StoredKey>) -> Self {
        Self(keys)
    }

    pub(crate) fn keys(&self) -> &[StoredKey] {
        &self.0
    }

    fn usable(&self) -> impl Iterator<Item = &StoredKey> {
        self.0.iter().filter(|key| key.revoked_at.is_none())
    }

    /// The key that signs: the last whose time has come, or, where a clock went back behind them all, the first.
    pub(crate) fn active(&self, now: Timestamp) -> Option<&StoredKey> {
        let come = self.usable().filter(|key| key.signs_at <= now).max_by_key(|key| key.place());
        come.or_else(|| self.usable().min_by_key(|key| key.place()))
    }

    fn state_of(&self, key: &StoredKey, now: Timestamp) -> KeyState {
        match self.active(now).filter(|_| key.revoked_at.is_none()) {
            Some(active) if active.kid == key.kid => KeyState::Active,
            Some(active) if key.place() > active.place() => KeyState::Next,
            Some(_) if now < key.ends_at() => KeyState::Retiring,
            Some(_) | None => KeyState::Gone,
        }
    }

    /// Where this key is in its life; `None` for one that is not there.
    pub(crate) fn state(&self, kid: &str, now: Timestamp) -> Option<KeyState> {
        self.0.iter().find(|key| key.kid == kid).map(|key| self.state_of(key, now))
    }

    /// The keys that verify: next, active and retiring.
    pub(crate) fn published(&self, now: Timestamp) -> Vec<&StoredKey> {
        self.0.iter().filter(|key| self.state_of(key, now) != KeyState::Gone).collect()
    }

    /// When this key is gone, where that is known: for a retiring one, and for one that is gone.
    pub(crate) fn gone_at(&self, kid: &str, now: Timestamp) -> Option<Timestamp> {
        let key = self.0.iter().find(|key| key.kid == kid)?;
        let is_over = matches!(self.state_of(key, now), KeyState::Retiring | KeyState::Gone);
        key.revoked_at.or_else(|| is_over.then(|| key.ends_at()))
    }

    /// The first moment after `now` at which a state changes by itself. Until then, and unless the rows change, every
    /// answer stays as it is.
    pub(crate) fn holds_until(&self, now: Timestamp) -> Option<Timestamp> {
        let changes = self.0.iter().filter_map(|key| match self.state_of(key, now) {
            KeyState::Next => Some(key.signs_at),
            KeyState::Retiring => Some(key.ends_at()),
            KeyState::Active | KeyState::Gone => None,
        });
        changes.filter(|at| *at > now).min()
    }

    /// What has to be written before this key signs a token that expires at `expires_at`; nothing, most of the time.
    /// Where the write finds no row, the key is not there any more, and another has to sign.
    pub(crate) fn outlived_by(&self, kid: &str, expires_at: Timestamp) -> Option<Step> {
        let key = self.0.iter().find(|key| key.kid == kid)?;
        let is_covered = key.signed_until.is_some_and(|until| expires_at <= until);
        (!is_covered).then(|| Step::SignedUntil { kid: kid.to_owned(), at: expires_at.plus(SIGNED_UNTIL_STEP) })
    }

    /// Makes the first key of a fresh store, which signs at once; nothing where one signs.
    pub(crate) fn begin(&self, now: Timestamp) -> Change {
        if self.active(now).is_some() { Change::new() } else { vec![Step::Make { created_at: now, signs_at: now }] }
    }

    /// The key that waits to sign, the first of them.
    pub(crate) fn waiting(&self, now: Timestamp) -> Option<&StoredKey> {
        let waiting = self.usable().filter(|key| self.state_of(key, now) == KeyState::Next);
        waiting.min_by_key(|key| key.place())
    }

    /// Makes the next key, which signs once it was published for long enough.
    ///
    /// # Errors
    /// [`KeyError::Waiting`] where a key waits already.
    pub(crate) fn rotate(&self, now: Timestamp) -> Result<Change, KeyError> {
        match (self.active(now), self.waiting(now)) {
            (_, Some(_)) => Err(KeyError::Waiting),
            (None, None) => Ok(self.begin(now)),
            (Some(active), None) => {
                let signs_at = now.max(active.signs_at).plus(PUBLISHED_BEFORE);
                Ok(vec![Step::Make { created_at: now, signs_at }])
            }
        }
    }

    /// Lets the waiting key, or a new one, sign at once.
    pub(crate) fn rotate_now(&self, now: Timestamp) -> Change {
        self.take_over(now, self.waiting(now), None)
    }

    /// Ends a key and all that it signed at once. Where it was the active one, the waiting key, or a new one, signs.
    ///
    /// # Errors
    /// [`KeyError::NotFound`] where there is no such key.
    pub(crate) fn revoke(&self, kid: &str, now: Timestamp) -> Result<Change, KeyError> {
        let key = self.0.iter().find(|key| key.kid == kid).ok_or(KeyError::NotFound)?;
        if key.revoked_at.is_some() {
            return Ok(Change::new());
        }
        let was_active = self.state_of(key, now) == KeyState::Active;
        let mut change = vec![Step::RevokedAt { kid: kid.to_owned(), at: now }];
        if was_active {
            change.extend(self.take_over(now, self.waiting(now), Some(kid)));
        }
        Ok(change)
    }

    /// Lets a key sign from now on. Keys that signed before it keep an earlier date, whatever the clock said then.
    fn take_over(&self, now: Timestamp, successor: Option<&StoredKey>, revoked: Option<&str>) -> Change {
        let before = Timestamp::from_millis(now.as_millis().saturating_sub(1));
        let late = self.usable().filter(|key| {
            let has_signed = matches!(self.state_of(key, now), KeyState::Active | KeyState::Retiring | KeyState::Gone);
            has_signed && key.signs_at >= now && revoked != Some(&key.kid)
        });
        let mut change: Change = late.map(|key| Step::SignsAt { kid: key.kid.clone(), at: before }).collect();
        change.push(match successor {
            Some(key) => Step::SignsAt { kid: key.kid.clone(), at: now },
            None => Step::Make { created_at: now, signs_at: now },
        });
        change
    }

    /// Whether a key that is to sign for `every` so long has to get its successor now. Not while one waits.
    pub(crate) fn is_rotation_due(&self, every: Duration, now: Timestamp) -> bool {
        let is_old = self.active(now).is_some_and(|key| now.plus(PUBLISHED_BEFORE) >= key.signs_at.plus(every));
        is_old && self.waiting(now).is_none()
    }
}
