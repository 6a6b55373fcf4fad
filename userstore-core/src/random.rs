//! Where unpredictable bytes come from: handed in, as the time is.

use uuid::{Builder, Uuid};

use crate::model::timestamp::Timestamp;

/// The operating system's random generator, and all that is made from it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Random;

impl Random {
    /// Random bytes, fit for secrets.
    #[expect(clippy::unused_self, reason = "randomness is handed in like the clock, not reached for")]
    pub(crate) fn bytes<const N: usize>(self) -> [u8; N] {
        rand::random()
    }

    /// A UUIDv7 (RFC 9562, section 5.7): ordered by time, with 74 random bits.
    pub(crate) fn uuid(self, now: Timestamp) -> Uuid {
        let millis = u64::try_from(now.as_millis()).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }
}
