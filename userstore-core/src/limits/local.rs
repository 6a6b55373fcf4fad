//! The attempts that this process knows of, in memory that does not grow with the number of names.
//!
//! Each table has a fixed number of places. When they are all taken, what matters no more makes room, then what only
//! makes things easier for somebody (an address that is known, one that has failed long ago). What holds somebody up is
//! never forgotten before its time: whoever finds no place shares one with all others who find none. So a flood of names
//! or addresses makes it stricter, and opens nothing.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::account::{Account, Terms};
use super::key::{Id, Who};
use super::pace::{Micros, SECOND};
use super::{Paces, Waits};

/// The tables are cut into so many parts, each behind a lock of its own.
const PARTS: usize = 16;
/// How many names a process can tell apart, and how many addresses.
const PLACES: usize = 131_072;

/// What a table keeps.
trait Kept: Default + PartialEq {
    /// Whether it is as if it had never been.
    fn is_over(&self, now: Micros) -> bool;

    /// Whether forgetting it would open what is shut.
    fn binds(&self, now: Micros) -> bool;
}

impl Kept for Account {
    fn is_over(&self, now: Micros) -> bool {
        self.is_over(now)
    }

    fn binds(&self, now: Micros) -> bool {
        self.binds(now)
    }
}

/// When the limit of an address is whole again.
impl Kept for Micros {
    fn is_over(&self, now: Micros) -> bool {
        *self <= now
    }

    fn binds(&self, now: Micros) -> bool {
        *self > now
    }
}

#[derive(Debug, Default)]
struct Part<V> {
    kept: HashMap<Id, V>,
    /// What those share who find no place.
    shared: V,
    /// When room was made last.
    swept: Micros,
}

#[derive(Debug)]
struct Table<V> {
    parts: Vec<Mutex<Part<V>>>,
    places: usize,
}

impl<V: Kept> Table<V> {
    fn new(places: usize) -> Self {
        Self { parts: (0..PARTS).map(|_| Mutex::default()).collect(), places: places.div_ceil(PARTS) }
    }

    fn part(&self, id: Id) -> MutexGuard<'_, Part<V>> {
        self.parts[id.part(PARTS)].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works on what is kept under this id, or on what is shared, if the second argument says so.
    fn with<T>(&self, id: Id, now: Micros, work: impl FnOnce(&mut V, bool) -> T) -> T {
        let mut part = self.part(id);
        if let Some(value) = part.kept.get_mut(&id) {
            return work(value, false);
        }
        if part.kept.len() >= self.places {
            part.make_room(self.places, now);
        }
        if part.kept.len() >= self.places {
            return work(&mut part.shared, true);
        }
        let mut value = V::default();
        let answer = work(&mut value, false);
        if value != V::default() {
            part.kept.insert(id, value);
        }
        answer
    }
}

impl<V: Kept> Part<V> {
    fn make_room(&mut self, places: usize, now: Micros) {
        // A look at everything, which a flood must not have for each of its names.
        if (self.swept..self.swept + SECOND).contains(&now) {
            return;
        }
        self.swept = now;
        self.kept.retain(|_, value| !value.is_over(now));
        if self.kept.len() >= places {
            self.kept.retain(|_, value| value.binds(now));
        }
    }
}

/// What this process knows of.
#[derive(Debug)]
pub(super) struct Local {
    accounts: Table<Account>,
    places: Table<Micros>,
}

impl Default for Local {
    fn default() -> Self {
        Self::with_places(PLACES)
    }
}

impl Local {
    fn with_places(places: usize) -> Self {
        Self { accounts: Table::new(places), places: Table::new(places) }
    }

    pub(super) fn forget(&self, account: Id) {
        self.accounts.part(account).kept.remove(&account);
    }

    /// Takes one attempt, and says whether its address is known; or says how long to wait, and takes nothing.
    pub(super) fn take(&self, who: Who, paces: Paces, now: Micros) -> Result<bool, Waits> {
        let (mut waits, mut is_known) = (Waits::default(), false);
        // The address is held while the account is looked at: both are taken, or neither.
        let mut of_account = |waits: &mut Waits| {
            self.account(who, paces, now, |account, terms, _| {
                waits.account = account.wait(terms, now, who.address());
                if waits.is_none() {
                    is_known = account.take(terms, now, who.address());
                }
            });
        };
        if who.place.is_none() {
            of_account(&mut waits);
        }
        self.place(who, now, |whole_at| {
            waits.place = paces.place.wait(*whole_at, now, 0);
            of_account(&mut waits);
            if waits.is_none() {
                *whole_at = paces.place.take(*whole_at, now);
            }
        });
        if waits.is_none() { Ok(is_known) } else { Err(waits) }
    }

    /// Remembers that a password was right from this address, which another one than this has counted.
    pub(super) fn know(&self, who: Who, paces: Paces, now: Micros) {
        self.account(who, paces, now, |account, terms, is_shared| {
            if !is_shared {
                account.know(terms, now, who.address());
            }
        });
    }

    pub(super) fn give_back(&self, who: Who, paces: Paces, now: Micros, was_known: bool) {
        self.account(who, paces, now, |account, terms, _| account.give_back(terms, now, who.address(), was_known));
        self.give_back_place(who, paces, now);
    }

    pub(super) fn succeed(&self, who: Who, paces: Paces, now: Micros, was_known: bool) {
        self.account(who, paces, now, |account, terms, is_shared| {
            if is_shared {
                // What one of many has right excuses none of the others.
                account.give_back(terms, now, who.address(), was_known);
            } else {
                account.succeed(terms, now, who.address(), was_known);
            }
        });
        self.give_back_place(who, paces, now);
    }

    fn give_back_place(&self, who: Who, paces: Paces, now: Micros) {
        self.place(who, now, |whole_at| {
            if *whole_at > now {
                *whole_at -= paces.place.interval;
            }
        });
    }

    fn account(&self, who: Who, paces: Paces, now: Micros, work: impl FnOnce(&mut Account, Terms, bool)) {
        if let (Some(id), Some(terms)) = (who.account, paces.account) {
            self.accounts.with(id, now, |account, is_shared| work(account, terms, is_shared));
        }
    }

    fn place(&self, who: Who, now: Micros, work: impl FnOnce(&mut Micros)) {
        if let Some(id) = who.place {
            self.places.with(id, now, |whole_at, _| work(whole_at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::key::Ids;
    use crate::limits::pace::Pace;

    const NOW: Micros = 1_763_645_897_000_000;

    fn who(ids: &Ids, number: u32) -> Who {
        // Any name will do; addresses are told apart faster.
        let id = |number: u32| Some(ids.of_address(std::net::Ipv4Addr::from(number).into()));
        Who { account: id(u32::MAX - number), place: id(number) }
    }

    fn paces() -> Paces {
        let [account, place] = ["10/m", "60/m"].map(|rate| Pace::of(rate.parse().unwrap()));
        Paces { account: Some(Terms::new(account)), place }
    }

    fn len<V>(table: &Table<V>) -> usize {
        table.parts.iter().map(|part| part.lock().unwrap().kept.len()).sum()
    }

    #[test]
    fn a_million_names_take_no_more_room_than_there_is() {
        let (local, ids) = (Local::default(), Ids::new(b"store"));
        let refused = (0..1_000_000).filter(|number| local.take(who(&ids, *number), paces(), NOW).is_err()).count();
        assert!(len(&local.accounts) <= PLACES && len(&local.places) <= PLACES);
        assert!(refused >= 1_000_000 - PLACES - PARTS * 10, "{refused}");
        // Those that were counted before are counted still.
        let first = who(&ids, 0);
        assert_eq!((0..20).filter(|_| local.take(first, paces(), NOW).is_ok()).count(), 9);
    }

    #[test]
    fn a_flood_makes_nobody_forget_what_is_shut() {
        let (local, ids) = (Local::with_places(160), Ids::new(b"store"));
        let alice = who(&ids, 0);
        assert_eq!((0..20).filter(|_| local.take(alice, paces(), NOW).is_ok()).count(), 10);
        for second in 0..600 {
            let now = NOW + second * SECOND / 100;
            let _refused = local.take(who(&ids, 1 + u32::try_from(second).unwrap()), paces(), now);
            assert!(local.take(alice, paces(), now + SECOND / 200).is_err());
        }
        // Once it is over, there is room again.
        let later = NOW + 3600 * SECOND;
        let served = (1000..1100).filter(|number| local.take(who(&ids, *number), paces(), later).is_ok()).count();
        assert_eq!(served, 100);
    }

    /// Those who share a place cannot excuse each other.
    #[test]
    fn a_right_password_opens_nothing_for_others_without_a_place() {
        let (local, ids) = (Local::with_places(0), Ids::new(b"store"));
        let own = who(&ids, 0);
        // Of the same part, and so of the same share.
        let part = |who: Who| who.account.map(|id| id.part(PARTS));
        let other = (1..1000).map(|number| who(&ids, number)).find(|who| part(*who) == part(own)).unwrap();
        let mut tested = 0;
        for _ in 0..100 {
            if local.take(own, paces(), NOW).is_ok() {
                local.succeed(own, paces(), NOW, false);
            }
            tested += usize::from(local.take(Who { place: own.place, ..other }, paces(), NOW).is_ok());
        }
        assert_eq!(tested, 10);
    }
}
