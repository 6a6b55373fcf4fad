//! The cache in this process.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use moka::sync::Cache as Map;

use crate::database::Stale;
use crate::figures::Lookups;
use crate::model::id::UserId;
use crate::model::member::{Member, MemberId};
use crate::model::session::{Session, TokenHash};
use crate::model::user::User;
use crate::op::{KnownKeys, Verified};

/// The most sessions that are remembered.
const SESSIONS: u64 = 50_000;
/// The most bytes of users that are remembered, by estimate.
const USER_BYTES: u64 = 24 * 1024 * 1024;
/// The most bytes of members that are remembered, by estimate.
const MEMBER_BYTES: u64 = 16 * 1024 * 1024;

/// The most access tokens that are remembered as verified.
const TOKENS: u64 = 20_000;

/// Live users and sessions, members, and signing keys, forgotten as soon as they change. Clones share them.
///
/// What a reader has loaded may be older than what a writer has committed meanwhile. So a reader takes a [`Ticket`]
/// before it loads, and what it then remembers is dropped if anything was forgotten since: an old record never comes
/// back.
#[derive(Debug, Clone)]
pub(crate) struct Local(Arc<Shelves>);

#[derive(Debug)]
struct Shelves {
    sessions: Map<TokenHash, Arc<Session>>,
    users: Map<UserId, Arc<User>>,
    members: Map<MemberId, Arc<Member>>,
    /// Access tokens that were verified. Whether their key and their user still stand is told elsewhere.
    tokens: Map<TokenHash, Arc<Verified>>,
    keys: RwLock<Option<Arc<KnownKeys>>>,
    /// How many times something was forgotten.
    forgotten: RwLock<u64>,
    lookups: Lookups,
}

/// The moment before a load.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticket(u64);

impl Local {
    /// Remembers for `ttl` at most.
    pub(crate) fn new(ttl: Duration) -> Self {
        let weigh_user = |_: &UserId, user: &Arc<User>| 512 + u32::try_from(user.data.size()).unwrap_or(u32::MAX / 2);
        let weigh_member = |_: &MemberId, member: &Arc<Member>| weigh(member);
        Self(Arc::new(Shelves {
            sessions: Map::builder().max_capacity(SESSIONS).time_to_live(ttl).build(),
            users: Map::builder().max_capacity(USER_BYTES).weigher(weigh_user).time_to_live(ttl).build(),
            members: Map::builder().max_capacity(MEMBER_BYTES).weigher(weigh_member).time_to_live(ttl).build(),
            tokens: Map::builder().max_capacity(TOKENS).time_to_live(ttl).build(),
            keys: RwLock::new(None),
            forgotten: RwLock::new(0),
            lookups: Lookups::default(),
        }))
    }

    /// A session, and its user.
    pub(crate) fn session(&self, hash: &TokenHash) -> Option<(Arc<User>, Arc<Session>)> {
        let session = self.0.sessions.get(hash);
        let known = session.and_then(|session| Some((self.0.users.get(&session.user_id)?, session)));
        self.0.lookups.session.of(known)
    }

    pub(crate) fn user(&self, id: &UserId) -> Option<Arc<User>> {
        self.0.lookups.user.of(self.0.users.get(id))
    }

    pub(crate) fn member(&self, id: MemberId) -> Option<Arc<Member>> {
        self.0.lookups.member.of(self.0.members.get(&id))
    }

    pub(crate) fn keys(&self) -> Option<Arc<KnownKeys>> {
        self.0.lookups.signing_keys.of(read(&self.0.keys).clone())
    }

    pub(crate) fn token(&self, hash: &TokenHash) -> Option<Arc<Verified>> {
        self.0.lookups.access_token.of(self.0.tokens.get(hash))
    }

    /// How often what was looked for was there.
    pub(crate) fn lookups(&self) -> &Lookups {
        &self.0.lookups
    }

    /// Remembers an access token as verified.
    pub(crate) fn remember_token(&self, hash: TokenHash, verified: &Arc<Verified>) {
        self.0.tokens.insert(hash, Arc::clone(verified));
    }

    /// To be taken before a load.
    pub(crate) fn ticket(&self) -> Ticket {
        Ticket(*read(&self.0.forgotten))
    }

    /// Remembers what was loaded since the ticket was taken.
    pub(crate) fn remember(&self, ticket: Ticket, hash: TokenHash, session: &Arc<Session>, user: &Arc<User>) {
        self.keep(ticket, |shelves| {
            shelves.sessions.insert(hash, Arc::clone(session));
            shelves.users.insert(user.id, Arc::clone(user));
        });
    }

    /// Remembers a user that was loaded since the ticket was taken.
    pub(crate) fn remember_user(&self, ticket: Ticket, user: &Arc<User>) {
        self.keep(ticket, |shelves| shelves.users.insert(user.id, Arc::clone(user)));
    }

    /// Remembers the signing keys that were loaded since the ticket was taken.
    pub(crate) fn remember_keys(&self, ticket: Ticket, keys: &Arc<KnownKeys>) {
        self.keep(ticket, |shelves| *write(&shelves.keys) = Some(Arc::clone(keys)));
    }

    /// Remembers a member that was loaded since the ticket was taken.
    pub(crate) fn remember_member(&self, ticket: Ticket, member: &Arc<Member>) {
        self.keep(ticket, |shelves| shelves.members.insert(member.member_id, Arc::clone(member)));
    }

    /// Forgets the signing keys.
    pub(crate) fn forget_keys(&self) {
        self.forget(&Stale { keys: true, ..Stale::default() });
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
            if stale.keys {
                *write(&shelves.keys) = None;
            }
        });
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.change(|shelves| {
            shelves.sessions.invalidate_all();
            shelves.users.invalidate_all();
            shelves.members.invalidate_all();
            *write(&shelves.keys) = None;
        });
    }

    /// Lets nothing be forgotten between the look at the ticket and the keeping.
    fn keep(&self, ticket: Ticket, insert: impl FnOnce(&Shelves)) {
        let forgotten = read(&self.0.forgotten);
        if *forgotten == ticket.0 {
            insert(&self.0);
        }
    }

    fn change(&self, forget: impl FnOnce(&Shelves)) {
        let mut forgotten = write(&self.0.forgotten);
        *forgotten += 1;
        forget(&self.0);
    }
}

fn weigh(member: &Member) -> u32 {
    let texts = [Some(&member.name), member.email.as_ref(), member.phone.as_ref()];
    let bytes: usize = texts.into_iter().flatten().map(String::len).sum();
    256 + u32::try_from(bytes).unwrap_or(u32::MAX / 2)
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
