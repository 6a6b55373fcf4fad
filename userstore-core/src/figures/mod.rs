//! What a store has done and is doing, in numbers: for whoever watches it. [`UserStore::figures`](crate::UserStore::figures)
//! gives them; what counts up begins at nothing when the store is opened.

mod counts;
mod histogram;

use std::time::Duration;

use tracing::{Instrument as _, Span};

use crate::jwt::SigningAlgorithm;
use crate::jwt::key::KeyState;
use crate::model::timestamp::Timestamp;

pub(crate) use self::counts::{Counter, Counts, Lookup, Lookups};
pub use self::histogram::{Distribution, Histogram};

/// The target of the spans that show what an operation waits for, at level `DEBUG`: `hash` is the hashing of a password with
/// the waiting for it, `read` and `write` are the database, `redis` and `memcached` what they are called after. They bear names
/// of OpenTelemetry's semantic conventions, and nothing of what was asked.
pub const STEPS: &str = "userstore_core::step";

/// The span of a step.
macro_rules! step {
    ($name:literal $(, $($field:tt)*)?) => {
        tracing::debug_span!(
            target: $crate::figures::STEPS, $name, otel.status_code = tracing::field::Empty $(, $($field)*)?
        )
    };
}
pub(crate) use step;

/// Does what is waited for within its span, which tells of a failure.
pub(crate) async fn within<T, E>(
    step: Span,
    work: impl Future<Output = Result<T, E>>,
    is_failure: impl FnOnce(&E) -> bool,
) -> Result<T, E> {
    let result = work.instrument(step.clone()).await;
    if result.as_ref().is_err_and(is_failure) {
        step.record("otel.status_code", "ERROR");
    }
    result
}

/// The numbers of a store.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Figures {
    /// When the store was opened.
    pub opened_at: Timestamp,
    /// The hashing of passwords.
    pub hashing: Hashing,
    /// How often a session was asked for with a password, by what came of it.
    pub sign_ins: SignIns,
    /// How often an access token was.
    pub log_ins: SignIns,
    /// Sessions that were opened.
    pub sessions_opened: u64,
    /// Sessions whose records were removed: ended, displaced by newer ones, or found expired. Of those that expire in
    /// Redis nothing is heard.
    pub sessions_ended: u64,
    /// What was looked for in the cache, by the kind of record; nothing without a cache.
    pub cache: Vec<CacheFigures>,
    /// The connections to the database; `None` while it is out of reach.
    pub database: Option<Connections>,
    /// The signing keys that are published; none where they cannot be read now.
    pub signing_keys: Vec<KeyAge>,
    /// Every outside issuer, by name.
    pub issuers: Vec<IssuerFigures>,
}

/// The hashing of passwords.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Hashing {
    /// Hashes computed, for whatever purpose.
    pub computed: u64,
    /// Passwords that were refused, since too many waited already.
    pub refused: u64,
    /// Passwords that wait now.
    pub waiting: usize,
    /// Passwords that are being hashed now.
    pub running: usize,
    /// How long passwords waited.
    pub wait: Distribution,
    /// How long hashing them took.
    pub work: Distribution,
}

/// What came of names and passwords that were shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SignIns {
    /// They were right.
    pub succeeded: u64,
    /// The name is unknown or the password wrong.
    pub invalid_credentials: u64,
    /// They were right, and the account is blocked.
    pub account_blocked: u64,
    /// They were not looked at: a limit was reached.
    pub too_many_requests: u64,
    /// Refused for another reason, such as input that is not valid or a scope that the role does not give.
    pub refused: u64,
    /// They were not looked at: too many wait, or a part does not work.
    pub unavailable: u64,
}

/// What was looked for in the cache, of one kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheFigures {
    /// The kind: `session`, `user`, `member`, `access_token` or `signing_keys`.
    pub record: &'static str,
    /// How often it was there.
    pub hits: u64,
    /// How often it was not.
    pub misses: u64,
}

/// Connections to the database. On SQLite they are those that read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Connections {
    /// How many are open.
    pub open: u32,
    /// How many of them are at work.
    pub in_use: u32,
    /// How many there may be.
    pub most: u32,
}

/// How old a signing key is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyAge {
    /// The name of the key, as it is published.
    pub kid: String,
    /// What it signs with.
    pub algorithm: SigningAlgorithm,
    /// Where it is in its life.
    pub state: KeyState,
    /// The time since it was made.
    pub age: Duration,
}

/// How often the keys of an outside issuer were fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IssuerFigures {
    /// The issuer, as the settings name it.
    pub issuer: String,
    /// How often they were had.
    pub refreshed: u64,
    /// How often they were not.
    pub failed: u64,
}
