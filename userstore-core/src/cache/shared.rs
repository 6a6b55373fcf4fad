//! What a cache that several servers share has to be able to do.
//!
//! Under a key is a record, a lease of whoever is loading the record from the database, or a bar of whoever is about
//! to change it there. A record is put only while the lease of its reader stands, and a writer takes away both before
//! it commits and, until it has answered, keeps others from putting anything; so what a late reader has loaded before a
//! change never comes back after it. Nothing depends on a lease or a bar staying: where it is lost, nothing is put, or
//! what was put is removed after the commit.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::error::Result;

pub(crate) type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// How long a lease stands.
pub(crate) const LEASE: Duration = Duration::from_secs(10);
/// How long a bar stands that nobody removes.
pub(crate) const BAR: Duration = Duration::from_secs(30);

/// What is under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Slot {
    /// A record.
    Found(Vec<u8>),
    /// Nothing.
    Empty,
    /// Somebody's lease or bar.
    Unsettled,
}

impl Slot {
    /// Reads what is under a key. What no server has written is somebody else's affair: it is left where it is.
    pub(crate) fn read(value: Option<Vec<u8>>) -> Self {
        let Some(mut value) = value else { return Self::Empty };
        if value.first() == Some(&RECORD) {
            value.remove(0);
            Self::Found(value)
        } else {
            Self::Unsettled
        }
    }
}

/// What begins a record.
const RECORD: u8 = b'R';
/// What begins a lease.
const LEASE_OF: char = 'L';
/// What begins a bar.
const BAR_OF: char = 'B';

/// A record as it is kept.
pub(super) fn record(record: &[u8]) -> Vec<u8> {
    [&[RECORD], record].concat()
}

/// Tells one holder of a lease or a bar from all others: random bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark(pub(crate) u128);

impl Mark {
    /// Its lease as it is kept.
    pub(super) fn lease(self) -> String {
        format!("{LEASE_OF}{:032x}", self.0)
    }

    /// Its bar as it is kept.
    pub(super) fn bar(self) -> String {
        format!("{BAR_OF}{:032x}", self.0)
    }

    /// Whether something kept is the bar of another.
    pub(super) fn is_barred_by_another(self, value: &[u8]) -> bool {
        value.first().is_some_and(|first| char::from(*first) == BAR_OF) && value != self.bar().as_bytes()
    }
}

/// A cache that several servers share. Every operation fails with `Error::Unavailable` when it cannot be reached in
/// time.
pub(crate) trait SharedCache: std::fmt::Debug + Send + Sync {
    /// What is under each of these keys, in one round trip.
    fn get<'a>(&'a self, keys: &'a [String]) -> Answer<'a, Vec<Slot>>;

    /// Takes the lease of a key under which there is nothing; `false` when there is something by now.
    fn lease<'a>(&'a self, key: &'a str, mark: Mark) -> Answer<'a, bool>;

    /// Puts a record in the place of this lease; where the lease does not stand any more, does nothing.
    fn put<'a>(&'a self, key: &'a str, mark: Mark, record: &'a [u8]) -> Answer<'a, ()>;

    /// Puts a bar under each of these keys, whatever is there.
    fn bar<'a>(&'a self, keys: &'a [String], mark: Mark) -> Answer<'a, ()>;

    /// Removes what is under each of these keys, but for the bar of somebody else.
    fn clear<'a>(&'a self, keys: &'a [String], mark: Mark) -> Answer<'a, ()>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_told_apart_by_its_first_byte() {
        let (own, other) = (Mark(1), Mark(u128::MAX));
        assert_eq!(Slot::read(None), Slot::Empty);
        assert_eq!(Slot::read(Some(record(b"LB"))), Slot::Found(b"LB".to_vec()));
        assert_eq!(Slot::read(Some(record(b""))), Slot::Found(Vec::new()));
        for unsettled in [own.lease().into_bytes(), own.bar().into_bytes(), b"".to_vec(), b"something".to_vec()] {
            assert_eq!(Slot::read(Some(unsettled)), Slot::Unsettled);
        }
        assert_eq!((own.bar().len(), other.bar().len()), (33, 33));
        assert!(own.is_barred_by_another(other.bar().as_bytes()) && other.is_barred_by_another(own.bar().as_bytes()));
        for free in [own.bar(), other.lease(), String::new(), "RB".to_owned()] {
            assert!(!own.is_barred_by_another(free.as_bytes()), "{free}");
        }
    }
}
