//! Why a pool gave no answer.

use std::fmt;

use crate::password::hasher::HashError;
use crate::password::phc::PhcError;
use crate::password::queue::Refused;

/// Why a pool gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PoolError {
    /// As many jobs wait as may wait; this one was not begun. Trying again in a second is sensible.
    Full,
    /// The pool was shut down before the job began.
    Closed,
    /// The hash could not be computed, for want of memory or because of a defect.
    Failed,
    /// The stored hash cannot be verified, whatever the password is.
    Stored(PhcError),
}

impl From<HashError> for PoolError {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Stored(error) => Self::Stored(error),
            HashError::Failed => Self::Failed,
        }
    }
}

impl From<Refused> for PoolError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Full => Self::Full,
            Refused::Closed => Self::Closed,
        }
    }
}

impl fmt::Display for PoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("too many passwords are waiting to be hashed"),
            Self::Closed => f.write_str("no more passwords are hashed: the store is shutting down"),
            Self::Failed => f.write_str("a password could not be hashed"),
            Self::Stored(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for PoolError {}
