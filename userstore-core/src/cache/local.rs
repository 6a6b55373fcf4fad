//! The cache in this process.

use std::sync::{Arc, RwLock};
use std::time::Duration;

use moka::sync::Cache as Map;

use crate::database::Stale;
use crate::model::id::UserId;
use crate::model::member::{Member, MemberId};
use crate::model::session::{Session, TokenHash};
use crate::model::user::User;

/// The most sessions that are remembered.
const SESSIONS: u64 = 50_000;
/// The most bytes of users that are remembered, by estimate.
const USER_BYTES: u64 = 24 * 1024 * 1024;
/// The most bytes of members that are remembered, by estimate.
const MEMBER_BYTES: u64 = 16 * 1024 * 1024;

/// Live users and sessions, and members, forgotten as soon as they change. Clones share them.
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
    members: Map<MemberId, Arc<Member>>,
    /// How many times something was forgotten.
    forgotten: RwLock<u64>,
}

/// The moment before a load.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticket(u64);

impl Cache {
    /// A cache that remembers for `ttl` at most.
    pub(crate) fn new(ttl: Duration) -> Self {
        let weigh_user = |_: &UserId, user: &Arc<User>| 512 + u32::try_from(user.data.size()).unwrap_or(u32::MAX / 2);
        let weigh_member = |_: &MemberId, member: &Arc<Member>| weigh(member);
        Self(Some(Arc::new(Shelves {
            sessions: Map::builder().max_capacity(SESSIONS).time_to_live(ttl).build(),
            users: Map::builder().max_capacity(USER_BYTES).weigher(weigh_user).time_to_live(ttl).build(),
            members: Map::builder().max_capacity(MEMBER_BYTES).weigher(weigh_member).time_to_live(ttl).build(),
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

    pub(crate) fn member(&self, id: MemberId) -> Option<Arc<Member>> {
        self.0.as_ref()?.members.get(&id)
    }

    /// To be taken before a load.
    pub(crate) fn ticket(&self) -> Ticket {
        Ticket(self.0.as_ref().map_or(0, |shelves| *read(&shelves.forgotten)))
    }

    /// Remembers what was loaded since the ticket was taken.
    pub(crate) fn remember(&self, ticket: Ticket, hash: TokenHash, session: &Arc<Session>, user: &Arc<User>) {
        self.keep(ticket, |shelves| {
            shelves.sessions.insert(hash, Arc::clone(session));
            shelves.users.insert(user.id, Arc::clone(user));
        });
    }

    /// Remembers a member that was loaded since the ticket was taken.
    pub(crate) fn remember_member(&self, ticket: Ticket, member: &Arc<Member>) {
        self.keep(ticket, |shelves| shelves.members.insert(member.member_id, Arc::clone(member)));
    }

    /// Forgets what a write has made stale.
    pub(crate) fn forget(&self, stale: &Stale) {
        if stale.is_empty() {
            return;
        }
        self.change(|shelves| {
            if let Some(user) = &stale.user {
                shelves.users.invalidate(user);
            }
            for session in &stale.sessions {
                shelves.sessions.invalidate(session);
            }
            if let Some(member) = &stale.member {
                shelves.members.invalidate(member);
            }
        });
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.change(|shelves| {
            shelves.sessions.invalidate_all();
            shelves.users.invalidate_all();
            shelves.members.invalidate_all();
        });
    }

    /// Lets nothing be forgotten between the look at the ticket and the keeping.
    fn keep(&self, ticket: Ticket, insert: impl FnOnce(&Shelves)) {
        let Some(shelves) = &self.0 else { return };
        let forgotten = read(&shelves.forgotten);
        if *forgotten == ticket.0 {
            insert(shelves);
        }
    }

    fn change(&self, forget: impl FnOnce(&Shelves)) {
        let Some(shelves) = &self.0 else { return };
        let mut forgotten = shelves.forgotten.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        *forgotten += 1;
        forget(shelves);
    }
}

fn weigh(member: &Member) -> u32 {
    let texts = [Some(&member.name), member.email.as_ref(), member.phone.as_ref()];
    let bytes: usize = texts.into_iter().flatten().map(String::len).sum();
    256 + u32::try_from(bytes).unwrap_or(u32::MAX / 2)
}

fn read(lock: &RwLock<u64>) -> std::sync::RwLockReadGuard<'_, u64> {
    lock.read().unwrap_or_else(std::sync::PoisonError::into_inner)
}
