//! A member of the directory, as it is shown.

mod id;
mod new;
mod prefix;

use std::sync::Arc;

use serde::Serialize;
use uuid::Uuid;

use crate::model::precondition::Tag;
use crate::model::timestamp::Timestamp;

pub use self::id::{InvalidMemberId, MemberId};
pub use self::new::NewMember;
pub(crate) use self::new::{Content, name_of};
pub(crate) use self::prefix::NamePrefix;

/// A record of the member directory. It serialises to the representation that every surface shows.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Member {
    /// Names the member; of one that was deleted it may name another later, if somebody puts one there.
    pub member_id: MemberId,
    /// Its name, in NFC: no other member has the same one, byte by byte.
    pub name: String,
    /// Its e-mail address, as it was written.
    pub email: Option<String>,
    /// Its telephone number, as it was written.
    pub phone: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When something shown of it last changed.
    pub updated_at: Timestamp,
    #[serde(skip)]
    pub(crate) version: i64,
    /// Tells it from an earlier member with the same id.
    #[serde(skip)]
    pub(crate) incarnation: Uuid,
}

impl Member {
    /// The tag of this state of the member. No other state has it, nor has a later member with the same id.
    #[must_use]
    pub fn tag(&self) -> Tag {
        Tag::new(self.incarnation, self.version)
    }

    /// Whether this is what is shown of it, but for its id and the times.
    pub(crate) fn has(&self, content: &Content) -> bool {
        let Content { name, email, phone } = content;
        (&self.name, &self.email, &self.phone) == (name, email, phone)
    }
}

/// Which members a list shows: those for whom everything named here holds. Composed and decomposed letters are the
/// same; case and blanks are not.
#[derive(Debug, Clone, Default)]
pub struct MemberFilter {
    /// The one with this name.
    pub name: Option<String>,
    /// Those whose name starts so; what no name can start with matches nobody.
    pub prefix: Option<String>,
}

/// What the put of a member has done.
#[derive(Debug, Clone)]
pub enum Put {
    /// There was no member with this id; now there is.
    Created(Arc<Member>),
    /// The member with this id is as it was put.
    Replaced(Arc<Member>),
}

impl Put {
    /// The member, as it is now.
    #[must_use]
    pub fn into_member(self) -> Arc<Member> {
        match self {
            Self::Created(member) | Self::Replaced(member) => member,
        }
    }
}
