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

    /// The same, with 26 bits of a sequence in the place of the first random ones (RFC 9562, section 6.2): what is made
    /// in one millisecond, in this order, is ordered so.
    pub(crate) fn uuid_in_order(self, now: Timestamp, sequence: u32) -> Uuid {
        let millis = u64::try_from(now.as_millis()).unwrap_or(0);
        let mut bytes: [u8; 10] = self.bytes();
        // The first four bits are the version's, and two of the third byte the variant's.
        let [a, b, c, d] = ((sequence >> 14 & 0xfff) << 16 | sequence & 0x3fff).to_be_bytes();
        bytes[..4].copy_from_slice(&[a, b, c, d]);
        Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_in_one_millisecond_is_in_order() {
        let now = Timestamp::from_millis(1_763_645_897_008);
        let made: Vec<Uuid> = [0, 1, 255, 256, 0x3fff, 0x4000, 0xffff, 0x10000, 0x3ff_ffff]
            .into_iter()
            .map(|sequence| Random.uuid_in_order(now, sequence))
            .collect();
        assert!(made.is_sorted() && made.iter().all(|id| id.get_version_num() == 7), "{made:?}");
        assert!(made[8] < Random.uuid_in_order(now.plus(std::time::Duration::from_millis(1)), 0));
        assert_ne!(Random.uuid_in_order(now, 7), Random.uuid_in_order(now, 7));
    }
}
