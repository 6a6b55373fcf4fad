//! Why a text is no username.

use std::fmt;

use super::Username;

/// Why a text is no username.
///
/// `Display` says what to do, as the predicate of a sentence ("must not be empty"); it never repeats the text, which
/// may be a password typed into the wrong field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UsernameError {
    /// There is no character.
    Empty,
    /// There are more than 128 characters, or more than 255 bytes of UTF-8.
    TooLong,
    /// There is a character that is no letter, mark or digit, and none of `.` `_` `-` `+` `@`.
    Character,
    /// The first character is a combining mark, with nothing to combine with.
    LeadingMark,
    /// Letters or digits of different scripts are mixed (UTS #39, section 5.2; RFC 5892, appendices A.8 and A.9).
    MixedScripts,
    /// Right-to-left and left-to-right characters are mixed (RFC 5893, section 2).
    Direction,
    /// The name is `.`, `..` or `me`.
    Meaningful,
    /// Mapping does not come to an end (RFC 8264, section 7).
    Unstable,
}

impl fmt::Display for UsernameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("must not be empty"),
            Self::TooLong => write!(
                f,
                "must have at most {} characters and at most {} bytes of UTF-8",
                Username::MAX_CHARS,
                Username::MAX_BYTES
            ),
            Self::Character => f.write_str("must be made of letters, digits and the characters . _ - + @"),
            Self::LeadingMark => f.write_str("must start with a letter, a digit or one of . _ - + @"),
            Self::MixedScripts => f.write_str("must keep to letters and digits of one script"),
            Self::Direction => f.write_str(
                "must, with right-to-left letters, start with one, end with one or with a digit, and have no others",
            ),
            Self::Meaningful => f.write_str("must not be one of \".\", \"..\" and \"me\""),
            Self::Unstable => f.write_str("must be spelt with other characters"),
        }
    }
}

impl std::error::Error for UsernameError {}
