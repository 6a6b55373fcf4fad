//! Why a password is not accepted.

use std::fmt;

use super::Password;

/// Why a password is not accepted for an account.
///
/// `Display` says what to do, as the predicate of a sentence ("must not be the username"); it never repeats the
/// password, nor any part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub(crate) enum PasswordError {
    /// There are fewer characters than the settings ask for.
    TooShort {
        /// The fewest characters (Unicode scalar values), counted in the form that is hashed.
        min_length: usize,
    },
    /// There are more than 1,024 bytes of UTF-8, as typed or in the form that is hashed.
    TooLong,
    /// There is a character that the `FreeformClass` leaves out (RFC 8264, section 4.3): a control character, an
    /// invisible or unassigned one, or one that stands in the wrong place.
    Character,
    /// The password is, in some case, on the list of the most common ones (NIST SP 800-63B, section 3.1.1.2).
    Common,
    /// The password is a spelling of the username.
    Username,
}

impl fmt::Display for PasswordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { min_length: 1 } => f.write_str("must not be empty"),
            Self::TooShort { min_length } => write!(f, "must have at least {min_length} characters"),
            Self::TooLong => write!(f, "must have at most {} bytes of UTF-8", Password::MAX_BYTES),
            Self::Character => f.write_str(
                "must not have control characters, invisible ones or others that passwords leave out (RFC 8265)",
            ),
            Self::Common => {
                f.write_str("must not be one of the most common passwords; choose one that is hard to guess")
            }
            Self::Username => f.write_str("must not be the username"),
        }
    }
}

impl std::error::Error for PasswordError {}
