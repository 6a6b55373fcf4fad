//! Whether the engines of a backend are really used: a store that left one aside would answer as well.

use tests::DatabaseKind;
use tests::servers::{memcached, redis};
use userstore_core::config::{CacheKind, SessionStoreKind};

use super::Scene;

/// Asserts that sessions and records are where the backend has them, and nowhere else.
pub(super) fn are_used(scene: &Scene) {
    let footing = scene.server.footing();
    let backend = footing.backend();
    if backend.database == DatabaseKind::Sqlite && !cfg!(has_sqlite3) {
        return;
    }
    let store = footing.sql("SELECT store FROM store_state").trim().to_owned();
    assert_eq!(store.len(), 32, "{store}");
    let in_redis = backend.sessions == SessionStoreKind::Redis;
    assert_eq!(footing.sql("SELECT count(*) FROM sessions") == "0\n", in_redis, "where the sessions are");
    if in_redis || backend.cache == CacheKind::Redis {
        let keys = redis().tell(&["KEYS", &format!("*{store}*")]);
        assert_eq!(keys.iter().any(|key| key.contains(":s:")), in_redis, "where the sessions are: {keys:?}");
        let records = keys.iter().any(|key| !key.contains(":s:") && !key.contains(":u:{"));
        assert_eq!(records, backend.cache == CacheKind::Redis, "where the records are: {keys:?}");
    }
    if backend.cache == CacheKind::Memcached {
        let keys = memcached().keys();
        assert!(keys.iter().any(|key| key.contains(&store)), "no record is in Memcached: {keys:?}");
    }
}
