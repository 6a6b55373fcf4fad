//! What a user's index says of a session.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::model::id::SessionId;
use crate::model::session::{Session, TokenHash};
use crate::model::timestamp::Timestamp;
use crate::model::user::User;

/// A session as its user's index names it: enough to tell whether it is live, and where its record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) id: SessionId,
    pub(super) hash: TokenHash,
    pub(super) expires_at: Timestamp,
    pub(super) epoch: i64,
}

impl Entry {
    /// Of a session that counts.
    pub(super) fn write(hash: TokenHash, session: &Session) -> String {
        format!("+:{}:{}:{}", name(hash), session.expires_at.as_millis(), session.epoch)
    }

    /// Reads what an index has under an id; `None` for what the store did not write.
    pub(super) fn read(id: &str, text: &str) -> Option<Self> {
        let (mark, rest) = text.split_once(':')?;
        let mut fields = rest.split(':');
        let entry = Self {
            id: id.parse().ok()?,
            hash: hash(fields.next()?)?,
            expires_at: Timestamp::from_millis(fields.next()?.parse().ok()?),
            epoch: fields.next()?.parse().ok()?,
        };
        (matches!(mark, "+" | "-") && fields.next().is_none()).then_some(entry)
    }

    /// Whether the user row and the clock let it live.
    pub(super) fn is_live(&self, user: &User, now: Timestamp) -> bool {
        now < self.expires_at && is_of_epoch(user, self.id, self.epoch)
    }
}

/// Whether the user's epoch lets a session live.
pub(super) fn is_of_epoch(user: &User, id: SessionId, epoch: i64) -> bool {
    epoch == user.epoch || user.kept_session == Some(id)
}

/// A token's hash as text.
pub(super) fn name(hash: TokenHash) -> String {
    URL_SAFE_NO_PAD.encode(hash.to_vec())
}

/// A token's hash of its text.
pub(super) fn hash(name: &str) -> Option<TokenHash> {
    TokenHash::from_bytes(&URL_SAFE_NO_PAD.decode(name).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0198d2f0-0000-7000-8000-00000000abcd";

    #[test]
    fn only_what_the_store_writes_is_an_entry() {
        let hash = TokenHash::from_bytes(&[7; 32]).unwrap();
        let name = name(hash);
        let read = Entry::read(ID, &format!("-:{name}:12:3")).unwrap();
        assert_eq!((read.hash, read.expires_at, read.epoch), (hash, Timestamp::from_millis(12), 3));
        assert_eq!(Entry::read(ID, &format!("+:{name}:12:3")), Some(read));
        for other in [
            String::new(),
            format!("*:{name}:12:3"),
            format!("+:{name}:12"),
            format!("+:{name}:12:3:4"),
            format!("+:{name}:x:3"),
            format!("+:{}:12:3", &name[1..]),
        ] {
            assert_eq!(Entry::read(ID, &other), None, "{other}");
        }
        assert_eq!(Entry::read("0198", &format!("+:{name}:12:3")), None);
    }
}
