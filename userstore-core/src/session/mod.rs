//! Where sessions are kept.
//!
//! A session is live while it is in the store, has not expired, and belongs to the epoch of its user, which the
//! database keeps. So what ends *every* session of a user is one change of the user's row; the store is then only
//! cleaned up.

mod database;
mod redis;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::cache::Slot;
use crate::error::Result;
use crate::model::id::SessionId;
use crate::model::session::{Session, TokenHash};
use crate::model::timestamp::Timestamp;
use crate::model::user::User;
use crate::op::Note;

pub(crate) use self::database::DatabaseSessions;
pub(crate) use self::redis::RedisSessions;

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// The session that a token opens, and what was looked up with it.
type Found = (Option<Arc<Session>>, Option<Slot>);

/// What was removed once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Swept {
    /// How many sessions.
    pub(crate) sessions: u64,
    /// Whether there is more to remove.
    pub(crate) more: bool,
}

/// What came with a new session.
#[derive(Debug)]
pub(crate) struct Created {
    /// How many sessions had to make room, or were over.
    pub(crate) removed: u64,
    /// The note, where it was not written.
    pub(crate) unwritten: Option<Note>,
}

/// The session of whoever shows its token.
fn shown(session: Session) -> Arc<Session> {
    Arc::new(Session { current: true, ..session })
}

/// A place where sessions are kept.
pub(crate) trait SessionStore: std::fmt::Debug + Send + Sync {
    /// Keeps a new session of a user; ends the oldest ones beyond `most`. The note is written with it where sessions are in
    /// the database.
    ///
    /// # Errors
    /// `InvalidCredentials` when the user is gone by now.
    fn create<'a>(
        &'a self,
        user: &'a User,
        hash: TokenHash,
        session: &'a Session,
        most: u16,
        note: Note,
    ) -> Answer<'a, Created>;

    /// The session that a token opens, live or not.
    fn find(&self, hash: TokenHash) -> Answer<'_, Option<Session>>;

    /// The same, to whoever shows the token; and, in the same round trip, what the shared cache in the same place has
    /// under this name.
    fn find_with<'a>(&'a self, hash: TokenHash, _name: Option<&'a str>) -> Answer<'a, Found> {
        Box::pin(async move { Ok((self.find(hash).await?.map(shown), None)) })
    }

    /// The live sessions of a user after `after`, in the order of their ids, at most `most`.
    fn list<'a>(
        &'a self,
        user: &'a User,
        after: Option<SessionId>,
        most: usize,
        now: Timestamp,
    ) -> Answer<'a, Vec<Session>>;

    /// Ends one live session of a user; `false` when there is no such session. Whoever has its token says the hash: it
    /// is then found also where lists have lost it. The note is written with it.
    fn end<'a>(
        &'a self,
        user: &'a User,
        id: SessionId,
        token: Option<TokenHash>,
        now: Timestamp,
        note: Note,
    ) -> Answer<'a, bool>;

    /// Removes what is kept of a user's sessions, all of which are over, but for the one that the user row keeps; and
    /// tells how many there were.
    fn clean_up<'a>(&'a self, user: &'a User) -> Answer<'a, u64>;

    /// Whether what was found may be remembered in this process: where the cache is told when a session is ended, and
    /// nothing is found any more by then.
    fn may_be_remembered(&self) -> bool {
        true
    }

    /// Whether sessions can be found now.
    fn is_up(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>>;

    /// Removes what has expired, some at a time.
    fn sweep(&self, now: Timestamp) -> Answer<'_, Swept>;
}
