//! Which of the parts that there are several of the settings want.

use std::sync::Arc;

use crate::cache::{Cache, Closed, MemcachedCache, RedisCache, Shared};
use crate::clock::Clock;
use crate::config::{CacheKind, SessionStoreKind, Settings};
use crate::database::{Database, Reads};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::op::row::store_state;
use crate::random::Random;
use crate::redis::Link;
use crate::session::{DatabaseSessions, RedisSessions, SessionStore};

/// Where things are to be remembered.
pub(super) async fn cache(settings: &Settings, redis: Option<&Arc<Link>>, reads: &Reads) -> Result<Cache> {
    let ttl = settings.cache.ttl;
    let kind = match (settings.cache.kind, redis) {
        (CacheKind::Auto, Some(_)) => CacheKind::Redis,
        (CacheKind::Auto, None) if reads.is_sqlite() => CacheKind::Local,
        (CacheKind::Auto, None) => CacheKind::Off,
        (kind, _) => kind,
    };
    match (kind, redis, &settings.cache.memcached_url) {
        (CacheKind::Local, _, _) => Cache::local(ttl, reads).await,
        (CacheKind::Redis, Some(link), _) => {
            let cache = Box::new(RedisCache::new(Arc::clone(link), ttl));
            Ok(Cache::Shared(Shared::open(cache, true, ttl, reads).await?))
        }
        (CacheKind::Memcached, _, Some(url)) => {
            let cache = Box::new(MemcachedCache::new(url, settings.redis.timeout, ttl)?);
            Ok(Cache::Shared(Shared::open(cache, false, ttl, reads).await?))
        }
        _ => Ok(Cache::Off(Closed::default())),
    }
}

/// Where sessions are to be kept.
pub(super) async fn sessions(
    settings: &Settings,
    redis: Option<&Arc<Link>>,
    database: &Arc<Database>,
) -> Result<Box<dyn SessionStore>> {
    match (settings.sessions.store, redis) {
        (SessionStoreKind::Auto | SessionStoreKind::Redis, Some(link)) => {
            let store = store_state::get(database.reads()).await.map_err(Error::from)?.store;
            Ok(Box::new(RedisSessions::new(Arc::clone(link), Arc::clone(database), &store)))
        }
        _ => Ok(Box::new(DatabaseSessions::new(Arc::clone(database)))),
    }
}

/// How often what may be done.
pub(super) async fn limits(
    settings: &Settings,
    redis: Option<&Arc<Link>>,
    database: &Database,
    clock: &Clock,
) -> Result<Limits> {
    let redis = redis.filter(|_| settings.limits.enabled).map(Arc::clone);
    let key = match redis {
        Some(_) => store_state::get(database.reads()).await.map_err(Error::from)?.store,
        None => u128::from_be_bytes(Random.bytes()).to_string(),
    };
    Ok(Limits::new(settings.limits.clone(), clock.clone(), &key, redis))
}
