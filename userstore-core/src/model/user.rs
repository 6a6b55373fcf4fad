//! A user, as it is shown.

use serde::Serialize;

use crate::model::data::Data;
use crate::model::id::{SessionId, UserId};
use crate::model::precondition::Tag;
use crate::model::role::{Role, Status};
use crate::model::timestamp::Timestamp;
use crate::model::username::Username;

/// An account. It serialises to the representation that every surface shows; it holds no password, hashed or not.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct User {
    /// Names the user for ever.
    pub id: UserId,
    /// The name it signs in with, in its one spelling.
    pub username: Username,
    /// What it may do.
    pub role: Role,
    /// Whether it can be used.
    pub status: Status,
    /// Why it was blocked, where a reason was given. Only administrators ever see a blocked account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked_reason: Option<String>,
    /// Its JSON object.
    pub data: Data,
    /// When it signed up.
    pub created_at: Timestamp,
    /// When something shown of it last changed.
    pub updated_at: Timestamp,
    #[serde(skip)]
    pub(crate) version: i64,
    /// Raised when all that was issued to the user must end: a session of an earlier epoch is over.
    #[serde(skip)]
    pub(crate) epoch: i64,
    /// The one session that outlived the last raise of the epoch: the one that changed the password.
    #[serde(skip)]
    pub(crate) kept_session: Option<SessionId>,
}

impl User {
    /// The tag of this state of the user.
    #[must_use]
    pub fn tag(&self) -> Tag {
        Tag::new(self.id.as_uuid(), self.version)
    }

    /// Whether the account is an administrator's and can be used.
    #[must_use]
    pub fn is_active_admin(&self) -> bool {
        self.role == Role::Admin && self.status == Status::Active
    }
}

/// Which users a list shows: those for whom everything named here holds.
#[derive(Debug, Clone, Default)]
pub struct UserFilter {
    /// Those with this role.
    pub role: Option<Role>,
    /// Those with this status.
    pub status: Option<Status>,
    /// Those whose username starts so, whatever the spelling; what no username can start with matches nobody.
    pub prefix: Option<String>,
}

/// What signing up asks for.
#[derive(Debug)]
pub struct Signup {
    /// The wanted username, in any spelling.
    pub username: String,
    /// The wanted password.
    pub password: crate::Password,
    /// The user's JSON object.
    pub data: Data,
}
