//! How many sessions a user has.

use super::*;

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn one_more_ends_the_oldest() {
    let fixture = Fixture::new().await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(fixture.create_within(&alice(), 3).await.unwrap());
    }
    assert_eq!(fixture.list(&alice()).await, of(&[&made[2], &made[3], &made[4]]));
    for (number, made) in made.iter().enumerate() {
        assert_eq!(fixture.is_open(made).await, number >= 2);
        assert_eq!(fixture.is_noted(made).await, number < 2);
    }
    // Another user's are not counted; a lower limit ends as many as it takes.
    fixture.create_within(&user(2, 0, None), 1).await.unwrap();
    let last = fixture.create_within(&alice(), 1).await.unwrap();
    assert_eq!(fixture.list(&alice()).await, of(&[&last]));
    assert!(fixture.is_noted(&made[4]).await);
    assert_eq!(fixture.list(&user(2, 0, None)).await.len(), 1);
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn what_is_over_is_not_counted() {
    let fixture = Fixture::new().await;
    let (expired, of_old_epoch) = (fixture.create(&alice()).await, fixture.create(&alice()).await);
    let kept = fixture.create(&alice()).await;
    let raised = user(1, 1, Some(kept.session.id));
    let first = fixture.create_within(&raised, 2).await.unwrap();
    assert_eq!(fixture.list(&raised).await, of(&[&kept, &first]));
    assert!(!fixture.is_open(&of_old_epoch).await && !fixture.is_noted(&of_old_epoch).await);
    // A session that begins when the others have expired.
    let mut late = fixture.next(&raised);
    late.session.created_at = first.session.expires_at;
    late.session.expires_at = late.session.created_at.plus(TTL);
    fixture.sessions.create(&raised, late.hash, &late.session, 1, Note::sample()).await.unwrap();
    assert!(!fixture.is_open(&expired).await && !fixture.is_noted(&first).await);
    assert_eq!(fixture.list(&raised).await, of(&[&late]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn the_limit_holds_when_many_sign_in_at_once() {
    let fixture = Arc::new(Fixture::new().await);
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..60 {
        let fixture = Arc::clone(&fixture);
        all.spawn(async move { fixture.create_within(&alice(), 7).await.unwrap() });
    }
    let made = all.join_all().await;
    let left = fixture.list(&alice()).await;
    assert_eq!(left.len(), 7);
    for made in &made {
        let is_left = left.contains(&made.session);
        assert_eq!((fixture.is_open(made).await, fixture.is_noted(made).await), (is_left, !is_left));
    }
    assert_eq!(fixture.ask::<Vec<String>>(&["KEYS", "*"]).await.len(), 8);
}

/// Whoever has marked a session may be gone before it was ended.
#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn a_session_that_was_marked_and_not_ended_is_ended_by_the_next_sign_in() {
    let fixture = Fixture::new().await;
    let (marked, other) = (fixture.create(&alice()).await, fixture.create(&alice()).await);
    let entry = Entry::write(marked.hash, &marked.session).replacen('+', "-", 1);
    let set = ["HSET", &fixture.index_key(&alice()), &marked.session.id.to_string(), &entry];
    assert_eq!(fixture.ask::<u32>(&set).await, 0);
    assert_eq!(fixture.list(&alice()).await, of(&[&marked, &other]), "it is live until it is ended");
    let new = fixture.create_within(&alice(), 2).await.unwrap();
    assert_eq!(fixture.list(&alice()).await, of(&[&other, &new]), "it does not count");
    assert!(!fixture.is_open(&marked).await && fixture.is_noted(&marked).await);
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
async fn a_sign_in_that_could_not_end_the_oldest_leaves_nothing_that_can_be_used() {
    let fixture = Fixture::new().await;
    let first = fixture.create_within(&alice(), 1).await.unwrap();
    fixture.database.close().await;
    let refused = fixture.next(&alice());
    let error = fixture.sessions.create(&alice(), refused.hash, &refused.session, 1, Note::sample()).await.unwrap_err();
    assert_eq!(error.to_string(), "the database is not available");
    assert!(!fixture.is_open(&refused).await && fixture.is_open(&first).await);
    assert_eq!(fixture.ask::<u32>(&["HLEN", &fixture.index_key(&alice())]).await, 1);
}
