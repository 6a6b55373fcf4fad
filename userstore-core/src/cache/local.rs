//! The cache in this process.

use std::sync::{Arc, RwLock};
use std::time::Duration;

use moka::sync::Cache as Map;

use crate::database::Stale;
use crate::model::id::UserId;
use crate::model::session::{Session, TokenHash};
use crate::model::user::User;

/// The most sessions that are remembered.
const SESSIONS: u64 = 50_000;
/// The most bytes of users that are remembered, by estimate.
const USER_BYTES: u64 = 24 * 1024 * 1024;

/// Live users and sessions, forgotten as soon as they change. Clones share them.
///
/// What a reader has loaded may be older than what a writer has committed meanwhile. So a reader takes a [`Ticket`]
/// before it loads, and what it then remembers is dropped if anything was forgotten since: an old record never comes
/// back.
#[derive(Debug, Clone)]
pub(crate) struct Cache(Option<Arc<Shelves>>);

#[derive(Debug)]
struct Shelves {
    sessions: Map<TokenHash, Arc<Session>>,
    users: Map<UserId, Arc<User>>,
    /// How many times something was forgotten.
    forgotten: RwLock<u64>,
}

/// The moment before a load.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticket(u64);

impl Cache {
    /// A cache that remembers for `ttl` at most.
    pub(crate) fn new(ttl: Duration) -> Self {
        let weigh = |_: &UserId, user: &Arc<User>| 512 + u32::try_from(user.data.size()).unwrap_or(u32::MAX / 2);
        Self(Some(Arc::new(Shelves {
            sessions: Map::builder().max_capacity(SESSIONS).time_to_live(ttl).build(),
            users: Map::builder().max_capacity(USER_BYTES).weigher(weigh).time_to_live(ttl).build(),
            forgotten: RwLock::new(0),
        })))
    }

    /// A cache that remembers nothing.
    pub(crate) fn off() -> Self {
        Self(None)
    }

    pub(crate) fn session(&self, hash: &TokenHash) -> Option<Arc<Session>> {
        self.0.as_ref()?.sessions.get(hash)
    }

    pub(crate) fn user(&self, id: &UserId) -> Option<Arc<User>> {
        self.0.as_ref()?.users.get(id)
    }

    /// To be taken before a load.
    pub(crate) fn ticket(&self) -> Ticket {
        Ticket(self.0.as_ref().map_or(0, |shelves| *read(&shelves.forgotten)))
    }

    /// Remembers what was loaded since the ticket was taken.
    pub(crate) fn remember(&self, ticket: Ticket, hash: TokenHash, session: &Arc<Session>, user: &Arc<User>) {
        let Some(shelves) = &self.0 else { return };
        let forgotten = read(&shelves.forgotten);
        if *forgotten == ticket.0 {
            shelves.sessions.insert(hash, Arc::clone(session));
            shelves.users.insert(user.id, Arc::clone(user));
        }
    }

    /// Forgets what a write has made stale.
    pub(crate) fn forget(&self, stale: &Stale) {
        if stale.user.is_none() && stale.sessions.is_empty() {
            return;
        }
        self.change(|shelves| {
            if let Some(user) = &stale.user {
                shelves.users.invalidate(user);
            }
            for session in &stale.sessions {
                shelves.sessions.invalidate(session);
            }
        });
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.change(|shelves| {
            shelves.sessions.invalidate_all();
            shelves.users.invalidate_all();
        });
    }

    fn change(&self, forget: impl FnOnce(&Shelves)) {
        let Some(shelves) = &self.0 else { return };
        let mut forgotten = shelves.forgotten.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        *forgotten += 1;
        forget(shelves);
    }
}

fn read(lock: &RwLock<u64>) -> std::sync::RwLockReadGuard<'_, u64> {
    lock.read().unwrap_or_else(std::sync::PoisonError::into_inner)
}
