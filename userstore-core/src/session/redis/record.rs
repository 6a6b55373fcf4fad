//! What Redis keeps of a session.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::id::{SessionId, UserId};
use crate::model::session::Session;
use crate::model::timestamp::Timestamp;

/// A session as it is written under the hash of its token.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    id: Uuid,
    user_id: Uuid,
    epoch: i64,
    created_at: i64,
    expires_at: i64,
    user_agent: Option<String>,
    ip: Option<String>,
    /// The process of Redis in which it was last known not to be ended. Another one may have it from an old copy.
    checked: String,
}

impl Record {
    /// A session that is not ended, as a process of Redis is to keep it.
    pub(super) fn new(session: &Session, run_id: &str) -> Self {
        Self {
            id: session.id.as_uuid(),
            user_id: session.user_id.as_uuid(),
            epoch: session.epoch,
            created_at: session.created_at.as_millis(),
            expires_at: session.expires_at.as_millis(),
            user_agent: session.user_agent.clone(),
            ip: session.ip.clone(),
            checked: run_id.to_owned(),
        }
    }

    /// Reads what is under a key; `None` for nothing, and for what the store did not write.
    pub(super) fn read(bytes: Option<&[u8]>) -> Option<Self> {
        bytes.and_then(|bytes| serde_json::from_slice(bytes).ok())
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Whether it was known not to be ended in this process of Redis.
    pub(super) fn is_checked_in(&self, run_id: &str) -> bool {
        self.checked == run_id
    }

    pub(super) fn into_session(self) -> Session {
        Session {
            id: SessionId::new(self.id),
            created_at: Timestamp::from_millis(self.created_at),
            expires_at: Timestamp::from_millis(self.expires_at),
            current: false,
            user_agent: self.user_agent,
            ip: self.ip,
            user_id: UserId::new(self.user_id),
            epoch: self.epoch,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> Session {
        Session {
            id: SessionId::new(Uuid::from_u128(1)),
            created_at: Timestamp::from_millis(5),
            expires_at: Timestamp::from_millis(9),
            current: false,
            user_agent: Some("a \"browser\"\u{1f98a}".to_owned()),
            ip: Some("::1".to_owned()),
            user_id: UserId::new(Uuid::from_u128(2)),
            epoch: 3,
        }
    }

    #[test]
    fn what_was_written_is_read() {
        for session in [session(), Session { user_agent: None, ip: None, ..session() }] {
            let bytes = Record::new(&session, "run").to_bytes();
            let read = Record::read(Some(&bytes)).unwrap();
            assert!(read.is_checked_in("run") && !read.is_checked_in("rerun"));
            assert_eq!(read.into_session(), session);
        }
    }

    #[test]
    fn what_the_store_did_not_write_is_no_session() {
        let good = Record::new(&session(), "run").to_bytes();
        for length in 0..good.len() {
            assert!(Record::read(Some(&good[..length])).is_none(), "the first {length} bytes");
        }
        let text = String::from_utf8(good).unwrap();
        for other in [
            text.replace("\"epoch\":3", "\"epoch\":\"3\""),
            text.replace("\"epoch\":3", "\"epoch\":3.5"),
            text.replace("\"epoch\":3,", ""),
            text.replace("\"epoch\":3", "\"epoch\":3,\"role\":\"admin\""),
            text.replace("\"checked\"", "\"unchecked\""),
            format!("{text} {text}"),
            format!("[{text}]"),
            "null".to_owned(),
        ] {
            assert!(Record::read(Some(other.as_bytes())).is_none(), "{other}");
        }
        assert!(Record::read(None).is_none());
        assert!(Record::read(Some(b"R\xff\x00")).is_none());
    }
}
