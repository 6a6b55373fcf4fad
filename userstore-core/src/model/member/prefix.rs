//! The start of a member's name, as it is searched for.

use super::new::{can_start_name, name_of};
use crate::model::prefix;

/// The start of a name, in NFC. It is compared with names byte by byte: `e` does not find `é`, although `e` and a
/// combining acute do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamePrefix(String);

impl NamePrefix {
    /// `None` where no name can start so: with a NUL, or longer than names are.
    pub(crate) fn map(raw: &str) -> Option<Self> {
        Some(name_of(raw)).filter(|text| can_start_name(text)).map(Self)
    }

    /// The text, which is empty for the start of every name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The first text that comes after all names with this prefix, where there is one.
    pub(crate) fn upper_bound(&self) -> Option<String> {
        prefix::upper_bound(&self.0)
    }
}
