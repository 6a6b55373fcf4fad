//! Which state of a record a change was meant for.

use std::fmt;

use crate::error::{Error, Result};

/// Names one state of one record: it changes when, and only when, something shown of the record changes.
///
/// It is made of visible ASCII characters other than `"`, so that it can stand in an `ETag` (RFC 9110, section 8.8.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag(String);

impl Tag {
    pub(crate) fn new(id: uuid::Uuid, version: i64) -> Self {
        // The last group of the id and some of the one before: its random bits.
        let mut digits = uuid::Uuid::encode_buffer();
        let low = &id.as_simple().encode_lower(&mut digits)[16..];
        Self([low.trim_start_matches('0'), ".", &version.to_string()].concat())
    }

    /// The tag as it was given out, without quotes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Tag {
    /// Any text can be compared with a tag; one that was never given out matches nothing.
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Any state, or some: what `If-Match` and `If-None-Match` name (RFC 9110, sections 13.1.1 and 13.1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum States {
    /// `*`: whatever the record's state, as long as there is a record.
    Any,
    /// One of these.
    Tags(Vec<Tag>),
}

impl States {
    fn include(&self, current: Option<&Tag>) -> bool {
        match (self, current) {
            (_, None) => false,
            (Self::Any, Some(_)) => true,
            (Self::Tags(tags), Some(current)) => tags.contains(current),
        }
    }
}

/// What must hold of a record for a change to be made; tested in the transaction that makes the change, so that an
/// update cannot be lost between the two.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Precondition {
    /// The change is made only to a record in one of these states.
    pub if_match: Option<States>,
    /// The change is made only to a record in none of these states.
    pub if_none_match: Option<States>,
}

impl Precondition {
    /// No precondition: the last writer wins.
    pub const NONE: Self = Self { if_match: None, if_none_match: None };

    /// The record must still be in the state that `tag` names.
    #[must_use]
    pub fn matches(tag: Tag) -> Self {
        Self { if_match: Some(States::Tags(vec![tag])), if_none_match: None }
    }

    /// Tests a record's state; `None` stands for a record that is not there.
    pub(crate) fn check(&self, current: Option<&Tag>) -> Result<()> {
        let wanted = self.if_match.as_ref().is_none_or(|states| states.include(current));
        let unwanted = self.if_none_match.as_ref().is_some_and(|states| states.include(current));
        if wanted && !unwanted { Ok(()) } else { Err(Error::PreconditionFailed) }
    }
}
