//! Identifiers that cannot be swapped for one another.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use uuid::Uuid;

use crate::model::timestamp::Timestamp;

/// A text that is not an identifier: only the hyphenated lower-case form of a UUID (RFC 9562, section 4) is read, so
/// that one record has one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidId;

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id is a UUID in its hyphenated lower-case form")
    }
}

impl std::error::Error for InvalidId {}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            pub(crate) const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The value as a UUID.
            #[must_use]
            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let uuid = Uuid::try_parse(text).map_err(|_| InvalidId)?;
                let mut canonical = Uuid::encode_buffer();
                if *uuid.as_hyphenated().encode_lower(&mut canonical) == *text {
                    Ok(Self(uuid))
                } else {
                    Err(InvalidId)
                }
            }
        }
    };
}

id! {
    /// Names a user for ever: a UUIDv7 (RFC 9562, section 5.7) that is never used again, not even for a new user of
    /// the same name.
    UserId
}

id! {
    /// Names a session in lists. It is no credential: knowing it opens nothing.
    SessionId
}

id! {
    /// Names an entry of the audit log. Ids go by time, and so does the log.
    AuditId
}

impl AuditId {
    /// The time that it goes by.
    pub(crate) fn time(self) -> Timestamp {
        Timestamp::from_millis(i64::try_from(self.0.as_u128() >> 80).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_only() {
        let canonical = "0198d2f0-0000-7000-8000-00000000abcd";
        assert_eq!(canonical.parse::<UserId>().unwrap().to_string(), canonical);
        for other in [
            "0198D2F0-0000-7000-8000-00000000ABCD",
            "0198d2f00000700080000000 0000abcd",
            "0198d2f000007000800000000000abcd",
            "{0198d2f0-0000-7000-8000-00000000abcd}",
            "urn:uuid:0198d2f0-0000-7000-8000-00000000abcd",
            "",
        ] {
            assert!(other.parse::<UserId>().is_err(), "{other}");
        }
    }
}
