use std::sync::Arc;
use std::time::Instant;

use super::*;
use crate::cache::trial::{Trial, ends_by_itself, heal, is_away, never_stale};
use crate::config::Settings;
use crate::servers::MemcachedServer;

const TTL: Duration = Duration::from_mins(5);
const TIMEOUT: Duration = Duration::from_millis(300);

fn cache_of(server: &MemcachedServer, ttl: Duration) -> MemcachedCache {
    MemcachedCache::new(&server.url(), TIMEOUT, ttl).unwrap()
}

#[test]
fn a_url_that_is_none_is_refused_with_what_it_should_be() {
    let check = |url: &str| {
        let mut settings = Settings::default();
        settings.cache.memcached_url = Some(Secret::new(url));
        settings.validate().map_err(|error| error.to_string())
    };
    for url in [
        "",
        "localhost",
        "localhost:11211",
        "redis://localhost",
        "memcache://",
        "memcache:///run/memcached.sock",
        "memcache://localhost/0",
        "memcache://localhost:port",
        "memcache://:hunter2@localhost",
        "memcache://localhost?timeout=1",
    ] {
        let refused = check(url).unwrap_err();
        assert!(refused.starts_with("cache.memcached_url must be memcache://HOST"), "{url:?}: {refused}");
    }
    for url in ["memcache://localhost", "memcache://10.0.0.1:11212/", "memcache://[::1]:11211"] {
        check(url).unwrap();
    }
    assert_eq!(Target::parse(&Secret::new("memcache://[::1]")).unwrap().host, "::1");
}

#[tokio::test]
#[cfg_attr(not(has_memcached), ignore = "needs memcached")]
async fn it_stands_what_every_shared_cache_has_to() {
    let server = MemcachedServer::start();
    let other = AsyncMemcache::connect([server.address()]).await.unwrap();
    let evict = async |key: &str| other.delete(key).await.unwrap();
    Trial { cache: cache_of(&server, TTL), evict }.stand().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[cfg_attr(not(has_memcached), ignore = "needs memcached")]
async fn nothing_stale_is_found_whoever_comes_when() {
    let server = MemcachedServer::start();
    let other = AsyncMemcache::connect([server.address()]).await.unwrap();
    let evict = async |key: &str| other.delete(key).await.unwrap();
    let cache = MemcachedCache::new(&server.url(), Duration::from_secs(5), TTL).unwrap();
    never_stale(Arc::new(cache), evict).await;
}

#[tokio::test]
#[cfg_attr(not(has_memcached), ignore = "needs memcached")]
async fn records_end_by_themselves() {
    let server = MemcachedServer::start();
    ends_by_itself(&cache_of(&server, Duration::from_millis(100))).await;
}

/// Others may come between the look and what is done on it.
#[tokio::test]
#[cfg_attr(not(has_memcached), ignore = "needs memcached")]
async fn a_value_that_has_changed_since_it_was_read_is_neither_removed_nor_replaced() {
    let server = MemcachedServer::start();
    let cache = cache_of(&server, TTL);
    let client = AsyncMemcache::connect([server.address()]).await.unwrap();
    let (own, other) = (Mark(1), Mark(2));
    let keys = ["key".to_owned()];
    let put = async |found: &GetResult| {
        replace(&client, found, own, Set::new("key", record(b"old"))).await.unwrap();
        cache.get(&keys).await.unwrap().remove(0)
    };
    assert!(cache.lease("key", own).await.unwrap());
    let before = read(&client, "key").await.unwrap();
    // A writer has come.
    cache.bar(&keys, other).await.unwrap();
    assert_eq!(put(&before).await, Slot::Unsettled);
    assert!(!remove(&client, "key", &before, own).await.unwrap());
    assert_eq!(read(&client, "key").await.unwrap().value.unwrap(), other.bar().into_bytes());
    // And gone.
    cache.clear(&keys, other).await.unwrap();
    assert_eq!(put(&before).await, Slot::Empty);
    assert!(remove(&client, "key", &before, own).await.unwrap());
    // The same value has another number.
    assert!(cache.lease("key", own).await.unwrap());
    assert_eq!(put(&before).await, Slot::Unsettled);
    assert!(!remove(&client, "key", &before, own).await.unwrap());
    let now = read(&client, "key").await.unwrap();
    assert_eq!(put(&now).await, Slot::Found(b"old".to_vec()));
}

#[tokio::test]
#[cfg_attr(not(has_memcached), ignore = "needs memcached")]
async fn a_memcached_without_numbers_is_not_used() {
    let server = MemcachedServer::with(&["-C"]);
    let cache = cache_of(&server, TTL);
    assert!(cache.lease("key", Mark(1)).await.unwrap());
    for refused in [cache.put("key", Mark(1), b"record").await, cache.clear(&["key".to_owned()], Mark(1)).await] {
        assert!(refused.unwrap_err().with_causes().contains("start Memcached without -C"));
    }
    assert_eq!(cache.get(&["key".to_owned()]).await.unwrap(), [Slot::Unsettled]);
}

#[tokio::test]
#[cfg_attr(not(has_memcached), ignore = "needs memcached")]
async fn what_cannot_be_kept_is_refused_and_closes_nothing() {
    let server = MemcachedServer::start();
    let cache = cache_of(&server, TTL);
    let long = vec!["k".repeat(251)];
    assert!(cache.get(&long).await.is_err() && cache.bar(&long, Mark(1)).await.is_err());
    let key = "k".repeat(250);
    assert!(cache.lease(&key, Mark(1)).await.unwrap());
    let refused = cache.put(&key, Mark(1), &vec![0; 2 * 1024 * 1024]).await.unwrap_err();
    assert!(refused.with_causes().contains("too large"), "{}", refused.with_causes());
    assert!(!is_away(&cache).await);
}

#[tokio::test]
#[cfg_attr(not(has_memcached), ignore = "needs memcached")]
async fn a_memcached_that_is_away_is_told_quickly_and_used_again_when_it_is_back() {
    let mut server = MemcachedServer::start();
    let cache = cache_of(&server, TTL);
    assert!(!is_away(&cache).await);
    for frozen in [false, true] {
        if frozen {
            server.freeze();
        } else {
            server.kill();
        }
        let started = Instant::now();
        assert!(is_away(&cache).await);
        assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
        if frozen {
            server.go_on();
        } else {
            server.resume();
        }
        let took = heal(&cache).await;
        assert!(took < Duration::from_secs(2), "{took:?}");
        assert!(!is_away(&cache).await);
    }
}

/// Connections that were kept are dead when it has been started anew, and nobody notices.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[cfg_attr(not(has_memcached), ignore = "needs memcached")]
async fn a_memcached_that_was_started_anew_in_a_quiet_moment_is_empty_and_fails_nobody() {
    let mut server = MemcachedServer::start();
    let cache = Arc::new(cache_of(&server, TTL));
    let keys = ["store:1:key".to_owned()];
    cache.bar(&keys, Mark(1)).await.unwrap();
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let (cache, keys) = (Arc::clone(&cache), keys.clone());
        all.spawn(async move { cache.get(&keys).await.unwrap() });
    }
    assert!(all.join_all().await.iter().all(|slots| *slots == [Slot::Unsettled]));
    server.kill();
    server.resume();
    assert_eq!(cache.get(&keys).await.unwrap(), [Slot::Empty]);
}
