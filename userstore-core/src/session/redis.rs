//! Sessions in Redis, with what was ended in the database.
//!
//! Under `<store>:s:<hash of the token>` is a session's [`Record`], and under `<store>:u:{<id of the user>}` the index
//! of a user: a hash of its sessions by id. The braces are a hash tag: a script touches one index and nothing else.
//! The record is found from the index, where its [`Entry`] has the token's hash; the index from the record, which names
//! the user. Every key ends by itself, with the session or with the last one of the index.
//!
//! Redis is never the only one to know that a session was ended. Whoever ends one notes that in the database, then
//! removes the record, and then answers. A record says in which process of Redis it was last known not to be ended; in
//! another process, which may have been started with an old copy, the database is asked first. What ends all sessions
//! of a user is the epoch in the user's row, as everywhere.
//!
//! What Redis has lost, be it flushed or evicted, was a session that is over now: its user signs in again. An index
//! alone that is lost leaves sessions that are not listed, and not counted, until they expire; they can still be ended
//! by whoever has the token, and all at once. Nothing of a session may be remembered outside Redis: between the note
//! and the removal its record is still there.

mod find;
mod index;
mod list;
mod note;
mod record;

use std::pin::Pin;
use std::sync::Arc;

use deadpool_redis::redis::{Script, cmd, pipe};

use moka::sync::Cache as Map;

use self::find::Read;
use self::index::{Entry, is_of_epoch};
use self::record::Record;
use super::{Answer, Created, Found, SessionStore, Swept, shown};
use crate::database::{Database, Written};
use crate::error::Result;
use crate::model::id::{SessionId, UserId};
use crate::model::session::{Session, TokenHash};
use crate::model::timestamp::Timestamp;
use crate::model::user::User;
use crate::op::Note;
use crate::op::row::ended_sessions;
use crate::redis::{Exchange, Link};

/// What answers when Redis does not.
const PART: &str = "sessions";
/// How many notes of ended sessions are removed in one transaction.
const SWEEP: u64 = 500;
/// The most sessions that are remembered as they were read.
const READ: u64 = 50_000;
/// How long one is that nobody asks for.
const IDLE: std::time::Duration = std::time::Duration::from_mins(5);
/// How much longer than the session its note is kept: the clocks of servers differ.
const GRACE: std::time::Duration = std::time::Duration::from_hours(1);

/// Sessions in Redis.
#[derive(Debug)]
pub(crate) struct RedisSessions {
    link: Arc<Link>,
    database: Arc<Database>,
    /// The id of the store, with which every key begins.
    store: String,
    create: Script,
    clean_up: Script,
    confirm: Script,
    /// What certain bytes say, so as not to read the same ones again.
    read: Map<TokenHash, Arc<Read>>,
}

/// What the script `create` gives: what is being ended, as id, hash and expiry of each; and the hashes of what was over.
type Entered = (Vec<(String, String, i64)>, Vec<String>);

impl RedisSessions {
    /// Sessions of the store with this id, which several stores on one Redis do not share.
    pub(crate) fn new(link: Arc<Link>, database: Arc<Database>, store: &str) -> Self {
        let create = Script::new(concat!(include_str!("redis/index.lua"), include_str!("redis/create.lua")));
        let clean_up = Script::new(concat!(include_str!("redis/index.lua"), include_str!("redis/clean_up.lua")));
        let confirm = Script::new(include_str!("redis/confirm.lua"));
        let read = Map::builder().max_capacity(READ).time_to_idle(IDLE).build();
        Self { link, database, store: store.to_owned(), create, clean_up, confirm, read }
    }

    fn record_key(&self, hash: TokenHash) -> String {
        self.key_of(&index::name(hash))
    }

    fn key_of(&self, name: &str) -> String {
        format!("{}:s:{name}", self.store)
    }

    fn index_key(&self, user: UserId) -> String {
        format!("{}:u:{{{user}}}", self.store)
    }

    /// Ends the sessions that had to make room, and removes the records of those that were over: how many there were.
    async fn make_room(&self, user: UserId, (ending, over): Entered) -> Result<u64> {
        let count = (ending.len() + over.len()) as u64;
        if count == 0 {
            return Ok(0);
        }
        let noted = |(_, name, at): &(String, String, i64)| Some((index::hash(name)?, Timestamp::from_millis(*at)));
        let noted: Vec<_> = ending.iter().filter_map(noted).collect();
        if !noted.is_empty() {
            self.note(noted).await?;
        }
        let mut remove = pipe();
        for (id, name, _) in &ending {
            remove.cmd("DEL").arg(self.key_of(name)).ignore();
            remove.cmd("HDEL").arg(self.index_key(user)).arg(id).ignore();
        }
        for name in &over {
            remove.cmd("DEL").arg(self.key_of(name)).ignore();
        }
        self.link.begin(PART).await?.query_all::<()>(&remove).await?;
        Ok(count)
    }

    /// Adds a session to its user's index, and ends what has to make room for it: how many there were.
    async fn enter(&self, user: &User, hash: TokenHash, session: &Session, most: u16) -> Result<u64> {
        let kept = user.kept_session.map(|id| id.to_string()).unwrap_or_default();
        let mut create = self.create.key(self.index_key(user.id));
        create.arg(session.created_at.as_millis()).arg(user.epoch).arg(kept).arg(most);
        create.arg(session.id.to_string()).arg(Entry::write(hash, session)).arg(lasts(session));
        let created: Entered = self.link.begin(PART).await?.run(&create).await?;
        self.make_room(user.id, created).await
    }

    /// Removes a record; `false` where there was none. That the index forgets it, too, is no part of the promise.
    async fn remove(&self, exchange: &Exchange<'_>, user: UserId, id: SessionId, hash: TokenHash) -> Result<bool> {
        let removed: u64 = exchange.query(cmd("DEL").arg(self.record_key(hash))).await?;
        let mut forget = cmd("HDEL");
        forget.arg(self.index_key(user)).arg(id.to_string());
        if let Err(error) = exchange.query::<u64>(&forget).await {
            tracing::debug!(error = &error as &dyn std::error::Error, "an index was left as it is");
        }
        Ok(removed == 1)
    }
}

/// How long a session lasts from its beginning, in milliseconds.
fn lasts(session: &Session) -> u64 {
    let lasts = session.expires_at.since(session.created_at).as_millis();
    u64::try_from(lasts).unwrap_or(u64::MAX).max(1)
}

impl SessionStore for RedisSessions {
    fn create<'a>(
        &'a self,
        user: &'a User,
        hash: TokenHash,
        session: &'a Session,
        most: u16,
        note: Note,
    ) -> Answer<'a, Created> {
        Box::pin(async move {
            // The record first: what is in the index is there. Nobody has the token yet.
            let exchange = self.link.begin(PART).await?;
            let record = Record::new(session, exchange.run_id()).to_bytes();
            exchange
                .query::<()>(cmd("SET").arg(self.record_key(hash)).arg(record).arg("PX").arg(lasts(session)))
                .await?;
            let entered = self.enter(user, hash, session, most).await;
            if entered.is_err()
                && let Ok(exchange) = self.link.begin(PART).await
            {
                // Nobody will have it. If this fails, too, it takes up room until it expires.
                let _removed = self.remove(&exchange, user.id, session.id, hash).await;
            }
            entered.map(|removed| Created { removed, unwritten: Some(note) })
        })
    }

    fn find(&self, hash: TokenHash) -> Answer<'_, Option<Session>> {
        Box::pin(async move {
            let mut exchange = self.link.begin(PART).await?;
            self.get(&mut exchange, hash).await
        })
    }

    fn find_with<'a>(&'a self, hash: TokenHash, name: Option<&'a str>) -> Answer<'a, Found> {
        Box::pin(async move {
            let Some(name) = name else { return Ok((self.find(hash).await?.map(shown), None)) };
            let (session, slot) = self.find_beside(hash, name).await?;
            Ok((session, Some(slot)))
        })
    }

    /// Between the note that a session was ended and its removal, it is still found.
    fn may_be_remembered(&self) -> bool {
        false
    }

    fn is_up(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        Box::pin(async move {
            let Ok(exchange) = self.link.begin(PART).await else { return false };
            exchange.query::<()>(&cmd("PING")).await.is_ok()
        })
    }

    fn list<'a>(
        &'a self,
        user: &'a User,
        after: Option<SessionId>,
        most: usize,
        now: Timestamp,
    ) -> Answer<'a, Vec<Session>> {
        Box::pin(async move {
            let mut exchange = self.link.begin(PART).await?;
            let entries = self.entries(&exchange, user, now).await?;
            let mut left = &entries[entries.partition_point(|entry| after.is_some_and(|after| entry.id <= after))..];
            let mut sessions = Vec::new();
            while sessions.len() < most && !left.is_empty() {
                let (next, rest) = left.split_at(left.len().min(most - sessions.len()));
                exchange.prolong();
                sessions.extend(self.read(&exchange, user, next).await?);
                left = rest;
            }
            Ok(sessions)
        })
    }

    fn end<'a>(
        &'a self,
        user: &'a User,
        id: SessionId,
        token: Option<TokenHash>,
        now: Timestamp,
        note: Note,
    ) -> Answer<'a, bool> {
        Box::pin(async move {
            let mut exchange = self.link.begin(PART).await?;
            let hash = if token.is_some() {
                token
            } else {
                let mut get = cmd("HGET");
                get.arg(self.index_key(user.id)).arg(id.to_string());
                let entry: Option<String> = exchange.query(&get).await?;
                entry.and_then(|text| Entry::read(&id.to_string(), &text)).map(|entry| entry.hash)
            };
            let Some(hash) = hash else { return Ok(false) };
            let found = self.get(&mut exchange, hash).await?.filter(|session| {
                session.id == id
                    && session.user_id == user.id
                    && now < session.expires_at
                    && is_of_epoch(user, id, session.epoch)
            });
            let Some(session) = found else { return Ok(false) };
            self.note_end(user.id, hash, session.expires_at, note).await?;
            exchange.prolong();
            self.remove(&exchange, user.id, id, hash).await
        })
    }

    fn clean_up<'a>(&'a self, user: &'a User) -> Answer<'a, u64> {
        Box::pin(async move {
            let kept = user.kept_session.map(|id| id.to_string()).unwrap_or_default();
            let exchange = self.link.begin(PART).await?;
            let mut clean_up = self.clean_up.key(self.index_key(user.id));
            let over: Vec<String> = exchange.run(clean_up.arg(0).arg(user.epoch).arg(kept)).await?;
            self.make_room(user.id, (Vec::new(), over)).await
        })
    }

    fn sweep(&self, now: Timestamp) -> Answer<'_, Swept> {
        // Redis forgets by itself.
        Box::pin(self.database.writes().run(move |tx| {
            Box::pin(async move {
                let removed = ended_sessions::remove_expired(tx, now.minus(GRACE), SWEEP).await?;
                Ok(Written::new(Swept { sessions: 0, more: removed == SWEEP }))
            })
        }))
    }
}

#[cfg(test)]
mod tests;
