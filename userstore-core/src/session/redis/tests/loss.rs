//! What holds when Redis forgets, or remembers too much.

use super::*;

/// Ends one of two sessions and puts back what Redis had before.
async fn roll_back(fixture: &mut Fixture, ended: &Made) {
    let _ok: String = fixture.ask(&["SAVE"]).await;
    let dump = std::fs::read(fixture.server.dump()).unwrap();
    assert!(fixture.sign_out(&alice(), ended).await.unwrap());
    fixture.server.kill();
    std::fs::write(fixture.server.dump(), dump).unwrap();
    fixture.server.resume();
    fixture.heal().await;
    assert_eq!(fixture.ask::<u32>(&["EXISTS", &fixture.record_key(ended)]).await, 1, "it is back");
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn an_ended_session_stays_ended_when_redis_is_put_back_to_before() {
    let mut fixture = Fixture::new().await;
    let (ended, live) = (fixture.create(&alice()).await, fixture.create(&alice()).await);
    roll_back(&mut fixture, &ended).await;
    assert_eq!(fixture.list(&alice()).await, of(&[&live]));
    assert!(!fixture.end(&alice(), &ended).await.unwrap(), "by the index, which is from before, too");
    assert!(!fixture.sign_out(&alice(), &ended).await.unwrap());
    assert!(!fixture.is_open(&ended).await && fixture.is_open(&live).await);
    assert_eq!(fixture.ask::<u32>(&["EXISTS", &fixture.record_key(&ended)]).await, 0, "it was found out once");
    assert!(fixture.sign_out(&alice(), &live).await.unwrap());
    assert!(!fixture.is_open(&live).await);
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn the_database_is_asked_once_for_each_session_and_process_of_redis() {
    let mut fixture = Fixture::new().await;
    let (ended, live) = (fixture.create(&alice()).await, fixture.create(&alice()).await);
    let other = fixture.create(&alice()).await;
    roll_back(&mut fixture, &ended).await;
    assert!(fixture.is_open(&live).await);
    let left: i64 = fixture.ask(&["PTTL", &fixture.record_key(&live)]).await;
    assert!(left > 0, "it still ends by itself");
    fixture.database.close().await;
    assert!(fixture.is_open(&live).await);
    for unknown in [&ended, &other] {
        let error = fixture.sessions.find(unknown.hash).await.unwrap_err();
        assert_eq!(error.to_string(), "the database is not available");
    }
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn a_session_that_goes_while_the_database_is_asked_is_not_brought_back() {
    let mut fixture = Fixture::new().await;
    let (ended, live) = (fixture.create(&alice()).await, fixture.create(&alice()).await);
    roll_back(&mut fixture, &ended).await;
    let mut exchange = fixture.sessions.link.begin(PART).await.unwrap();
    let bytes: Vec<u8> = exchange.query(cmd("GET").arg(fixture.record_key(&live))).await.unwrap();
    assert_eq!(fixture.ask::<u32>(&["DEL", &fixture.record_key(&live)]).await, 1);
    let found = fixture.sessions.check(&mut exchange, live.hash, bytes, live.session.clone()).await.unwrap();
    assert_eq!(found, None);
    assert_eq!(fixture.ask::<u32>(&["EXISTS", &fixture.record_key(&live)]).await, 0);
}

/// What was the limit's to end stays ended as well.
#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn a_session_that_made_room_stays_ended_when_redis_is_put_back_to_before() {
    let mut fixture = Fixture::new().await;
    let oldest = fixture.create_within(&alice(), 1).await.unwrap();
    let _ok: String = fixture.ask(&["SAVE"]).await;
    let dump = std::fs::read(fixture.server.dump()).unwrap();
    fixture.create_within(&alice(), 1).await.unwrap();
    fixture.server.kill();
    std::fs::write(fixture.server.dump(), dump).unwrap();
    fixture.server.resume();
    fixture.heal().await;
    assert!(!fixture.is_open(&oldest).await);
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn after_a_flush_or_an_empty_start_everybody_signs_in_again() {
    let mut fixture = Fixture::new().await;
    for restart in [false, true] {
        let before = fixture.create(&alice()).await;
        if restart {
            fixture.server.kill();
            fixture.server.resume();
            let took = fixture.heal().await;
            assert!(took < Duration::from_secs(2), "{took:?}");
        } else {
            let _ok: String = fixture.ask(&["FLUSHALL"]).await;
            let _ok: String = fixture.ask(&["SCRIPT", "FLUSH"]).await;
        }
        assert!(!fixture.is_open(&before).await && fixture.list(&alice()).await.is_empty());
        assert!(!fixture.sign_out(&alice(), &before).await.unwrap());
        let after = fixture.create(&alice()).await;
        assert!(fixture.is_open(&after).await);
        assert_eq!(fixture.list(&alice()).await, of(&[&after]));
        assert!(fixture.end(&alice(), &after).await.unwrap());
    }
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn whoever_has_the_token_signs_out_also_where_the_index_was_evicted() {
    let fixture = Fixture::new().await;
    let made = fixture.create(&alice()).await;
    assert_eq!(fixture.ask::<u32>(&["DEL", &fixture.index_key(&alice())]).await, 1);
    assert!(fixture.is_open(&made).await);
    assert!(fixture.sign_out(&alice(), &made).await.unwrap());
    assert!(!fixture.is_open(&made).await && fixture.is_noted(&made).await);
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn a_full_redis_refuses_sign_ins_and_ends_sessions() {
    let fixture = Fixture::new().await;
    let made = fixture.create(&alice()).await;
    let _ok: String = fixture.ask(&["CONFIG", "SET", "maxmemory", "1"]).await;
    let error = fixture.create_within(&alice(), MANY).await.unwrap_err();
    assert!(error.to_string() == "the sessions is not available" && error.with_causes().contains("OOM"));
    assert!(fixture.is_open(&made).await);
    assert!(fixture.sign_out(&alice(), &made).await.unwrap());
    assert!(!fixture.is_open(&made).await);
    let _ok: String = fixture.ask(&["CONFIG", "SET", "maxmemory", "0"]).await;
    assert!(fixture.is_open(&fixture.create(&alice()).await).await);
}
