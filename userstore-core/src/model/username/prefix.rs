//! The start of a username, as it is searched for.

use super::mapping;
use crate::model::prefix;

/// The start of a username, mapped as a name is: width, case and composition are no difference.
///
/// It is compared with names byte by byte. A prefix that stops between a letter and a mark that would be composed with
/// it is the start of names with the bare letter only: `e` does not find `é`, although `e` and a combining acute do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UsernamePrefix(String);

impl UsernamePrefix {
    /// Maps the start of a name. The empty text is the start of every name.
    ///
    /// `None` where no name can start so: a character that names do not have, a combining mark at the start, more than
    /// [128 characters](super::Username::MAX_CHARS) or [255 bytes](super::Username::MAX_BYTES). Rules for whole names
    /// are not applied: `me` is a prefix, though it is no name.
    #[must_use]
    pub(crate) fn map(raw: &str) -> Option<Self> {
        mapping::map(raw).ok().map(Self)
    }

    /// The mapped text.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The first text, in the order of UTF-8 bytes, that comes after all names with this prefix: a name `n` has the
    /// prefix `p` exactly when `p <= n < p.upper_bound()`.
    ///
    /// For the empty prefix that is a noncharacter, which is greater than the start of any name.
    #[must_use]
    pub(crate) fn upper_bound(&self) -> String {
        prefix::upper_bound(&self.0).unwrap_or_else(|| String::from(char::MAX))
    }
}
