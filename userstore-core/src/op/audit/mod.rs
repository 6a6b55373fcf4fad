//! The audit log: what an operation notes of itself, in its own transaction, and reading it.
//!
//! What changes something writes its entry with the change, so that there is no change without one, and none without the
//! change. What was refused changes nothing: it is counted in memory, and written beside the requests.

mod follow;
mod list;
mod note;
mod refusals;

use std::sync::atomic::{AtomicU32, Ordering};

use uuid::Uuid;

pub use self::follow::AuditFollower;
pub(super) use self::list::{first_id, list};
pub(crate) use self::note::{About, Note, Who};
use self::refusals::{Refusals, Writing};
pub(crate) use self::refusals::{flush, keep_written};
use crate::model::timestamp::Timestamp;
use crate::random::Random;

/// What a store knows of its audit log.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    sequence: AtomicU32,
    refusals: Refusals,
    writing: Writing,
}

impl Audit {
    /// An id for an entry of this time: those of one process are in order.
    fn id(&self, random: Random, at: Timestamp) -> Uuid {
        random.uuid_in_order(at, self.sequence.fetch_add(1, Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests;
