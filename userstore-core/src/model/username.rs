//! The name of an account.

mod error;
mod mapping;
mod prefix;
mod reserved;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Serialize, Serializer};

pub use error::UsernameError;
pub(crate) use prefix::UsernamePrefix;

/// The name of an account, in its one spelling.
///
/// The name is mapped by the `UsernameCaseMapped` profile (RFC 8265, section 3.3), applied until nothing changes (RFC
/// 8264, section 7): wide and narrow forms become ordinary ones, capitals become small, and composed and decomposed
/// letters become the same (NFC). So `Alice`, `ALICE` and `ａｌｉｃｅ` are one name, `alice`. Afterwards the name
///
/// - has 1 to [`MAX_CHARS`](Self::MAX_CHARS) characters (Unicode scalar values) and at most
///   [`MAX_BYTES`](Self::MAX_BYTES) bytes of UTF-8;
/// - is made of letters, marks and digits (Unicode categories L, M, Nd) and of `.` `_` `-` `+` `@`, and does not start
///   with a mark;
/// - keeps to one script, or to a combination that one language uses: Latin with Han and kana, with Han and Bopomofo,
///   or with Han and Hangul (UTS #39, section 5.2, "highly restrictive");
/// - obeys the Bidi Rule (RFC 5893, section 2) where it has right-to-left letters;
/// - is not `.`, `..` or `me`, which have a meaning of their own in a path.
///
/// An e-mail address is a valid name. Names are ordered by their bytes. A clone costs one atomic increment.
///
/// ```
/// use userstore_core::Username;
///
/// let name = Username::parse("Ａlice@Example.org")?;
/// assert_eq!(name.as_str(), "alice@example.org");
/// assert_eq!(name, Username::parse("ALICE@EXAMPLE.ORG")?);
/// assert!(Username::parse("p\u{430}ypal").is_err(), "a Cyrillic letter between Latin ones");
/// # Ok::<(), userstore_core::UsernameError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Username(Arc<str>);

impl Username {
    /// The most characters (Unicode scalar values) that a name has.
    pub const MAX_CHARS: usize = 128;
    /// The most bytes of UTF-8 that a name has.
    pub const MAX_BYTES: usize = 255;

    /// Reads a name in any of its spellings.
    ///
    /// # Errors
    /// [`UsernameError`] names the first rule that the text breaks; it never repeats the text.
    pub fn parse(raw: &str) -> Result<Self, UsernameError> {
        let text = mapping::map(raw)?;
        mapping::check(&text)?;
        Ok(Self(text.into()))
    }

    /// A name that was parsed before it was stored. It is not checked again, so that a rule that was narrowed later
    /// locks nobody out.
    pub(crate) fn from_stored(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the name speaks for the service rather than for a person: `admin`, `root`, `support`. Such a name is
    /// valid, but not for anyone to take at open sign-up.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        reserved::contains(self.as_str())
    }
}

impl AsRef<str> for Username {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl FromStr for Username {
    type Err = UsernameError;

    fn from_str(raw: &str) -> Result<Self, UsernameError> {
        Self::parse(raw)
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Serialize for Username {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
