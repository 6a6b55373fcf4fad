//! Points in time, to the millisecond.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z, shown as RFC 3339 in UTC with three decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The time that is `after` later, or the last one that can be held.
    #[must_use]
    pub fn plus(self, after: Duration) -> Self {
        let millis = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(millis))
    }

    /// The time that is `before` earlier, or the first one that can be held.
    #[must_use]
    pub fn minus(self, before: Duration) -> Self {
        let millis = i64::try_from(before.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_sub(millis))
    }

    /// How long it is from `earlier` to this time: zero when it is not earlier.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl Timestamp {
    /// The text that is shown, written without a detour: every user that is read has two of them.
    fn write(self, text: &mut [u8; 24]) -> Result<&str, fmt::Error> {
        let date = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000).map_err(|_| fmt::Error)?;
        text.copy_from_slice(b"0000-00-00T00:00:00.000Z");
        let fields = [
            (0..4, u16::try_from(date.year()).map_err(|_| fmt::Error)?),
            (5..7, u16::from(u8::from(date.month()))),
            (8..10, u16::from(date.day())),
            (11..13, u16::from(date.hour())),
            (14..16, u16::from(date.minute())),
            (17..19, u16::from(date.second())),
            (20..23, date.millisecond()),
        ];
        for (place, mut number) in fields {
            for digit in text[place].iter_mut().rev() {
                *digit += (number % 10).to_le_bytes()[0];
                number /= 10;
            }
        }
        std::str::from_utf8(text).map_err(|_| fmt::Error)
    }
}

/// A text that is no point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidTimestamp;

impl fmt::Display for InvalidTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a point in time is written as in RFC 3339, such as 2026-01-02T03:04:05Z")
    }
}

impl std::error::Error for InvalidTimestamp {}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    /// Reads RFC 3339, with any offset; what is finer than a millisecond is left out.
    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        let date = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| InvalidTimestamp)?;
        let millis = date.unix_timestamp_nanos().div_euclid(1_000_000);
        i64::try_from(millis).map(Self).map_err(|_| InvalidTimestamp)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.write(&mut [0; 24])?)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.write(&mut [0; 24]).map_err(serde::ser::Error::custom)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_shown_as_rfc_3339_in_utc() {
        assert_eq!(Timestamp::from_millis(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp::from_millis(1_763_645_897_008).to_string(), "2025-11-20T13:38:17.008Z");
        assert_eq!(Timestamp::from_millis(951_827_696_789).to_string(), "2000-02-29T12:34:56.789Z");
        assert_eq!(Timestamp::from_millis(253_402_300_799_999).to_string(), "9999-12-31T23:59:59.999Z");
        let json = serde_json::to_string(&Timestamp::from_millis(-1)).unwrap();
        assert_eq!(json, "\"1969-12-31T23:59:59.999Z\"");
    }

    #[test]
    fn is_read_as_it_is_shown_and_with_an_offset() {
        for millis in [0, 951_827_696_789, 1_763_645_897_008] {
            let at = Timestamp::from_millis(millis);
            assert_eq!(at.to_string().parse(), Ok(at));
        }
        assert_eq!("1970-01-01T01:00:00.0019+01:00".parse(), Ok(Timestamp::from_millis(1)));
        for text in ["", "yesterday", "1970-01-01", "1970-01-01T00:00:00", "1970-13-01T00:00:00Z"] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }
}
