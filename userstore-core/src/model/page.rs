//! Lists, a page at a time.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use crate::error::{Error, Result, Violation};

/// Which page of a list is wanted: at most so many items, after the one that a cursor names.
///
/// Pages follow a key, not a count, so that a record added or removed between two pages neither hides nor repeats
/// another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    limit: u16,
    after: Option<Cursor>,
}

impl PageRequest {
    /// The most items a page can hold.
    pub const MAX_LIMIT: u16 = 1000;
    /// How many items a page holds when nothing is said.
    pub const DEFAULT_LIMIT: u16 = 50;

    /// The first page, of 50 items.
    #[must_use]
    pub const fn first() -> Self {
        Self { limit: Self::DEFAULT_LIMIT, after: None }
    }

    /// A page of at most `limit` items.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the limit is not from 1 to 1000.
    pub fn limit(mut self, limit: u16) -> Result<Self> {
        if !(1..=Self::MAX_LIMIT).contains(&limit) {
            return Err(Error::invalid(Violation::parameter("limit", "must be a number from 1 to 1000")));
        }
        self.limit = limit;
        Ok(self)
    }

    /// The page after the one that gave `cursor` as its [`next`](Page::next).
    #[must_use]
    pub fn after(mut self, cursor: Cursor) -> Self {
        self.after = Some(cursor);
        self
    }

    pub(crate) fn size(&self) -> usize {
        usize::from(self.limit)
    }

    /// The key after which the page starts, of a list of this kind.
    pub(crate) fn start(&self, kind: &str) -> Result<Option<String>> {
        self.after.as_ref().map(|cursor| cursor.key(kind)).transpose()
    }
}

impl Default for PageRequest {
    fn default() -> Self {
        Self::first()
    }
}

/// Where a page ended: opaque, valid for lists of the same kind, for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Cursor(String);

impl Cursor {
    pub(crate) fn new(kind: &str, key: &str) -> Self {
        Self(URL_SAFE_NO_PAD.encode(format!("{kind}:{key}")))
    }

    /// The cursor as text: URL-safe, to be handed back as it is.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn key(&self, kind: &str) -> Result<String> {
        URL_SAFE_NO_PAD
            .decode(&self.0)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .and_then(|text| Some(text.strip_prefix(kind)?.strip_prefix(':')?.to_owned()))
            .filter(|key| !key.is_empty() && !key.contains('\0'))
            .ok_or_else(Self::bad)
    }

    pub(crate) fn bad() -> Error {
        Error::invalid(Violation::parameter("after", "must be the `next` of an earlier page of the same list"))
    }
}

impl From<String> for Cursor {
    /// Takes any text; one that is no cursor is refused by the list it is used on.
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// The records, in the list's order.
    pub items: Vec<T>,
    /// Where the next page starts; `None` on the last one.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Makes a page of up to `size + 1` records: the one too many only tells that there is a next page.
    pub(crate) fn cut(mut items: Vec<T>, size: usize, cursor: impl Fn(&T) -> Cursor) -> Self {
        let more = items.len() > size;
        items.truncate(size);
        let next = items.last().filter(|_| more).map(cursor);
        Self { items, next }
    }
}
