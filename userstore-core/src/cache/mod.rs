//! What is remembered of users, sessions, members and signing keys: in this process, in a cache that all servers share,
//! or not at all.

mod changes;
mod local;
mod memcached;
mod record;
mod redis;
mod shared;
mod shelf;
mod terms;
#[cfg(test)]
mod trial;

use std::sync::Arc;
use std::time::Duration;

use sea_orm::{ConnectionTrait as _, DbBackend, DbErr};

use self::changes::Changes;
pub(crate) use self::local::Local;
pub(crate) use self::memcached::{MemcachedCache, check as check_memcached};
pub(crate) use self::record::KeysDigest;
pub(crate) use self::redis::RedisCache;
pub(crate) use self::shared::Slot;
use self::shelf::Barred;
pub(crate) use self::shelf::{Owner, Shared, member_key, signing_keys_key, user_key};
pub(crate) use self::terms::Closed;
use crate::database::{Reads, Stale, Tx};
use crate::error::Result;
use crate::figures::Lookups;
use crate::model::session::TokenHash;
use crate::op::Verified;
use crate::op::row::store_state;

/// What is remembered, and where. Clones share it.
#[derive(Debug, Clone)]
pub(crate) enum Cache {
    /// Nothing is.
    Off(Closed),
    /// In this process. Where the database does not tell what other processes change, each counts its changes.
    Local(Local, Option<Arc<Changes>>, Closed),
    /// In Redis or Memcached.
    Shared(Arc<Shared>),
}

/// What has to be forgotten after a change.
#[derive(Debug, Default)]
pub(crate) enum Change {
    #[default]
    Nothing,
    /// For this process alone, with the number that it counts as.
    Local(Vec<Stale>, Option<i64>),
    Shared(Barred),
    /// The same as `Local`, and it takes so long until all others do without a cache that was not told.
    Untold(Vec<Stale>, Option<i64>, Duration),
}

impl Change {
    /// Whether it is for this process alone, and so is forgotten at once.
    pub(crate) fn is_here(&self) -> bool {
        matches!(self, Self::Nothing | Self::Local(..))
    }
}

impl Cache {
    /// In this process; see [`Local`]. On a server, where others change things unseen, it looks for their changes.
    pub(crate) async fn local(ttl: Duration, reads: &Reads) -> Result<Self> {
        let local = Local::new(ttl);
        let changes = match reads.get_database_backend() {
            DbBackend::Sqlite => None,
            _ => Some(Changes::watch(local.clone(), reads.clone()).await?),
        };
        Ok(Self::Local(local, changes, Closed::default()))
    }

    /// What is remembered in this process.
    pub(crate) fn here(&self) -> Option<&Local> {
        match self {
            Self::Local(local, ..) => Some(local),
            _ => None,
        }
    }

    /// What is remembered where all servers can see it.
    pub(crate) fn shared(&self) -> Option<&Arc<Shared>> {
        match self {
            Self::Shared(shared) => Some(shared),
            _ => None,
        }
    }

    /// Whether it answers, where it is not in this process.
    pub(crate) async fn is_up(&self) -> bool {
        match self {
            Self::Off(_) | Self::Local(..) => true,
            Self::Shared(shared) => shared.is_up().await,
        }
    }

    /// How often what was looked for was there; nothing where nothing is remembered.
    pub(crate) fn lookups(&self) -> Option<&Lookups> {
        match self {
            Self::Off(_) => None,
            Self::Local(local, ..) => Some(local.lookups()),
            Self::Shared(shared) => Some(shared.lookups()),
        }
    }

    /// An access token that was verified.
    pub(crate) fn token(&self, hash: &TokenHash) -> Option<Arc<Verified>> {
        match self {
            Self::Off(_) => None,
            Self::Local(local, ..) => local.token(hash),
            Self::Shared(shared) => shared.token(hash),
        }
    }

    /// Remembers an access token as verified.
    pub(crate) fn remember_token(&self, hash: TokenHash, verified: &Arc<Verified>) {
        match self {
            Self::Off(_) => {}
            Self::Local(local, ..) => local.remember_token(hash, verified),
            Self::Shared(shared) => shared.remember_token(hash, verified),
        }
    }

    /// Makes ready for the commit of a transaction that makes this stale: nobody puts it into a shared cache any more.
    pub(crate) async fn begin(&self, tx: &Tx, stale: Vec<Stale>) -> Result<Change, DbErr> {
        let stale: Vec<Stale> = stale.into_iter().filter(|stale| !stale.is_empty()).collect();
        if stale.is_empty() {
            return Ok(Change::Nothing);
        }
        let (number, closed) = match self {
            Self::Shared(shared) => {
                return Ok(shared.bar(tx, &stale).await?.map_or(Change::Nothing, Change::Shared));
            }
            Self::Local(_, Some(_), closed) => (Some(store_state::count_change(tx).await?), closed),
            Self::Off(closed) | Self::Local(_, None, closed) => (None, closed),
        };
        // Others may use a shared cache of which this process does not know.
        let state = store_state::hold(tx).await?;
        if !state.is_open {
            let wait = closed.until_all_know(&state);
            let known = wait.is_zero();
            return Ok(if known { Change::Local(stale, number) } else { Change::Untold(stale, number, wait) });
        }
        tracing::warn!(
            "another process uses a shared cache, which this one is to be told of: see that the settings agree"
        );
        store_state::lock(tx).await?;
        store_state::close(tx).await?;
        Ok(Change::Untold(stale, number, terms::TRUST))
    }

    /// Sees to it, after the commit and before the answer, that nobody remembers what was stale.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) where that cannot be said: the change was made, but may not be
    /// seen everywhere.
    pub(crate) async fn end(&self, change: Change) -> Result<()> {
        let wait = if let Change::Untold(_, _, wait) = &change { *wait } else { Duration::ZERO };
        match (change, self) {
            (Change::Shared(barred), Self::Shared(shared)) => return shared.clear(barred).await,
            (Change::Local(stale, number) | Change::Untold(stale, number, _), Self::Local(local, changes, _)) => {
                for stale in &stale {
                    local.forget(stale);
                }
                if let (Some(changes), Some(number)) = (changes, number) {
                    changes.made(number);
                }
            }
            _ => {}
        }
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }

    /// Forgets everything that is remembered in this process, since another one has changed something.
    pub(crate) fn clear(&self) {
        if let Self::Local(local, ..) = self {
            local.clear();
        }
    }
}
