//! What `UserStore::migrations` tells.

use serde::Serialize;

use crate::model::timestamp::Timestamp;

/// A change of the tables that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Migration {
    /// Its name.
    pub name: String,
    /// When it was made, to the second.
    pub applied_at: Timestamp,
}

impl From<(String, i64)> for Migration {
    fn from((name, seconds): (String, i64)) -> Self {
        Self { name, applied_at: Timestamp::from_millis(seconds.saturating_mul(1000)) }
    }
}
