//! Entries as they come.

use super::super::{Note, Who};
use super::*;

/// An entry about this service, written now.
fn note(fixture: &Fixture, name: &str) -> Note {
    let note = Note::new(&fixture.store, Who::of(ActorKind::System, None), Action::MintToken);
    note.about(super::super::About::of(TargetKind::Service, None, Some(name.to_owned())))
}

async fn write(fixture: &Fixture, name: &str) {
    note(fixture, name).write_alone(fixture.store.database()).await.unwrap();
}

/// The names in what comes until nothing more does.
async fn next(follower: &mut crate::AuditFollower) -> Vec<String> {
    let mut names = Vec::new();
    loop {
        let entries = follower.next_entries().await.unwrap();
        if entries.is_empty() {
            return names;
        }
        names.extend(entries.into_iter().map(|entry| entry.target_name.unwrap()));
    }
}

#[tokio::test]
async fn each_comes_once_and_in_order() {
    let fixture = Fixture::new().await;
    for number in 0..5 {
        write(&fixture, &number.to_string()).await;
    }
    let last = AuditFilter { last: Some(2), ..AuditFilter::default() };
    let mut follower = fixture.store.operator().follow_audit(last);
    assert_eq!(next(&mut follower).await, ["3", "4"]);
    for round in 0..20 {
        assert_eq!(next(&mut follower).await, [""; 0]);
        fixture.clock.advance(Duration::from_secs(3));
        write(&fixture, &format!("a{round}")).await;
        write(&fixture, &format!("b{round}")).await;
        assert_eq!(next(&mut follower).await, [format!("a{round}"), format!("b{round}")]);
    }
    // More than is read at a time, all of one millisecond.
    let many: Vec<String> = (0..450).map(|number| number.to_string()).collect();
    for name in &many {
        write(&fixture, name).await;
    }
    assert_eq!(next(&mut follower).await, many);
}

#[tokio::test]
async fn what_comes_late_comes_all_the_same() {
    let fixture = Fixture::new().await;
    let mut follower = fixture.store.operator().follow_audit(AuditFilter::default());
    assert_eq!(next(&mut follower).await, [""; 0]);
    let late = note(&fixture, "late");
    fixture.clock.advance(Duration::from_secs(9));
    write(&fixture, "in time").await;
    assert_eq!(next(&mut follower).await, ["in time"]);
    assert_eq!(next(&mut follower).await, [""; 0]);
    late.write_alone(fixture.store.database()).await.unwrap();
    assert_eq!(next(&mut follower).await, ["late"]);
    assert_eq!(next(&mut follower).await, [""; 0]);
}

#[tokio::test]
async fn a_clock_that_is_behind_hides_nothing() {
    let fixture = Fixture::new().await;
    // The reader's clock is an hour ahead of the one that entries are made by.
    let ahead = Clock::manual(START.plus(Duration::from_hours(1)));
    let settings = fixture.store.settings().clone();
    let reader = UserStore::builder().settings(settings).clock(ahead).for_one_task().connect().await.unwrap();
    let mut follower = reader.operator().follow_audit(AuditFilter::default());
    for name in ["one", "two", "three"] {
        write(&fixture, name).await;
        assert_eq!(next(&mut follower).await, [name]);
        fixture.clock.advance(Duration::from_secs(1));
    }
}
