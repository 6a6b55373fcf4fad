//! Under which keys things are.

use crate::model::id::UserId;
use crate::model::member::MemberId;

/// Where a user is.
pub(crate) fn user_key(id: UserId) -> String {
    format!("u:{}", id.as_uuid().simple())
}

/// Where a member is.
pub(crate) fn member_key(id: MemberId) -> String {
    format!("m:{id}")
}

/// Where it is said which state the signing keys are in.
pub(crate) fn signing_keys_key() -> String {
    "k".to_owned()
}
