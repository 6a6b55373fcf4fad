//! The store: what is open, and the doors into it.

mod background;
mod builder;
mod figures;
mod migration;
mod parts;

use std::sync::{Arc, PoisonError, RwLock};

use self::background::Background;
pub use self::builder::Builder;
pub use self::migration::Migration;
use crate::cache::Cache;
use crate::clock::Clock;
use crate::config::Settings;
use crate::database::{self, Database, Reads, Writes};
use crate::error::Result;
use crate::figures::Counts;
use crate::jwt::Issuers;
use crate::limits::Limits;
use crate::model::client::Client;
use crate::model::timestamp::Timestamp;
use crate::op::{Admin, Anyone, Audit, Bearer, Caller, CopiedTable, CopyProgress, Keys, KnownKeys, known_keys};
use crate::password::Passwords;
use crate::random::Random;
use crate::redis::Link;
use crate::session::SessionStore;

/// A user store that is open. Clones are cheap and share it; it closes when the last one is dropped, or with
/// [`close`](UserStore::close).
///
/// It has three doors, each with the operations that go with a right: [`anyone`](UserStore::anyone) may sign up and in;
/// a [`Caller`], whom [`authenticate`](UserStore::authenticate) finds behind a token, has an own
/// [`account`](Caller::account) and maybe the right of an [`Admin`]; the [`operator`](UserStore::operator) is whoever
/// has the database in hand. What a token may do to the member directory, its [`bearer`](UserStore::bearer) knows.
#[derive(Debug, Clone)]
pub struct UserStore {
    inner: Arc<Inner>,
    /// Whose work is done through this handle, where that is known.
    client: Option<Arc<Client>>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    opened_at: Timestamp,
    counts: Counts,
    settings: Settings,
    clock: Clock,
    random: Random,
    database: Arc<Database>,
    sessions: Box<dyn SessionStore>,
    cache: Cache,
    redis: Option<Arc<Link>>,
    passwords: Passwords,
    limits: Limits,
    /// The signing keys as they were read last, where the cache does not keep them.
    last_keys: RwLock<Option<Arc<KnownKeys>>>,
    issuers: Issuers,
    audit: Audit,
    #[expect(dead_code, reason = "it ends when it is dropped")]
    background: Background,
}

impl UserStore {
    /// Opens the store in the database at this URL, with default settings otherwise.
    ///
    /// # Errors
    /// As for [`Builder::connect`].
    pub async fn connect(database_url: &str) -> Result<Self> {
        Self::builder().database_url(database_url).connect().await
    }

    /// Says how to open a store.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// This store, for the work of one client: the sessions it opens tell where they were opened from. The doors that
    /// are opened through the handle are the client's, and so are the callers found with it.
    #[must_use]
    pub fn for_client(&self, client: Client) -> Self {
        Self { inner: Arc::clone(&self.inner), client: Some(Arc::new(client)) }
    }

    /// The door that is open to anyone.
    #[must_use]
    pub fn anyone(&self) -> Anyone {
        Anyone::new(self.clone())
    }

    /// The door of the operator, who has the database in hand and so may do what an administrator may.
    #[must_use]
    pub fn operator(&self) -> Admin {
        Admin::new(self.clone(), crate::op::Actor::Operator)
    }

    /// The door to the keys that sign access tokens, for whoever has the database in hand.
    #[must_use]
    pub fn keys(&self) -> Keys {
        Keys::new(self.clone())
    }

    /// Tells who shows a session's token.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`](crate::Error::Unauthenticated) unless it is the token of a live session;
    /// [`Error::SessionNeeded`](crate::Error::SessionNeeded) for an access token that is good;
    /// [`Error::Unavailable`](crate::Error::Unavailable).
    pub async fn authenticate(&self, token: &str) -> Result<Caller> {
        self.anyone().authenticate(token).await
    }

    /// Tells what a token opens in the member directory.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`](crate::Error::Unauthenticated) unless it is the token of a live session, or an access
    /// token that is good; [`Error::Unavailable`](crate::Error::Unavailable).
    pub async fn bearer(&self, token: &str) -> Result<Bearer> {
        crate::op::bearer(self, token).await
    }

    /// The parts that do not work now, of `database`, `sessions`, `cache` and `keys`; none when the store can serve.
    pub async fn readiness(&self) -> Vec<&'static str> {
        let (database, sessions, cache) =
            tokio::join!(database::applied(self.reads()), self.sessions().is_up(), self.cache().is_up());
        let keys = match &database {
            Ok(_) => known_keys(self).await.is_ok(),
            // Whether they could be opened cannot be told.
            Err(_) => true,
        };
        let parts = [("database", database.is_ok()), ("sessions", sessions), ("cache", cache), ("keys", keys)];
        parts.into_iter().filter(|(_, is_up)| !is_up).map(|(part, _)| part).collect()
    }

    /// The changes of the tables that were made, oldest first.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable).
    pub async fn migrations(&self) -> Result<Vec<Migration>> {
        let applied = database::applied(self.reads()).await?;
        Ok(applied.into_iter().map(Migration::from).collect())
    }

    /// Copies everything in the database to that of another store, and reads it again on both sides. The other one is
    /// empty, or holds a copy that was begun and is to go on. No server may use either of them meanwhile. It can be
    /// stopped at any moment, and done again.
    ///
    /// # Errors
    /// [`Error::SameDatabase`](crate::Error::SameDatabase); [`Error::NotACopy`](crate::Error::NotACopy);
    /// [`Error::RowRefused`](crate::Error::RowRefused); [`Error::SourceChanged`](crate::Error::SourceChanged);
    /// [`Error::CopyDiffers`](crate::Error::CopyDiffers); [`Error::Unavailable`](crate::Error::Unavailable).
    pub async fn copy_to(&self, other: &Self, progress: impl FnMut(CopyProgress) + Send) -> Result<Vec<CopiedTable>> {
        crate::op::copy(self, other, progress).await
    }

    /// The settings it was opened with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The clock it takes the time from.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// Finishes the writes that were accepted and closes the database. Operations after it fail with
    /// [`Error::Unavailable`](crate::Error::Unavailable).
    pub async fn close(&self) {
        self.inner.passwords.close();
        if let Err(error) = crate::op::flush_audit(self, true).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "refusals are missing in the audit log");
        }
        self.inner.database.close().await;
    }

    /// What is counted of what is done.
    pub(crate) fn counts(&self) -> &Counts {
        &self.inner.counts
    }

    pub(crate) fn issuers(&self) -> &Issuers {
        &self.inner.issuers
    }

    pub(crate) fn from_inner(inner: Arc<Inner>) -> Self {
        Self { inner, client: None }
    }

    /// Whose work this is, where that is known.
    pub(crate) fn client(&self) -> Option<&Client> {
        self.client.as_deref()
    }

    pub(crate) fn reads(&self) -> &Reads {
        self.inner.database.reads()
    }

    pub(crate) fn writes(&self) -> &Writes {
        self.inner.database.writes()
    }

    pub(crate) fn database(&self) -> &Database {
        &self.inner.database
    }

    pub(crate) fn sessions(&self) -> &dyn SessionStore {
        &*self.inner.sessions
    }

    pub(crate) fn cache(&self) -> &Cache {
        &self.inner.cache
    }

    /// The signing keys as they were read last: not necessarily as they are.
    pub(crate) fn last_keys(&self) -> Option<Arc<KnownKeys>> {
        self.inner.last_keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn remember_last_keys(&self, keys: &Arc<KnownKeys>) {
        *self.inner.last_keys.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(keys));
    }

    pub(crate) fn audit(&self) -> &Audit {
        &self.inner.audit
    }

    pub(crate) fn redis(&self) -> Option<&Link> {
        self.inner.redis.as_deref()
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.inner.passwords
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    pub(crate) fn random(&self) -> Random {
        self.inner.random
    }
}
