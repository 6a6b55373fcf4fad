//! Records in a shared cache: reading through it, and keeping it right when they change.

mod bars;
mod names;

use std::any::Any;
use std::future::Future;
use std::sync::{Arc, Weak};
use std::time::Duration;

use moka::sync::Cache as Map;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

pub(crate) use self::bars::Barred;
pub(crate) use self::names::{member_key, signing_keys_key, user_key};
use super::record::Record;
use super::shared::{Mark, SharedCache, Slot};
use super::terms::{LOOK, Terms};
use crate::database::Reads;
use crate::error::Result;
use crate::figures::Lookups;
use crate::model::id::UserId;
use crate::model::session::TokenHash;
use crate::op::Verified;
use crate::op::row::store_state;
use crate::random::Random;

/// The most bytes of records that are kept as they were read last, so as not to read the same bytes again.
const READ_BYTES: u64 = 32 * 1024 * 1024;
/// The most sessions whose user is remembered.
const SESSIONS: u64 = 200_000;
/// The most access tokens that are remembered as verified.
const TOKENS: u64 = 20_000;
/// The most records that are being loaded at the same time by one request for many.
const LOADS: u64 = 10_000;

/// A cache that all servers share, and what this process remembers beside it, none of which can become stale.
#[derive(Debug)]
pub(crate) struct Shared {
    cache: Box<dyn SharedCache>,
    is_redis: bool,
    store: String,
    terms: Terms,
    reads: Reads,
    /// What certain bytes say.
    read: Map<String, Read>,
    /// Whose a session is.
    owners: Map<TokenHash, Arc<Owner>>,
    /// Access tokens that were verified. Whether their key and their user still stand is told elsewhere.
    tokens: Map<TokenHash, Arc<Verified>>,
    /// Held by whoever loads a record, so that others wait for it and find it in the cache.
    loading: Map<String, Arc<Mutex<()>>>,
    lookups: Lookups,
}

#[derive(Debug, Clone)]
struct Read {
    bytes: Arc<[u8]>,
    record: Arc<dyn Any + Send + Sync>,
}

/// Whose a session is, and where that user is in the cache.
#[derive(Debug)]
pub(crate) struct Owner {
    user: UserId,
    term: i64,
    name: String,
}

impl Owner {
    pub(crate) fn user(&self) -> UserId {
        self.user
    }

    /// The cache's own name for the user's key.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Shared {
    pub(crate) async fn open(
        cache: Box<dyn SharedCache>,
        is_redis: bool,
        ttl: Duration,
        reads: &Reads,
    ) -> Result<Arc<Self>> {
        let mut asked_at = Instant::now();
        let mut state = store_state::get(reads).await?;
        if state.term == 0 {
            // Nobody has used it before: there is nobody to wait for.
            store_state::open_next(reads, 0).await?;
            asked_at = Instant::now();
            state = store_state::get(reads).await?;
        }
        let weigh =
            |key: &String, read: &Read| u32::try_from(256 + key.len() + 2 * read.bytes.len()).unwrap_or(u32::MAX);
        let shared = Arc::new(Self {
            cache,
            is_redis,
            terms: Terms::new(&state, asked_at),
            store: state.store,
            reads: reads.clone(),
            read: Map::builder().max_capacity(READ_BYTES).weigher(weigh).time_to_idle(ttl).build(),
            owners: Map::builder().max_capacity(SESSIONS).time_to_idle(ttl).build(),
            tokens: Map::builder().max_capacity(TOKENS).time_to_live(ttl).build(),
            loading: Map::builder().max_capacity(LOADS).time_to_idle(Duration::from_secs(30)).build(),
            lookups: Lookups::default(),
        });
        tokio::spawn(look(Arc::downgrade(&shared)));
        Ok(shared)
    }

    /// Whether it is the Redis in which sessions may be, too.
    pub(crate) fn is_redis(&self) -> bool {
        self.is_redis
    }

    /// The cache's own name of a key, while it may be used.
    pub(crate) fn name(&self, key: &str) -> Option<String> {
        Some(self.name_in(self.terms.trusted()?, key))
    }

    fn name_in(&self, term: i64, key: &str) -> String {
        format!("{}:{term}:{key}", self.store)
    }

    /// The record under this name, if the cache may be used: from there, else loaded, and kept for others if it is not
    /// about to change. `slot` is what is known to be in the cache by now.
    pub(crate) async fn record<T, L, F>(
        &self,
        name: Option<String>,
        slot: Option<Slot>,
        load: L,
    ) -> Result<Option<Arc<T>>>
    where
        T: Record,
        L: Fn() -> F + Send + Sync,
        F: Future<Output = Result<Option<T>>> + Send,
    {
        let lookup = T::lookup(&self.lookups);
        let Some(name) = name else {
            lookup.misses.one();
            return Ok(load().await?.map(Arc::new));
        };
        let slot = match slot {
            Some(slot) => slot,
            None => self.get(&name).await,
        };
        let found = self.read(&name, slot);
        let counter = if let Found::Record(_) = &found { &lookup.hits } else { &lookup.misses };
        counter.one();
        match found {
            Found::Record(record) => Ok(record),
            Found::Nothing => Box::pin(self.fill(&name, load)).await,
            Found::Unusable => Ok(load().await?.map(Arc::new)),
        }
    }

    async fn get(&self, name: &String) -> Slot {
        match self.cache.get(std::slice::from_ref(name)).await {
            Ok(mut slots) => slots.pop().unwrap_or(Slot::Unsettled),
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "the shared cache does not answer");
                Slot::Unsettled
            }
        }
    }

    /// Loads a record, unless another request of this process does: then it waits, and looks again.
    async fn fill<T, L, F>(&self, name: &String, load: L) -> Result<Option<Arc<T>>>
    where
        T: Record,
        L: Fn() -> F + Send + Sync,
        F: Future<Output = Result<Option<T>>> + Send,
    {
        let turn = self.loading.get_with(name.clone(), Arc::default);
        let _turn = turn.lock().await;
        match self.read(name, self.get(name).await) {
            Found::Record(record) => return Ok(record),
            Found::Unusable => return Ok(load().await?.map(Arc::new)),
            Found::Nothing => {}
        }
        let mark = mark();
        let is_leased = self.cache.lease(name, mark).await.unwrap_or(false);
        let loaded = load().await?;
        let bytes = match &loaded {
            Some(record) => record.encode(),
            // That there is none is worth knowing, too.
            None => Some(Vec::new()),
        };
        if let Some(bytes) = bytes.filter(|_| is_leased)
            && let Err(error) = self.cache.put(name, mark, &bytes).await
        {
            tracing::debug!(error = &error as &dyn std::error::Error, "the shared cache does not answer");
        }
        Ok(loaded.map(Arc::new))
    }

    /// The record of a slot whose bytes were read before.
    pub(crate) fn read_before<T: Record>(&self, name: &str, slot: &Slot) -> Option<Arc<T>> {
        let Slot::Found(bytes) = slot else { return None };
        let read = self.read.get(name).filter(|read| *read.bytes == **bytes)?;
        read.record.downcast::<T>().ok()
    }

    fn read<T: Record>(&self, name: &str, slot: Slot) -> Found<T> {
        if let Some(record) = self.read_before(name, &slot) {
            return Found::Record(Some(record));
        }
        let bytes = match slot {
            Slot::Empty => return Found::Nothing,
            Slot::Unsettled => return Found::Unusable,
            Slot::Found(bytes) if bytes.is_empty() => return Found::Record(None),
            Slot::Found(bytes) => bytes,
        };
        let Some(record) = T::decode(&bytes).map(Arc::new) else { return Found::Unusable };
        self.read.insert(name.to_owned(), Read { bytes: bytes.into(), record: Arc::clone(&record) as _ });
        Found::Record(Some(record))
    }

    /// Whose this session is, if it is known where that user is in the cache by now.
    pub(crate) fn owner_of(&self, session: &TokenHash) -> Option<Arc<Owner>> {
        let term = self.terms.trusted()?;
        self.owners.get(session).filter(|owner| owner.term == term)
    }

    /// Remembers whose session this is, while the cache may be used.
    pub(crate) fn remember_owner_of(&self, session: TokenHash, user: UserId) -> Option<Arc<Owner>> {
        let term = self.terms.trusted()?;
        let owner = Arc::new(Owner { user, term, name: self.name_in(term, &user_key(user)) });
        self.owners.insert(session, Arc::clone(&owner));
        Some(owner)
    }

    pub(crate) fn token(&self, hash: &TokenHash) -> Option<Arc<Verified>> {
        self.lookups.access_token.of(self.tokens.get(hash))
    }

    /// How often what was looked for was there.
    pub(crate) fn lookups(&self) -> &Lookups {
        &self.lookups
    }

    /// Remembers an access token as verified.
    pub(crate) fn remember_token(&self, hash: TokenHash, verified: &Arc<Verified>) {
        self.tokens.insert(hash, Arc::clone(verified));
    }

    /// Whether it answers.
    pub(crate) async fn is_up(&self) -> bool {
        self.cache.get(&[format!("{}:probe", self.store)]).await.is_ok()
    }
}

/// What a slot holds.
enum Found<T> {
    Record(Option<Arc<T>>),
    Nothing,
    Unusable,
}

fn mark() -> Mark {
    Mark(u128::from_be_bytes(Random.bytes()))
}

/// Looks what the term is, and opens the next one when it is time, for as long as the cache is kept.
async fn look(shared: Weak<Shared>) {
    loop {
        sleep(LOOK).await;
        let Some(shared) = shared.upgrade() else { return };
        let asked_at = Instant::now();
        match store_state::get(&shared.reads).await {
            Ok(state) => shared.terms.saw(&state, asked_at),
            Err(error) => {
                tracing::debug!(%error, "cannot tell whether the shared cache may be used");
                continue;
            }
        }
        if let Some(term) = shared.terms.over()
            && shared.is_up().await
        {
            match store_state::open_next(&shared.reads, term).await {
                Ok(()) => tracing::info!("the shared cache is used again"),
                Err(error) => tracing::warn!(%error, "the shared cache stays closed"),
            }
        }
    }
}

#[cfg(test)]
mod tests;
