//! Users and members as a shared cache keeps them: nothing secret, and all that a request needs to know.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::figures::{Lookup, Lookups};
use crate::model::data::Data;
use crate::model::id::{SessionId, UserId};
use crate::model::member::{Member, MemberId};
use crate::model::timestamp::Timestamp;
use crate::model::user::User;
use crate::model::username::Username;

/// What can be kept in a shared cache.
pub(crate) trait Record: Sized + Send + Sync + 'static {
    /// The bytes that are kept.
    fn encode(&self) -> Option<Vec<u8>>;

    /// What these bytes say; `None` for those that no `encode` has made.
    fn decode(bytes: &[u8]) -> Option<Self>;

    /// Where it is counted how often one was there.
    fn lookup(lookups: &Lookups) -> &Lookup;
}

/// Also distinguishes versions of the form: what another version has kept is loaded anew.
const USER: &str = "user 1";
const MEMBER: &str = "member 1";
const DIGEST: &str = "keys 1";

#[derive(Serialize, Deserialize)]
struct StoredUser {
    form: String,
    id: Uuid,
    username: String,
    role: String,
    status: String,
    blocked_reason: Option<String>,
    data: String,
    created_at: i64,
    updated_at: i64,
    version: i64,
    epoch: i64,
    kept_session: Option<Uuid>,
}

impl Record for User {
    fn encode(&self) -> Option<Vec<u8>> {
        let stored = StoredUser {
            form: USER.to_owned(),
            id: self.id.as_uuid(),
            username: self.username.as_str().to_owned(),
            role: self.role.as_str().to_owned(),
            status: self.status.as_str().to_owned(),
            blocked_reason: self.blocked_reason.clone(),
            data: self.data.to_text(),
            created_at: self.created_at.as_millis(),
            updated_at: self.updated_at.as_millis(),
            version: self.version,
            epoch: self.epoch,
            kept_session: self.kept_session.map(|id| id.as_uuid()),
        };
        serde_json::to_vec(&stored).ok()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let stored: StoredUser = serde_json::from_slice(bytes).ok()?;
        (stored.form == USER).then_some(())?;
        Some(Self {
            id: UserId::new(stored.id),
            username: Username::from_stored(stored.username),
            role: stored.role.parse().ok()?,
            status: stored.status.parse().ok()?,
            blocked_reason: stored.blocked_reason,
            data: Data::from_text(&stored.data).ok()?,
            created_at: Timestamp::from_millis(stored.created_at),
            updated_at: Timestamp::from_millis(stored.updated_at),
            version: stored.version,
            epoch: stored.epoch,
            kept_session: stored.kept_session.map(SessionId::new),
        })
    }

    fn lookup(lookups: &Lookups) -> &Lookup {
        &lookups.user
    }
}

#[derive(Serialize, Deserialize)]
struct StoredMember {
    form: String,
    member_id: i64,
    name: String,
    email: Option<String>,
    phone: Option<String>,
    created_at: i64,
    updated_at: i64,
    version: i64,
    incarnation: Uuid,
}

impl Record for Member {
    fn encode(&self) -> Option<Vec<u8>> {
        let stored = StoredMember {
            form: MEMBER.to_owned(),
            member_id: self.member_id.get(),
            name: self.name.clone(),
            email: self.email.clone(),
            phone: self.phone.clone(),
            created_at: self.created_at.as_millis(),
            updated_at: self.updated_at.as_millis(),
            version: self.version,
            incarnation: self.incarnation,
        };
        serde_json::to_vec(&stored).ok()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let stored: StoredMember = serde_json::from_slice(bytes).ok()?;
        (stored.form == MEMBER).then_some(())?;
        Some(Self {
            member_id: MemberId::try_from(stored.member_id).ok()?,
            name: stored.name,
            email: stored.email,
            phone: stored.phone,
            created_at: Timestamp::from_millis(stored.created_at),
            updated_at: Timestamp::from_millis(stored.updated_at),
            version: stored.version,
            incarnation: stored.incarnation,
        })
    }

    fn lookup(lookups: &Lookups) -> &Lookup {
        &lookups.member
    }
}

/// Which state the signing keys are in. The keys themselves are for the database alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeysDigest(pub(crate) [u8; 32]);

impl Record for KeysDigest {
    fn encode(&self) -> Option<Vec<u8>> {
        Some([DIGEST.as_bytes(), &self.0].concat())
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.strip_prefix(DIGEST.as_bytes())?.try_into().ok()?))
    }

    fn lookup(lookups: &Lookups) -> &Lookup {
        &lookups.signing_keys
    }
}
