//! The keys of one issuer: fetched before they are old, and when a token names one that is not known.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::fetch::Source;
use crate::figures::Counter;
use crate::jwt::jwks::Jwks;
use crate::model::timestamp::Timestamp;

/// How long a good set is used when no other can be had.
const KEPT: Duration = Duration::from_hours(24);

/// From which age on a set is fetched again in the background.
const OLD: Duration = Duration::from_mins(5);

/// Within which time two fetches may be caused by tokens.
const WINDOW: Duration = Duration::from_mins(1);

/// The last good key set of an issuer.
#[derive(Debug)]
pub(super) struct IssuerKeys {
    source: Source,
    state: Mutex<State>,
    /// Held by the one fetch that is under way.
    flight: tokio::sync::Mutex<()>,
    refreshed: Counter,
    failed: Counter,
}

#[derive(Debug, Default)]
struct State {
    good: Option<(Arc<Jwks>, Timestamp)>,
    /// How many fetches have ended.
    fetches: u64,
    /// When the last two fetches that tokens caused began, however they ended.
    caused_by_tokens: [Option<Timestamp>; 2],
}

impl IssuerKeys {
    pub(super) fn new(source: Source) -> Self {
        Self {
            source,
            state: Mutex::default(),
            flight: tokio::sync::Mutex::default(),
            refreshed: Counter::default(),
            failed: Counter::default(),
        }
    }

    /// How often the keys were had, and how often not.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.refreshed.read(), self.failed.read())
    }

    /// The keys, unless they are too old, and how many fetches there have been.
    pub(super) fn current(&self, now: Timestamp) -> (Option<Arc<Jwks>>, u64) {
        let state = self.state();
        let good = state.good.as_ref().filter(|(_, at)| now.since(*at) < KEPT);
        (good.map(|(keys, _)| Arc::clone(keys)), state.fetches)
    }

    /// Fetches the keys because of a token, which found nothing after `seen` fetches. Where one has ended since, or is
    /// under way, that one is enough; where two began within a minute, there is none.
    ///
    /// It goes on when the token's request is given up: a client that hangs up does not spoil it for the others.
    pub(super) async fn fetch_for_token(this: &Arc<Self>, seen: u64, now: Timestamp) {
        if !this.is_worth_waiting(seen, now) {
            return;
        }
        let this = Arc::clone(this);
        let fetch = tokio::spawn(async move {
            let _flight = this.flight.lock().await;
            if this.take_turn(seen, now) {
                this.fetch(now).await;
            }
        });
        if let Err(error) = fetch.await {
            tracing::error!(%error, "the fetch of an issuer's keys broke off");
        }
    }

    /// Fetches the keys where there are none, or old ones.
    pub(super) async fn fetch_if_old(this: &Arc<Self>, now: Timestamp) {
        let _flight = this.flight.lock().await;
        let is_fresh = this.state().good.as_ref().is_some_and(|(_, at)| distance(now, *at) < OLD);
        if !is_fresh {
            this.fetch(now).await;
        }
    }

    /// Whether a fetch may follow, or is under way.
    fn is_worth_waiting(&self, seen: u64, now: Timestamp) -> bool {
        let state = self.state();
        self.flight.try_lock().is_err() || (state.fetches == seen && state.has_turn(now))
    }

    /// Counts a fetch before it begins.
    fn take_turn(&self, seen: u64, now: Timestamp) -> bool {
        let mut state = self.state();
        let may = state.fetches == seen && state.has_turn(now);
        if may {
            state.caused_by_tokens = [state.caused_by_tokens[1], Some(now)];
        }
        may
    }

    async fn fetch(&self, now: Timestamp) {
        let fetched = self.source.fetch().await;
        let mut state = self.state();
        state.fetches += 1;
        match fetched {
            Ok(keys) => {
                state.good = Some((Arc::new(keys), now));
                self.refreshed.one();
            }
            Err(error) => {
                drop(state);
                self.failed.one();
                tracing::warn!(%error, source = %self.source, "the keys of an issuer could not be had");
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn has_turn(&self, now: Timestamp) -> bool {
        self.caused_by_tokens.iter().any(|began| began.is_none_or(|began| distance(now, began) >= WINDOW))
    }
}

/// How far two moments are apart, also when the clock went back between them.
fn distance(one: Timestamp, other: Timestamp) -> Duration {
    one.since(other).max(other.since(one))
}
