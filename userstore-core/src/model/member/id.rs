//! The number of a member.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// Names a member: a number from 1 to `i64::MAX`, chosen by whoever puts the member, or by the store.
///
/// It is read in one spelling only, so that one member has one address.
///
/// ```
/// use userstore_core::MemberId;
///
/// assert_eq!("7".parse::<MemberId>()?.get(), 7);
/// assert!("07".parse::<MemberId>().is_err());
/// # Ok::<(), userstore_core::InvalidMemberId>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct MemberId(i64);

impl MemberId {
    /// The number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl TryFrom<i64> for MemberId {
    type Error = InvalidMemberId;

    fn try_from(number: i64) -> Result<Self, InvalidMemberId> {
        if number > 0 { Ok(Self(number)) } else { Err(InvalidMemberId) }
    }
}

impl FromStr for MemberId {
    type Err = InvalidMemberId;

    fn from_str(text: &str) -> Result<Self, InvalidMemberId> {
        let canonical = text.starts_with(|c: char| matches!(c, '1'..='9')) && text.bytes().all(|b| b.is_ascii_digit());
        if canonical { text.parse().map(Self).map_err(|_| InvalidMemberId) } else { Err(InvalidMemberId) }
    }
}

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is no id of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidMemberId;

impl fmt::Display for InvalidMemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "must be a whole number from 1 to {}, without a sign or leading zeros", i64::MAX)
    }
}

impl std::error::Error for InvalidMemberId {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_only() {
        for (text, number) in [("1", 1), ("7", 7), ("10", 10), ("9223372036854775807", i64::MAX)] {
            assert_eq!(text.parse::<MemberId>().unwrap().get(), number);
            assert_eq!(text.parse::<MemberId>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "0",
            "-1",
            "+7",
            "07",
            "00",
            " 7",
            "7 ",
            "7.0",
            "7e0",
            "1_000",
            "0x7",
            "٧",
            "７",
            "9223372036854775808",
            "18446744073709551617",
            "99999999999999999999999999",
        ] {
            assert_eq!(text.parse::<MemberId>(), Err(InvalidMemberId), "{text:?}");
        }
        for number in [0, -1, i64::MIN] {
            assert_eq!(MemberId::try_from(number), Err(InvalidMemberId));
        }
    }
}
