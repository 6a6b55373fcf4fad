//! What is answered while Redis, or the database, does not.

use tokio::task::JoinSet;

use super::*;

/// Whether Redis being away is what an operation says.
fn is_away<T: std::fmt::Debug>(result: &Result<T>) -> bool {
    matches!(result, Err(Error::Unavailable { part: "sessions", .. }))
}

use crate::error::Error;

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn a_redis_that_is_gone_fails_everything_at_once_and_is_used_again_when_it_is_back() {
    let mut fixture = Fixture::new().await;
    let made = fixture.create(&alice()).await;
    let _ok: String = fixture.ask(&["SAVE"]).await;
    fixture.server.kill();
    let started = Instant::now();
    assert!(is_away(&fixture.sessions.find(made.hash).await));
    assert!(is_away(&fixture.sessions.find_with(made.hash, Some("store:user")).await));
    assert!(is_away(&fixture.sessions.list(&alice(), None, 9, NOW).await));
    assert!(is_away(&fixture.create_within(&alice(), MANY).await));
    assert!(is_away(&fixture.end(&alice(), &made).await) && is_away(&fixture.sign_out(&alice(), &made).await));
    assert!(is_away(&fixture.sessions.clean_up(&alice()).await));
    assert!(started.elapsed() < Duration::from_millis(500), "{:?}", started.elapsed());
    assert!(fixture.sessions.sweep(NOW).await.is_ok(), "that is the database's alone");
    fixture.server.resume();
    let took = fixture.heal().await;
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert!(fixture.is_open(&made).await);
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn a_redis_that_swallows_everything_holds_nobody_up_for_long() {
    let timeout = Duration::from_millis(300);
    let fixture = Arc::new(Fixture::with(RedisServer::start(), timeout).await);
    let made = fixture.create(&alice()).await;
    fixture.server.freeze();
    let started = Instant::now();
    assert!(is_away(&fixture.sessions.find(made.hash).await));
    assert!((timeout..timeout * 2).contains(&started.elapsed()), "{:?}", started.elapsed());
    let mut all = JoinSet::new();
    for number in 0..400 {
        let fixture = Arc::clone(&fixture);
        all.spawn(async move {
            tokio::time::sleep(Duration::from_millis(number * 5)).await;
            let started = Instant::now();
            assert!(is_away(&fixture.sessions.find(hash(0)).await));
            started.elapsed()
        });
    }
    let mut waits = all.join_all().await;
    waits.sort_unstable();
    assert!(waits[380] < Duration::from_millis(50), "all but a few are refused at once: {:?}", &waits[380..]);
    assert!(waits[399] < timeout * 2, "{:?}", waits[399]);
    fixture.server.go_on();
    let took = fixture.heal().await;
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert!(fixture.is_open(&made).await);
}

/// The answer to what was asked before must not be taken for that to what is asked after.
#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn an_answer_that_comes_too_late_is_nobodys() {
    let fixture = Fixture::with(RedisServer::start(), Duration::from_millis(100)).await;
    let made = [fixture.create(&alice()).await, fixture.create(&alice()).await];
    for _ in 0..3 {
        fixture.server.freeze();
        assert!(is_away(&fixture.sessions.find(made[0].hash).await));
        fixture.server.go_on();
        fixture.heal().await;
        for made in made.iter().rev() {
            assert!(fixture.is_open(made).await);
        }
    }
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn without_the_database_no_session_is_ended_and_none_is_said_to_be() {
    let fixture = Fixture::new().await;
    let made = fixture.create(&alice()).await;
    fixture.database.close().await;
    for ended in [fixture.end(&alice(), &made).await, fixture.sign_out(&alice(), &made).await] {
        assert!(matches!(ended, Err(Error::Unavailable { part: "database", .. })), "{ended:?}");
    }
    assert!(fixture.is_open(&made).await);
    assert_eq!(fixture.list(&alice()).await, of(&[&made]));
}

/// The note is there, the record could not be removed, and whoever asked was told that it may not have been done.
#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn an_end_that_was_broken_off_is_made_good_by_the_next_one() {
    let fixture = Fixture::new().await;
    let made = fixture.create(&alice()).await;
    fixture.sessions.note(vec![(made.hash, made.session.expires_at)]).await.unwrap();
    assert!(fixture.sign_out(&alice(), &made).await.unwrap());
    assert!(!fixture.is_open(&made).await);
}
