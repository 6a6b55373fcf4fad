//! What is counted where it happens.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{CacheFigures, SignIns};
use crate::error::{Error, Result};

/// A number that goes up.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn one(&self) {
        self.add(1);
    }

    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a store counts besides what its parts count themselves.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) sign_ins: SignInCounts,
    pub(crate) log_ins: SignInCounts,
    pub(crate) sessions_opened: Counter,
    pub(crate) sessions_ended: Counter,
}

/// What came of names and passwords.
#[derive(Debug, Default)]
pub(crate) struct SignInCounts {
    succeeded: Counter,
    invalid_credentials: Counter,
    account_blocked: Counter,
    too_many_requests: Counter,
    refused: Counter,
    unavailable: Counter,
}

impl SignInCounts {
    /// Counts what came of one.
    pub(crate) fn count<T>(&self, result: &Result<T>) {
        let counter = match result {
            Ok(_) => &self.succeeded,
            Err(Error::InvalidCredentials) => &self.invalid_credentials,
            Err(Error::AccountBlocked) => &self.account_blocked,
            Err(Error::TooManyRequests { .. }) => &self.too_many_requests,
            Err(Error::Busy { .. } | Error::Unavailable { .. }) => &self.unavailable,
            Err(_) => &self.refused,
        };
        counter.one();
    }

    pub(crate) fn read(&self) -> SignIns {
        SignIns {
            succeeded: self.succeeded.read(),
            invalid_credentials: self.invalid_credentials.read(),
            account_blocked: self.account_blocked.read(),
            too_many_requests: self.too_many_requests.read(),
            refused: self.refused.read(),
            unavailable: self.unavailable.read(),
        }
    }
}

/// What was looked for in a cache, by kind.
#[derive(Debug, Default)]
pub(crate) struct Lookups {
    pub(crate) session: Lookup,
    pub(crate) user: Lookup,
    pub(crate) member: Lookup,
    pub(crate) access_token: Lookup,
    pub(crate) signing_keys: Lookup,
}

/// Whether what was looked for was there.
#[derive(Debug, Default)]
pub(crate) struct Lookup {
    pub(crate) hits: Counter,
    pub(crate) misses: Counter,
}

impl Lookup {
    /// Counts one, and gives what was found.
    pub(crate) fn of<T>(&self, found: Option<T>) -> Option<T> {
        if found.is_some() {
            self.hits.one();
        } else {
            self.misses.one();
        }
        found
    }
}

impl Lookups {
    pub(crate) fn read(&self) -> Vec<CacheFigures> {
        let Self { session, user, member, access_token, signing_keys } = self;
        let of =
            |record, lookup: &Lookup| CacheFigures { record, hits: lookup.hits.read(), misses: lookup.misses.read() };
        vec![
            of("session", session),
            of("user", user),
            of("member", member),
            of("access_token", access_token),
            of("signing_keys", signing_keys),
        ]
    }
}
