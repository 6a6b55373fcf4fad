//! What an account may do: its role, and whether it is blocked.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// The ladder of roles: each may do all that the one before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Its own account. What sign-up gives.
    #[default]
    User,
    /// Also: read members.
    Reader,
    /// Also: write members.
    Editor,
    /// Also: delete members, and administer every account.
    Admin,
}

/// Whether an account can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The account can sign in.
    #[default]
    Active,
    /// Every sign-in, session and access token of the account is refused.
    Blocked,
}

/// A text that names none of the values it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownWord {
    pub(super) expected: &'static str,
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "must be one of {}", self.expected)
    }
}

impl std::error::Error for UnknownWord {}

macro_rules! words {
    ($name:ident, $expected:literal, $($variant:ident = $word:literal),+) => {
        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that stands for it in JSON, in the database and on the command line.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord { expected: $expected }),
                }
            }
        }
    };
}

pub(super) use words;

words!(Role, "user, reader, editor, admin", User = "user", Reader = "reader", Editor = "editor", Admin = "admin");
words!(Status, "active, blocked", Active = "active", Blocked = "blocked");
