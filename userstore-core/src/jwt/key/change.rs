//! What an operation on the keys does to their rows.

use crate::model::timestamp::Timestamp;

/// Changes to rows, to be made in one transaction, in this order.
pub(crate) type Change = Vec<Step>;

/// One change to the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// A new key is to be generated, and a row inserted for it.
    Make { created_at: Timestamp, signs_at: Timestamp },
    /// `signs_at` of the key becomes this.
    SignsAt { kid: String, at: Timestamp },
    /// `revoked_at` of the key becomes this.
    RevokedAt { kid: String, at: Timestamp },
    /// `signed_until` of the key becomes this, unless it is later already.
    SignedUntil { kid: String, at: Timestamp },
}
