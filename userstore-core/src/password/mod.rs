//! Passwords at work: what is accepted, how it is hashed, and the threads that do it.

mod common;
mod hasher;
mod memory;
mod params;
mod pepper;
mod phc;
mod policy;
mod pool;
mod queue;

use std::num::NonZeroUsize;
use std::thread::available_parallelism;
use std::time::Duration;

use self::hasher::{Hasher, Verdict};
use self::params::HashParams;
use self::pepper::Pepper;
use self::policy::Policy;
use self::pool::{HashPool, PoolError, PoolLimits, PoolStats};
use crate::config;
use crate::error::{Error, Result, Violation};
use crate::figures::Hashing;
use crate::model::password::{Password, PasswordError};
use crate::model::username::Username;
use crate::op::row::users::PasswordHash;
use crate::random::Random;

pub(crate) use self::phc::ANY_PEPPER;
pub(crate) use self::policy::Prepared;

/// When it makes sense to come back to a queue that was full.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How long a refusal takes while too many passwords wait.
const BUSY_PAUSE: Duration = Duration::from_millis(200);

/// The policy for new passwords, and the pool that hashes.
#[derive(Debug, Clone)]
pub(crate) struct Passwords {
    policy: Policy,
    pool: HashPool,
    random: Random,
    /// What the hashes hold that were made with the pepper.
    pepper_mark: Option<String>,
}

/// What a password that was right says of its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verified {
    /// It is as one made today would be.
    Current,
    /// It was made at another cost, or without the pepper.
    Outdated,
}

impl Passwords {
    /// Starts the threads that hash.
    ///
    /// # Errors
    /// [`Error::Settings`] for a cost below OWASP's minimum.
    pub(crate) fn new(settings: &config::Passwords, random: Random) -> Result<Self> {
        let pepper = settings.pepper.as_ref().and_then(|pepper| Pepper::new(pepper.reveal()));
        let pepper_mark = pepper.as_ref().map(|pepper| phc::pepper_mark(&pepper.id()));
        let hasher = Hasher::new(params(settings), pepper).map_err(|error| Error::Settings(error.to_string()))?;
        let cores = available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let threads = settings.max_concurrent.and_then(|most| NonZeroUsize::new(most.into())).unwrap_or(cores);
        let limits = PoolLimits { max_concurrent: threads, max_queue: settings.max_queue.into() };
        let pool = HashPool::new(hasher, limits).map_err(|error| Error::unavailable("hashing of passwords", error))?;
        Ok(Self { policy: Policy { min_length: settings.min_length.into() }, pool, random, pepper_mark })
    }

    /// What every stored hash holds that was made with the pepper there is; `None` without one.
    pub(crate) fn pepper_mark(&self) -> Option<&str> {
        self.pepper_mark.as_deref()
    }

    /// Tests a new password against the policy.
    pub(crate) fn check(
        &self,
        password: &Password,
        username: Option<&Username>,
        pointer: &str,
    ) -> Result<Prepared, Violation> {
        self.policy.check(password, username).map_err(|error| Violation::at(pointer, error.to_string()))
    }

    /// Hashes no more; what waits is answered.
    pub(crate) fn close(&self) {
        self.pool.close();
    }

    /// Asked before the database is, so that a flood of sign-ins that cannot be served costs it nothing. The refusal
    /// takes its time: a client that tries again at once would leave no time to answer others.
    ///
    /// # Errors
    /// [`Error::Busy`] while the queue is full.
    pub(crate) async fn check_room(&self) -> Result<()> {
        if self.pool.has_room() {
            return Ok(());
        }
        tokio::time::sleep(BUSY_PAUSE).await;
        Err(refuse(PoolError::Full))
    }

    /// What hashing has done and is doing.
    pub(crate) fn figures(&self) -> Hashing {
        let PoolStats { computed, waiting, running, refused } = self.pool.stats();
        let (wait, work) = self.pool.times();
        Hashing { computed, refused, waiting, running, wait, work }
    }

    /// The hash of a password, with a new salt.
    pub(crate) async fn hash(&self, password: Prepared) -> Result<PasswordHash> {
        self.pool.hash(password, self.random.bytes()).await.map(PasswordHash).map_err(refuse)
    }

    /// Whether a password is the one that was hashed; `None` when it is not. Without a stored hash the work is the
    /// same.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a password over 1,024 bytes; [`Error::Busy`].
    pub(crate) async fn verify(
        &self,
        password: &Password,
        stored: Option<&PasswordHash>,
        pointer: &str,
    ) -> Result<Option<Verified>> {
        if password.is_too_long() {
            return Err(Error::invalid(Violation::at(pointer, PasswordError::TooLong.to_string())));
        }
        let verdict = match (Prepared::of(password), stored) {
            (Some(password), Some(stored)) => self.pool.verify(password, stored.0.as_str()).await,
            (password, _) => self.pool.verify_nobody(password).await,
        };
        match verdict {
            Ok(Verdict::Mismatch) => Ok(None),
            Ok(Verdict::Match { needs_rehash: false }) => Ok(Some(Verified::Current)),
            Ok(Verdict::Match { needs_rehash: true }) => Ok(Some(Verified::Outdated)),
            Err(error @ PoolError::Stored(_)) => {
                tracing::error!(%error, "a stored password hash cannot be used");
                Err(Error::unavailable("hashing of passwords", error))
            }
            Err(error) => Err(refuse(error)),
        }
    }
}

/// Checks the cost of a hash, as [`Passwords::new`] does.
///
/// # Errors
/// [`Error::Settings`] for a cost below OWASP's minimum.
pub(crate) fn check(settings: &config::Passwords) -> Result<()> {
    params(settings).validate().map(drop).map_err(|error| Error::Settings(error.to_string()))
}

fn params(settings: &config::Passwords) -> HashParams {
    let config::Passwords { memory_kib, iterations, parallelism, .. } = *settings;
    HashParams { memory_kib, iterations, parallelism }
}

/// To the caller, a queue that is full passes; anything else is a part that does not work.
fn refuse(error: PoolError) -> Error {
    match error {
        PoolError::Full => Error::Busy { retry_after: RETRY_AFTER },
        error => Error::unavailable("hashing of passwords", error),
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_refusal_while_too_many_wait_takes_its_time() {
        let settings = config::Passwords { max_concurrent: Some(1), max_queue: 0, ..config::Passwords::default() };
        let passwords = Passwords::new(&settings, Random).unwrap();
        let begun = Instant::now();
        passwords.check_room().await.unwrap();
        assert_eq!(begun.elapsed(), Duration::ZERO);
        // Polled once, it takes the only place.
        let mut hashing = Box::pin(passwords.hash(Prepared::of(&Password::new("correct horse")).unwrap()));
        assert!(hashing.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        let refused = passwords.check_room().await.unwrap_err();
        assert!(matches!(refused, Error::Busy { .. }));
        assert_eq!(begun.elapsed(), BUSY_PAUSE);
    }
}
