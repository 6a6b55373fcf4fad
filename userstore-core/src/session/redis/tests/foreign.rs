//! What others write under our keys opens nothing and breaks nothing for good.

use super::*;
use crate::error::Error;

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn what_is_no_record_is_no_session() {
    let fixture = Fixture::new().await;
    let made = fixture.create(&alice()).await;
    let key = fixture.record_key(&made);
    let record: String = fixture.ask(&["GET", &key]).await;
    let others = [&record[..record.len() - 1], "", "{}", "null", "R", &record.replace("\"epoch\":0", "\"epoch\":-1.5")];
    for other in others {
        let _ok: String = fixture.ask(&["SET", &key, other]).await;
        assert!(!fixture.is_open(&made).await, "{other}");
        assert!(!fixture.sign_out(&alice(), &made).await.unwrap());
        assert!(fixture.list(&alice()).await.is_empty());
    }
    for command in [["RPUSH", &key, "a"], ["SADD", &key, "a"], ["PFADD", &key, "a"]] {
        let _gone: u32 = fixture.ask(&["DEL", &key]).await;
        let _added: u32 = fixture.ask(&command).await;
        assert!(!fixture.is_open(&made).await, "{command:?}");
        assert_eq!(fixture.sessions.find_with(made.hash, Some("store:user")).await.unwrap(), (None, Some(Slot::Empty)));
        assert!(!fixture.sign_out(&alice(), &made).await.unwrap());
        assert!(fixture.list(&alice()).await.is_empty());
    }
    let new = fixture.create(&alice()).await;
    assert_eq!(fixture.list(&alice()).await, of(&[&new]));
}

/// The index says where the record is; the record says whose it is.
#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn an_index_that_names_the_session_of_another_gives_no_hold_on_it() {
    let fixture = Fixture::new().await;
    let bob = user(2, 0, None);
    let (own, foreign) = (fixture.create(&alice()).await, fixture.create(&bob).await);
    let entry = Entry::write(foreign.hash, &foreign.session);
    let id = foreign.session.id.to_string();
    assert_eq!(fixture.ask::<u32>(&["HSET", &fixture.index_key(&alice()), &id, &entry]).await, 1);
    assert_eq!(fixture.list(&alice()).await, of(&[&own]));
    assert!(!fixture.end(&alice(), &foreign).await.unwrap());
    assert!(fixture.is_open(&foreign).await);
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn an_index_of_the_wrong_type_is_healed_by_a_sign_in() {
    let fixture = Fixture::new().await;
    let key = fixture.index_key(&alice());
    for command in [&["RPUSH", &key, "a"][..], &["SADD", &key, "a"], &["ZADD", &key, "1", "a"], &["APPEND", &key, "a"]]
    {
        let old = fixture.create(&alice()).await;
        let _gone: u32 = fixture.ask(&["DEL", &key]).await;
        let _added: u32 = fixture.ask(command).await;
        for failed in
            [fixture.sessions.list(&alice(), None, 9, NOW).await.map(drop), fixture.end(&alice(), &old).await.map(drop)]
        {
            assert!(matches!(failed, Err(Error::Unavailable { part: "sessions", .. })), "{command:?}: {failed:?}");
        }
        assert!(fixture.is_open(&old).await && fixture.sign_out(&alice(), &old).await.unwrap(), "{command:?}");
        let new = fixture.create(&alice()).await;
        assert_eq!(fixture.list(&alice()).await, of(&[&new]), "{command:?}");
        assert!(fixture.end(&alice(), &new).await.unwrap());
    }
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn entries_of_an_index_that_the_store_did_not_write_are_passed_over_and_go_with_the_next_sign_in() {
    let fixture = Fixture::new().await;
    let key = fixture.index_key(&alice());
    let made = fixture.create(&alice()).await;
    let id = crate::random::Random.uuid(NOW).to_string();
    for (field, entry) in [("a", "b"), (&id, "+:x:9:0"), ("", ""), ("+", &Entry::write(made.hash, &made.session))] {
        let _new: u32 = fixture.ask(&["HSET", &key, field, entry]).await;
    }
    assert_eq!(fixture.list(&alice()).await, of(&[&made]));
    assert!(!fixture.sessions.end(&alice(), id.parse().unwrap(), None, NOW, Note::sample()).await.unwrap());
    let new = fixture.create(&alice()).await;
    assert_eq!(fixture.list(&alice()).await, of(&[&made, &new]));
    assert!(fixture.is_open(&made).await);
    assert_eq!(fixture.ask::<u32>(&["HLEN", &key]).await, 2);
}
