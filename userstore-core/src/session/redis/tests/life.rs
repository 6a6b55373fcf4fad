//! What becomes of a session in good times.

use super::*;
use crate::session::shown;

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn a_session_is_found_until_it_is_ended_once() {
    let fixture = Fixture::new().await;
    let made = fixture.create(&alice()).await;
    let other = fixture.create(&alice()).await;
    assert_eq!(fixture.sessions.find(made.hash).await.unwrap(), Some(made.session.clone()));
    assert!(!fixture.is_noted(&made).await);
    assert!(fixture.end(&alice(), &made).await.unwrap());
    assert!(!fixture.is_open(&made).await && fixture.is_noted(&made).await);
    assert!(!fixture.end(&alice(), &made).await.unwrap());
    assert!(!fixture.sign_out(&alice(), &made).await.unwrap());
    assert_eq!(fixture.list(&alice()).await, of(&[&other]));
    assert!(fixture.is_open(&other).await && !fixture.is_noted(&other).await);
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn of_several_that_end_one_session_one_has_ended_it() {
    let fixture = Arc::new(Fixture::new().await);
    for _ in 0..20 {
        let made = fixture.create(&alice()).await;
        let mut all = tokio::task::JoinSet::new();
        for by_token in [true, false, true, false] {
            let (fixture, made) = (Arc::clone(&fixture), made.clone());
            all.spawn(async move {
                let token = by_token.then_some(made.hash);
                fixture.sessions.end(&alice(), made.session.id, token, NOW, Note::sample()).await.unwrap()
            });
        }
        let ended = all.join_all().await;
        assert_eq!(ended.iter().filter(|ended| **ended).count(), 1, "{ended:?}");
    }
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn only_its_user_ends_a_session_and_only_while_it_is_live() {
    let fixture = Fixture::new().await;
    let made = fixture.create(&alice()).await;
    let bob = user(2, 0, None);
    let raised = user(1, 1, None);
    let later = NOW.plus(TTL * 2);
    assert!(!fixture.end(&bob, &made).await.unwrap());
    assert!(!fixture.sign_out(&bob, &made).await.unwrap());
    assert!(!fixture.sign_out(&raised, &made).await.unwrap());
    assert!(!fixture.sessions.end(&alice(), made.session.id, Some(made.hash), later, Note::sample()).await.unwrap());
    let other = fixture.create(&alice()).await;
    assert!(!fixture.sessions.end(&alice(), other.session.id, Some(made.hash), NOW, Note::sample()).await.unwrap());
    assert!(fixture.is_open(&made).await && !fixture.is_noted(&made).await);
    // The one that the raise of the epoch has spared is live.
    assert!(fixture.sign_out(&user(1, 1, Some(made.session.id)), &made).await.unwrap());
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn lists_go_by_id_and_a_page_begins_after_any_id() {
    let fixture = Fixture::new().await;
    let mut made = Vec::new();
    for _ in 0..7 {
        made.push(fixture.create(&alice()).await);
        fixture.create(&user(2, 0, None)).await;
    }
    let all: Vec<Session> = made.iter().map(|made| made.session.clone()).collect();
    assert_eq!(fixture.list(&alice()).await, all);
    let page = async |after: Option<SessionId>, most| fixture.sessions.list(&alice(), after, most, NOW).await.unwrap();
    assert_eq!(page(None, 3).await, all[..3]);
    assert_eq!(page(Some(all[2].id), 3).await, all[3..6]);
    assert_eq!(page(Some(all[5].id), 3).await, all[6..]);
    assert_eq!(page(Some(all[6].id), 3).await, []);
    // What ends between two pages neither hides nor repeats another; a record that Redis has dropped is passed over.
    assert!(fixture.end(&alice(), &made[2]).await.unwrap());
    assert_eq!(fixture.ask::<u32>(&["DEL", &fixture.record_key(&made[4])]).await, 1);
    assert_eq!(page(Some(all[2].id), 3).await, [all[3].clone(), all[5].clone(), all[6].clone()]);
    let expired = all[5].expires_at;
    assert_eq!(fixture.sessions.list(&alice(), None, 9, expired).await.unwrap(), all[6..]);
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn a_raised_epoch_leaves_the_kept_session_alone_in_lists_and_after_the_clean_up() {
    let fixture = Fixture::new().await;
    let (old, kept) = (fixture.create(&alice()).await, fixture.create(&alice()).await);
    let raised = user(1, 1, Some(kept.session.id));
    assert_eq!(fixture.list(&raised).await, of(&[&kept]));
    let new = fixture.create(&raised).await;
    let old_too = fixture.create(&alice()).await;
    fixture.sessions.clean_up(&raised).await.unwrap();
    assert_eq!(fixture.list(&raised).await, of(&[&kept, &new]));
    for (made, is_there) in [(&old, false), (&old_too, false), (&kept, true), (&new, true)] {
        assert_eq!(fixture.is_open(made).await, is_there);
        assert!(!fixture.is_noted(made).await, "the epoch has ended it");
    }
    let raised = user(1, 2, None);
    fixture.sessions.clean_up(&raised).await.unwrap();
    assert_eq!(fixture.ask::<Vec<String>>(&["KEYS", "*"]).await, Vec::<String>::new());
    fixture.sessions.clean_up(&raised).await.unwrap();
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn every_key_ends_by_itself_and_begins_with_the_store() {
    let fixture = Fixture::new().await;
    let made = fixture.create(&alice()).await;
    let other = RedisSessions::new(Arc::new(fixture.server.link()), Arc::clone(&fixture.database), "other");
    assert_eq!(other.find(made.hash).await.unwrap(), None);
    assert_eq!(other.list(&alice(), None, 9, NOW).await.unwrap(), []);
    let keys: Vec<String> = fixture.ask(&["KEYS", "*"]).await;
    assert_eq!(keys.len(), 2);
    for key in keys {
        assert!(key.starts_with("store:"), "{key}");
        let left: i64 = fixture.ask(&["PTTL", &key]).await;
        let ttl = i64::try_from(TTL.as_millis()).unwrap();
        assert!((ttl - 60_000..=ttl).contains(&left), "{key}: {left}");
    }
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn a_session_and_what_is_known_of_its_user_are_one_round_trip() {
    let fixture = Fixture::new().await;
    let made = fixture.create(&alice()).await;
    let run_id = fixture.sessions.link.begin("test").await.unwrap().run_id().to_owned();
    let find = async |key: &str| fixture.sessions.find_with(made.hash, Some(key)).await.unwrap();
    assert_eq!(find("store:user").await, (Some(shown(made.session.clone())), Some(Slot::Empty)));
    let _ok: String = fixture.ask(&["SET", &format!("store:user:{run_id}"), "Ralice"]).await;
    let _ok: String = fixture.ask(&["SET", "store:barred", "Ralice"]).await;
    let _ok: String = fixture.ask(&["SET", &format!("store:barred:{run_id}"), "B1"]).await;
    let _ok: String = fixture.ask(&["CONFIG", "RESETSTAT"]).await;
    assert_eq!(find("store:user").await, (Some(shown(made.session.clone())), Some(Slot::Found(b"alice".to_vec()))));
    let calls: String = fixture.ask(&["INFO", "commandstats"]).await;
    let calls: Vec<&str> = calls.lines().filter_map(|line| line.strip_prefix("cmdstat_")?.split(',').next()).collect();
    let own = |call: &&&str| !call.starts_with("config") && !call.starts_with("client") && !call.starts_with("info");
    assert_eq!(calls.iter().filter(own).collect::<Vec<_>>(), [&"mget:calls=1"]);
    assert_eq!(find("store:barred").await, (Some(shown(made.session.clone())), Some(Slot::Unsettled)));
    assert!(fixture.sign_out(&alice(), &made).await.unwrap());
    assert_eq!(find("store:user").await, (None, Some(Slot::Found(b"alice".to_vec()))));
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn notes_are_swept_an_hour_after_their_sessions_would_have_expired() {
    let fixture = Fixture::new().await;
    let (first, second) = (fixture.create(&alice()).await, fixture.create(&alice()).await);
    for made in [&first, &second] {
        assert!(fixture.end(&alice(), made).await.unwrap());
    }
    let sweep_at =
        async |after: Duration| fixture.sessions.sweep(first.session.expires_at.plus(after)).await.unwrap().more;
    assert!(!sweep_at(GRACE.saturating_sub(Duration::from_millis(1))).await);
    assert!(fixture.is_noted(&first).await);
    assert!(!sweep_at(GRACE).await);
    assert!(!fixture.is_noted(&first).await && fixture.is_noted(&second).await);
    let many = (0..SWEEP).map(|number| (hash(1000 + number), NOW)).collect();
    fixture.sessions.note(many).await.unwrap();
    assert!(fixture.sessions.sweep(NOW.plus(GRACE)).await.unwrap().more, "there may be more");
    assert!(!fixture.sessions.sweep(NOW.plus(GRACE)).await.unwrap().more);
    assert!(fixture.is_noted(&second).await);
}
