//! What is kept of the attempts on one account, and the rule by which one more is allowed. In Redis, attempt.lua is this
//! rule once more; a test holds them against each other.

use super::pace::{DAY, HOUR, MINUTE, Micros, Pace, SECOND};

/// How long one failure counts towards the most that are ever verified.
pub(super) const WINDOW: Micros = 15 * MINUTE;
/// The most consecutive failures that are verified before there is one more for each window (NIST SP 800-63B-4, section
/// 3.2.2).
pub(super) const MOST: i64 = 100;
/// Of each budget that strangers share, what is left for addresses that have not failed on the account.
pub(super) const KEPT: i64 = 2;
/// How long an address is remembered for having failed; and how long once half of [`MOST`] is used up.
pub(super) const MEMORY: Micros = HOUR;
pub(super) const LONG_MEMORY: Micros = DAY;
/// How long an address is known to an account from which its password was right.
pub(super) const KNOWN_FOR: Micros = 30 * DAY;
/// How many such addresses an account has.
pub(super) const MOST_KNOWN: usize = 5;
/// How many other addresses are remembered of an account.
pub(super) const MOST_STRANGERS: usize = 64;
/// The first wait of the lock, which doubles with each failure, and the last.
pub(super) const LOCK: Micros = 30 * SECOND;
pub(super) const LONGEST_LOCK: Micros = WINDOW;
/// What an address that is known may fail before the longest lock, once [`MOST`] is used up.
pub(super) const LAST_TRIES: i64 = 3;

/// How fast each budget of an account comes back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    /// Of each lane, and of all strangers together.
    pub(super) pace: Pace,
    /// Of the failures that are ever verified.
    pub(super) failures: Pace,
}

impl Terms {
    pub(super) fn new(pace: Pace) -> Self {
        Self { pace, failures: Pace { interval: WINDOW, burst: MOST } }
    }

    pub(super) fn divided(self, by: i64) -> Self {
        let failures = Pace { burst: self.failures.burst / by, ..self.failures };
        Self { pace: self.pace.divided(by), failures }
    }

    /// What is kept for newcomers of the budget that strangers share.
    pub(super) fn kept(self) -> i64 {
        (self.pace.burst / 5).min(KEPT)
    }
}

/// The attempts of one address on one account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Lane {
    pub(super) whole_at: Micros,
    /// Attempts that failed, or are not decided yet, since the last right password.
    pub(super) failures: i64,
    /// Until when it is locked.
    pub(super) until: Micros,
    /// When it was last used.
    pub(super) touched: Micros,
    /// When a password was last right; zero where none was.
    pub(super) known: Micros,
}

impl Lane {
    fn is_known(&self, now: Micros) -> bool {
        self.known > 0 && now - self.known < KNOWN_FOR
    }

    /// The failures that count still: one fewer for every window that nothing was tried in.
    fn failures(&self, now: Micros) -> i64 {
        (self.failures - (now - self.touched).max(0) / WINDOW).max(0)
    }
}

/// All attempts on one account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Account {
    /// When the budget is whole again that strangers share.
    pub(super) strangers: Micros,
    /// When all failures are forgotten.
    pub(super) failures: Micros,
    /// By address.
    pub(super) lanes: Vec<(u64, Lane)>,
}

impl Account {
    /// How long the address has to wait before it may try a password; zero where it may now. Nothing is taken.
    pub(super) fn wait(&self, terms: Terms, now: Micros, address: u64) -> Micros {
        let found = self.lane(terms, now, address);
        let lane = found.unwrap_or_default();
        let own = terms.pace.wait(lane.whole_at, now, 0).max(lane.until - now);
        if lane.is_known(now) {
            return own.max(0);
        }
        let is_new = found.is_none();
        let is_attacked = terms.failures.used(self.failures, now) >= terms.pace.burst;
        let kept = if is_attacked && !is_new { terms.kept() } else { 0 };
        let shared = terms.pace.wait(self.strangers, now, kept);
        let ever = terms.failures.wait(self.failures, now, if is_new { 0 } else { KEPT });
        own.max(shared).max(ever)
    }

    /// Takes one attempt of an address that need not wait, and says whether it is known.
    pub(super) fn take(&mut self, terms: Terms, now: Micros, address: u64) -> bool {
        let mut lane = self.lane(terms, now, address).unwrap_or_default();
        let is_known = lane.is_known(now);
        let is_spent = terms.failures.wait(self.failures, now, KEPT) > 0;
        lane.failures = lane.failures(now) + 1;
        lane.until = match lock(terms, lane.failures, is_spent && is_known) {
            0 => 0,
            wait => now + wait,
        };
        lane.whole_at = terms.pace.take(lane.whole_at, now);
        lane.touched = now;
        if !is_known {
            self.strangers = terms.pace.take(self.strangers, now);
        }
        self.failures = terms.failures.take(self.failures, now);
        self.put(terms, now, address, lane);
        is_known
    }

    /// Gives an attempt back that came to nothing; it says whether its address was known when it was taken.
    pub(super) fn give_back(&mut self, terms: Terms, now: Micros, address: u64, was_known: bool) {
        self.give_back_to_strangers(terms, was_known);
        self.failures -= terms.failures.interval;
        let Some(mut lane) = self.lane(terms, now, address) else { return };
        lane.whole_at -= terms.pace.interval;
        lane.failures = (lane.failures - 1).max(0);
        lane.until = 0;
        if lane.failures == 0 && !lane.is_known(now) {
            self.lanes.retain(|(other, _)| *other != address);
        } else {
            self.put(terms, now, address, lane);
        }
    }

    /// Gives an attempt back whose password was right. What had failed before is over, and the address is known.
    pub(super) fn succeed(&mut self, terms: Terms, now: Micros, address: u64, was_known: bool) {
        self.give_back_to_strangers(terms, was_known);
        self.failures = 0;
        let whole_at = self.lane(terms, now, address).unwrap_or_default().whole_at - terms.pace.interval;
        self.put(terms, now, address, Lane { whole_at, failures: 0, until: 0, touched: now, known: now });
    }

    /// Notes that a password was right from an address.
    pub(super) fn know(&mut self, terms: Terms, now: Micros, address: u64) {
        let lane = self.lane(terms, now, address).unwrap_or_default();
        self.put(terms, now, address, Lane { touched: now, known: now, ..lane });
    }

    /// Whether nothing of it matters any more.
    pub(super) fn is_over(&self, now: Micros) -> bool {
        !self.binds(now) && self.lanes.iter().all(|(_, lane)| !lane.is_known(now) && now - lane.touched >= LONG_MEMORY)
    }

    /// Whether it holds anybody up, or counts a failure: to forget it would open what was shut.
    pub(super) fn binds(&self, now: Micros) -> bool {
        self.strangers > now
            || self.failures > now
            || self.lanes.iter().any(|(_, lane)| lane.until > now || lane.whole_at > now)
    }

    fn give_back_to_strangers(&mut self, terms: Terms, was_known: bool) {
        if !was_known {
            self.strangers -= terms.pace.interval;
        }
    }

    fn lane(&self, terms: Terms, now: Micros, address: u64) -> Option<Lane> {
        let found = self.lanes.iter().find(|(other, _)| *other == address);
        found.map(|(_, lane)| *lane).filter(|lane| self.is_remembered(terms, now, lane))
    }

    fn is_remembered(&self, terms: Terms, now: Micros, lane: &Lane) -> bool {
        let is_long = terms.failures.used(self.failures, now) * 2 > terms.failures.burst;
        lane.is_known(now) || now - lane.touched < if is_long { LONG_MEMORY } else { MEMORY }
    }

    fn put(&mut self, terms: Terms, now: Micros, address: u64, lane: Lane) {
        let mut lanes = std::mem::take(&mut self.lanes);
        lanes.retain(|(other, lane)| *other != address && self.is_remembered(terms, now, lane));
        lanes.push((address, lane));
        forget_oldest(&mut lanes, MOST_KNOWN, |lane| lane.is_known(now), |lane| lane.known);
        forget_oldest(&mut lanes, MOST_STRANGERS, |lane| !lane.is_known(now), |lane| lane.touched);
        // Most have one.
        lanes.shrink_to_fit();
        self.lanes = lanes;
    }
}

/// How long an address is locked out with this many failures.
fn lock(terms: Terms, failures: i64, is_at_its_last: bool) -> Micros {
    if is_at_its_last {
        return if failures >= LAST_TRIES { LONGEST_LOCK } else { 0 };
    }
    match failures - terms.pace.burst {
        ..=0 => 0,
        more => LOCK
            .checked_shl(u32::try_from(more - 1).unwrap_or(u32::MAX).min(16))
            .unwrap_or(LONGEST_LOCK)
            .min(LONGEST_LOCK),
    }
}

/// Removes one of those that `counts`, the oldest, where there are more than `most`: one more at a time comes in.
fn forget_oldest(
    lanes: &mut Vec<(u64, Lane)>,
    most: usize,
    counts: impl Fn(&Lane) -> bool,
    age: impl Fn(&Lane) -> Micros,
) {
    let those = lanes.iter().filter(|(_, lane)| counts(lane));
    if those.clone().count() <= most {
        return;
    }
    let oldest = those.min_by_key(|(address, lane)| (age(lane), *address)).map(|(address, _)| *address);
    lanes.retain(|(address, _)| Some(*address) != oldest);
}
