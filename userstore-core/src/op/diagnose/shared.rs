//! What servers share beside the database.

use super::Finding;
use crate::UserStore;
use crate::cache::Cache;

/// Redis, where there is one.
pub(super) async fn redis(store: &UserStore) -> Option<Finding> {
    let check = "Redis";
    Some(match store.redis()?.eviction("Redis").await {
        Ok(policy) if policy == "noeviction" => Finding::good(check, "it answers, and keeps what it is given"),
        Ok(policy) => {
            let detail =
                format!("it answers, but what it does when it is full is {policy}: a session it evicts is over");
            Finding::warning(check, detail, "set maxmemory-policy to noeviction")
        }
        Err(error) => Finding::failed(check, error.with_causes(), "see that it runs, and redis.url"),
    })
}

/// What is remembered outside the database, where it is not in this process alone.
pub(super) async fn cache(store: &UserStore) -> Option<Finding> {
    let check = "cache";
    match store.cache() {
        Cache::Off(_) | Cache::Local(_, None, _) => None,
        Cache::Local(_, Some(_), _) => {
            let detail = "it is local: a second server would see what this one changes 100 ms late";
            Some(Finding::warning(check, detail, "for more than one server, set cache.kind to off, redis or memcached"))
        }
        Cache::Shared(shared) if shared.is_up().await => Some(Finding::good(check, "it answers")),
        Cache::Shared(_) => {
            let advice = "see that it runs, and its URL; until then, the database is asked";
            Some(Finding::failed(check, "it does not answer", advice))
        }
    }
}
