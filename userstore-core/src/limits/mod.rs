//! How often passwords may be tried, and accounts created.
//!
//! An attempt is taken before a password is hashed, and given back when it was right, or when it came to nothing. What is
//! counted where, and why, is told in docs/limits.md; the rule itself is in [`account`].

mod account;
mod key;
mod local;
mod pace;
mod shared;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use self::account::Terms;
use self::key::{Ids, Who};
use self::local::Local;
use self::pace::{Micros, Pace};
use self::shared::{Shared, Step};
use crate::clock::Clock;
use crate::config::{self, Rate};
use crate::error::{Error, Result};
use crate::redis::Link;

/// While Redis is away, a server does not know of the others: it allows this part of each limit.
const PART_ALONE: i64 = 4;

/// A limit that was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limit {
    /// Its name: `account`, `address` or `sign_up`.
    pub name: &'static str,
    /// How often it allows something, at once.
    pub quota: u32,
    /// The time in which as many more are allowed.
    pub window: Duration,
}

impl Limit {
    fn new(name: &'static str, rate: Rate) -> Self {
        Self { name, quota: rate.quota(), window: rate.window() }
    }
}

/// How fast what an attempt takes comes back.
#[derive(Debug, Clone, Copy)]
struct Paces {
    account: Option<Terms>,
    place: Pace,
}

impl Paces {
    fn divided(self, by: i64) -> Self {
        Self { account: self.account.map(|terms| terms.divided(by)), place: self.place.divided(by) }
    }
}

/// How long to wait for each limit; zero where there is nothing to wait for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Waits {
    account: Micros,
    place: Micros,
}

impl Waits {
    fn is_none(self) -> bool {
        self.account == 0 && self.place == 0
    }
}

/// The limits of a store.
#[derive(Debug)]
pub(crate) struct Limits {
    settings: config::Limits,
    clock: Clock,
    ids: Ids,
    sign_ins: Local,
    sign_ups: Local,
    shared: Option<Shared>,
}

/// An attempt that was taken. Dropped, it stays taken.
#[derive(Debug)]
#[must_use = "an attempt that came to nothing has to be given back"]
pub(crate) struct Attempt<'l>(Option<Taken<'l>>);

#[derive(Debug)]
struct Taken<'l> {
    limits: &'l Limits,
    who: Who,
    paces: Paces,
    /// Whether it was taken in Redis.
    is_shared: bool,
    /// Whether its address was known to the account.
    was_known: bool,
}

impl Limits {
    /// The limits of the store with this key, which is the same on all its servers if they share a Redis.
    pub(crate) fn new(settings: config::Limits, clock: Clock, key: &str, redis: Option<Arc<Link>>) -> Self {
        let shared = redis.map(|link| Shared::new(link, key));
        let ids = Ids::new(key.as_bytes());
        Self { settings, clock, ids, sign_ins: Local::default(), sign_ups: Local::default(), shared }
    }

    /// Takes an attempt at the password of an account, by a name in any spelling.
    ///
    /// # Errors
    /// [`Error::TooManyRequests`].
    pub(crate) async fn sign_in(&self, name: &str, address: Option<IpAddr>) -> Result<Attempt<'_>> {
        let config::Limits { sign_in_per_account, sign_in_per_ip, .. } = self.settings;
        let who = || Who { account: Some(self.ids.of_account(name)), place: address.map(|ip| self.ids.of_address(ip)) };
        let terms = Terms::new(Pace::of(sign_in_per_account));
        let paces = Paces { account: Some(terms), place: Pace::of(sign_in_per_ip) };
        self.take(who, paces, [Limit::new("account", sign_in_per_account), Limit::new("address", sign_in_per_ip)]).await
    }

    /// Takes an attempt to create an account.
    ///
    /// # Errors
    /// [`Error::TooManyRequests`].
    pub(crate) async fn sign_up(&self, address: Option<IpAddr>) -> Result<Attempt<'_>> {
        let rate = self.settings.sign_up_per_ip;
        let who = || Who { account: None, place: address.map(|ip| self.ids.of_address(ip)) };
        let paces = Paces { account: None, place: Pace::of(rate) };
        self.take(who, paces, [Limit::new("sign_up", rate); 2]).await
    }

    /// Forgets all that was tried on the account of this name, and from where: it begins anew.
    pub(crate) async fn forget(&self, name: &str) {
        if !self.settings.enabled {
            return;
        }
        let account = self.ids.of_account(name);
        self.sign_ins.forget(account);
        if let Some(shared) = &self.shared
            && let Err(error) = shared.forget(account).await
        {
            tracing::warn!(error = &error as &dyn std::error::Error, "attempts on an account were not forgotten");
        }
    }

    async fn take(&self, who: impl FnOnce() -> Who, paces: Paces, limits: [Limit; 2]) -> Result<Attempt<'_>> {
        if !self.settings.enabled {
            return Ok(Attempt(None));
        }
        let (who, now) = (who(), self.now());
        let asked = match &self.shared {
            Some(shared) => shared.ask(Step::Take, who, paces, now).await.ok(),
            None => None,
        };
        let is_shared = asked.is_some();
        // Whoever is alone for a moment is stricter.
        let paces = if is_shared || self.shared.is_none() { paces } else { paces.divided(PART_ALONE) };
        match asked.unwrap_or_else(|| self.local(who).take(who, paces, now)) {
            Ok(was_known) => Ok(Attempt(Some(Taken { limits: self, who, paces, is_shared, was_known }))),
            Err(waits) => {
                let limit = if waits.account >= waits.place { limits[0] } else { limits[1] };
                Err(Error::TooManyRequests { retry_after: pace::duration(waits.account.max(waits.place)), limit })
            }
        }
    }

    fn local(&self, who: Who) -> &Local {
        if who.account.is_some() { &self.sign_ins } else { &self.sign_ups }
    }

    fn now(&self) -> Micros {
        self.clock.now().as_millis().saturating_mul(1000)
    }
}

impl Attempt<'_> {
    /// Nothing was tried.
    pub(crate) async fn give_back(self) {
        self.settle(false).await;
    }

    /// The password was right.
    pub(crate) async fn succeed(self) {
        self.settle(true).await;
    }

    async fn settle(self, is_right: bool) {
        let Some(Taken { limits, who, paces, is_shared, was_known }) = self.0 else { return };
        let (local, now) = (limits.local(who), limits.now());
        match (is_shared, is_right) {
            (false, true) => return local.succeed(who, paces, now, was_known),
            (false, false) => return local.give_back(who, paces, now, was_known),
            // Should Redis be away tomorrow, the address is still known.
            (true, true) => local.know(who, paces, now),
            (true, false) => {}
        }
        let step = if is_right { Step::Succeed(was_known) } else { Step::GiveBack(was_known) };
        if let Some(shared) = &limits.shared
            && let Err(error) = shared.ask(step, who, paces, now).await
        {
            // It stays taken, until it comes back by itself.
            tracing::debug!(error = &error as &dyn std::error::Error, "an attempt was not given back");
        }
    }
}
