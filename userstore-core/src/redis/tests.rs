use std::time::{Duration, Instant};

use super::*;
use crate::config::{Secret, Settings};
use crate::servers::RedisServer;

#[test]
fn a_url_that_is_none_is_refused_with_what_it_should_be() {
    for url in [
        "",
        "localhost",
        "localhost:6379",
        "http://localhost",
        "memcache://localhost",
        "unix:///run/redis.sock",
        "redis+unix:///run/redis.sock",
        "redis://",
        "redis:///0",
        "redis://:hunter2@",
        "redis://0.0.0.0",
        "redis://localhost:port",
        "redis://localhost:66000",
        "redis://localhost/zero",
        "redis://localhost/-1",
        "redis://localhost?protocol=resp3",
        "rediss://localhost#insecure",
        "redis://:hunter2/@localhost",
        "redis://:%ff@localhost",
    ] {
        let mut settings = Settings::default();
        settings.redis.url = Some(Secret::new(url));
        let refused = settings.validate().unwrap_err().to_string();
        assert!(refused.starts_with("redis.url must be redis://HOST"), "{url:?}: {refused}");
        assert!(!refused.contains("hunter2"), "{refused}");
    }
}

#[test]
fn a_url_of_redis_is_taken_in_every_form() {
    for url in [
        "redis://localhost",
        "redis://localhost:6380/3",
        "redis://:s%40crt@localhost",
        "redis://user:secret@redis.example:6379/0",
        "redis://[::1]:6379",
        "rediss://redis.example",
        "rediss://:secret@10.0.0.1:6380/1",
    ] {
        let mut settings = Settings::default();
        settings.redis.url = Some(Secret::new(url));
        settings.validate().unwrap();
        let link = Link::new(&settings.redis).unwrap().unwrap();
        assert!(!format!("{link:?}").contains("s@crt") && !format!("{link:?}").contains("secret"), "{link:?}");
    }
    assert!(Link::new(&config::Redis::default()).unwrap().is_none());
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn a_redis_is_known_by_its_process_which_changes_with_every_start() {
    let mut server = RedisServer::start();
    let link = server.link();
    let run_id = async || {
        let exchange = link.begin("test").await?;
        exchange.query::<()>(&redis::cmd("PING")).await.map(|()| exchange.run_id().to_owned())
    };
    let first = run_id().await.unwrap();
    let info: String = server.ask(&["INFO", "server"]).await;
    assert!(first.len() == 40 && info.contains(&format!("run_id:{first}\r\n")));
    assert_eq!(run_id().await.unwrap(), first);
    server.kill();
    server.resume();
    let started = Instant::now();
    let second = loop {
        if let Ok(id) = run_id().await {
            break id;
        }
        assert!(started.elapsed() < Duration::from_secs(2));
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert_ne!(second, first);
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn a_redis_that_hangs_up_between_two_commands_is_asked_again_without_a_failure() {
    let server = RedisServer::start();
    let link = server.link();
    for _ in 0..5 {
        link.begin("test").await.unwrap().query::<String>(redis::cmd("PING").arg("there")).await.unwrap();
        let killed: u32 = server.ask(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]).await;
        assert!(killed >= 1);
        // The news has to come first; nothing tells when.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn an_error_tells_what_redis_said_and_no_password() {
    let server = RedisServer::with(&["--requirepass", "hunter2"]);
    let ask = async |login: &str| {
        let url = format!("redis://{login}127.0.0.1:{}", server.port());
        let settings = config::Redis { url: Some(Secret::new(url)), timeout: Duration::from_secs(1) };
        let link = Link::new(&settings).unwrap().unwrap();
        let asked = match link.begin("sessions").await {
            Ok(exchange) => exchange.query::<String>(redis::cmd("PING").arg("there")).await,
            Err(error) => Err(error),
        };
        (asked.map_err(|error| error.with_causes()), format!("{link:?}"))
    };
    assert_eq!(ask(":hunter2@").await.0.unwrap(), "there");
    for login in ["", ":correcthorse@", "user:correcthorse@"] {
        let (asked, debug) = ask(login).await;
        let error = asked.unwrap_err();
        assert!(error.starts_with("the sessions is not available: Redis: "), "{error}");
        assert!(!error.contains("correcthorse") && !debug.contains("correcthorse"), "{error} {debug}");
    }
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn a_redis_that_does_not_say_who_it_is_or_cannot_be_written_is_not_used() {
    let server = RedisServer::start();
    let begin = async || server.link().begin("sessions").await.map(drop).map_err(|error| error.with_causes());
    begin().await.unwrap();
    let _ok: String = server.ask(&["REPLICAOF", "127.0.0.1", "1"]).await;
    assert!(begin().await.unwrap_err().contains("redis.url names a replica"));
    let _ok: String = server.ask(&["REPLICAOF", "NO", "ONE"]).await;
    begin().await.unwrap();
    let _ok: String = server.ask(&["ACL", "SETUSER", "default", "-info"]).await;
    assert!(begin().await.unwrap_err().contains("'info' command"), "{}", begin().await.unwrap_err());
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn what_one_command_is_refused_does_not_close_the_way() {
    let server = RedisServer::start();
    let link = server.link();
    let _length: u32 = server.ask(&["RPUSH", "list", "a"]).await;
    let exchange = link.begin("test").await.unwrap();
    let error = exchange.query::<Option<String>>(redis::cmd("GET").arg("list")).await.unwrap_err();
    assert!(error.with_causes().contains("WRONGTYPE"), "{}", error.with_causes());
    let error = exchange.query::<u64>(redis::cmd("LRANGE").arg("list").arg(0).arg(-1)).await.unwrap_err();
    assert!(error.with_causes().contains("userstore writes"), "{}", error.with_causes());
    assert_eq!(link.begin("test").await.unwrap().query::<u64>(redis::cmd("LLEN").arg("list")).await.unwrap(), 1);
}
