use super::*;
use crate::cache::trial::{Trial, ends_by_itself, heal, is_away, never_stale};
use crate::servers::RedisServer;

const TTL: Duration = Duration::from_mins(5);
const MARK: Mark = Mark(7);

fn cache_of(server: &RedisServer, ttl: Duration) -> RedisCache {
    RedisCache::new(Arc::new(server.link()), ttl)
}

/// The key as this process of Redis has it.
async fn key_in(cache: &RedisCache, key: &str) -> String {
    cache.link.begin("test").await.unwrap().of_this_run(key)
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn it_stands_what_every_shared_cache_has_to() {
    let server = RedisServer::start();
    let names = cache_of(&server, TTL);
    let evict = async |key: &str| {
        let _gone: u32 = server.ask(&["DEL", &key_in(&names, key).await]).await;
    };
    Trial { cache: cache_of(&server, TTL), evict }.stand().await;
    for key in server.ask::<Vec<String>>(&["KEYS", "*"]).await {
        let left: i64 = server.ask(&["PTTL", &key]).await;
        assert!(key.starts_with("store:1:") && (1..=300_000).contains(&left), "{key} {left}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn nothing_stale_is_found_whoever_comes_when() {
    let server = RedisServer::start();
    let names = cache_of(&server, TTL);
    let evict = async |key: &str| {
        let _gone: u32 = server.ask(&["DEL", &key_in(&names, key).await]).await;
    };
    never_stale(Arc::new(cache_of(&server, TTL)), evict).await;
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn records_end_by_themselves() {
    let server = RedisServer::start();
    ends_by_itself(&cache_of(&server, Duration::from_millis(100))).await;
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn what_a_redis_brings_back_from_before_is_never_looked_at() {
    let mut server = RedisServer::start();
    let cache = cache_of(&server, TTL);
    let keys = ["store:1:record".to_owned(), "store:1:lease".to_owned(), "store:1:bar".to_owned()];
    assert!(cache.lease(&keys[0], MARK).await.unwrap() && cache.lease(&keys[1], MARK).await.unwrap());
    cache.put(&keys[0], MARK, b"old").await.unwrap();
    cache.bar(&keys[2..], MARK).await.unwrap();
    assert_eq!(cache.get(&keys).await.unwrap(), [Slot::Found(b"old".to_vec()), Slot::Unsettled, Slot::Unsettled]);
    let _ok: String = server.ask(&["SAVE"]).await;
    server.kill();
    server.resume();
    heal(&cache).await;
    assert_eq!(server.ask::<u32>(&["DBSIZE"]).await, 3, "all of it is back");
    assert_eq!(cache.get(&keys).await.unwrap(), [Slot::Empty, Slot::Empty, Slot::Empty]);
    // A lease of before does not put anything either.
    cache.put(&keys[1], MARK, b"old").await.unwrap();
    assert_eq!(cache.get(&keys[1..2]).await.unwrap(), [Slot::Empty]);
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn keys_of_the_wrong_type_are_nothing_and_go_with_the_next_write() {
    let server = RedisServer::start();
    let cache = cache_of(&server, TTL);
    let keys = ["store:1:list".to_owned()];
    for barred in [false, true] {
        let _length: u32 = server.ask(&["RPUSH", &key_in(&cache, &keys[0]).await, "R"]).await;
        assert_eq!(cache.get(&keys).await.unwrap(), [Slot::Empty]);
        assert!(!cache.lease(&keys[0], MARK).await.unwrap());
        cache.put(&keys[0], MARK, b"record").await.unwrap();
        assert_eq!(cache.get(&keys).await.unwrap(), [Slot::Empty]);
        if barred {
            cache.bar(&keys, MARK).await.unwrap();
            assert_eq!(cache.get(&keys).await.unwrap(), [Slot::Unsettled]);
        }
        cache.clear(&keys, MARK).await.unwrap();
        assert_eq!(server.ask::<u32>(&["DBSIZE"]).await, 0);
    }
    let _ok: String = server.ask(&["SET", &key_in(&cache, &keys[0]).await, "{}"]).await;
    assert_eq!(cache.get(&keys).await.unwrap(), [Slot::Unsettled]);
    cache.clear(&keys, MARK).await.unwrap();
    assert_eq!(cache.get(&keys).await.unwrap(), [Slot::Empty]);
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn a_redis_that_is_away_is_told_quickly_and_used_again_when_it_is_back() {
    let mut server = RedisServer::start();
    let cache = RedisCache::new(Arc::new(server.link_within(Duration::from_millis(300))), TTL);
    assert!(!is_away(&cache).await);
    for frozen in [false, true] {
        if frozen {
            server.freeze();
        } else {
            server.kill();
        }
        let started = std::time::Instant::now();
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
