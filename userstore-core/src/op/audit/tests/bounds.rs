//! How much refusals can write.

use super::super::{Note, Who, flush};
use super::*;

/// Somebody is refused at this account, from this address.
fn refuse(fixture: &Fixture, name: &str, ip: u8) {
    let store = fixture.store.for_client(Client::unknown().ip([192, 0, 2, ip].into()));
    let about = super::super::About::of(TargetKind::User, Some(name.to_owned()), Some(name.to_owned()));
    let note = Note::new(&store, Who::of(ActorKind::Anyone, None), Action::SignIn).about(about);
    let _told = note.refused(&store, Error::InvalidCredentials);
}

fn sum(entries: &[AuditEntry]) -> u64 {
    entries.iter().map(|entry| entry.times).sum()
}

#[tokio::test]
async fn like_refusals_are_counted() {
    let fixture = Fixture::new().await;
    for _ in 0..1000 {
        refuse(&fixture, "alice", 1);
    }
    refuse(&fixture, "alice", 2);
    refuse(&fixture, "bob", 1);
    let entries = fixture.all().await;
    assert_eq!((entries.len(), sum(&entries)), (3, 3), "the first of each kind is there at once: {entries:#?}");
    fixture.clock.advance(Duration::from_secs(59));
    refuse(&fixture, "alice", 1);
    assert_eq!(fixture.all().await.len(), 3, "the others are counted for a minute");
    fixture.clock.advance(Duration::from_secs(1));
    let entries = fixture.all().await;
    let last = entries.last().unwrap();
    assert_eq!((entries.len(), last.times, last.at), (4, 1000, START.plus(Duration::from_mins(1))));
    assert_eq!((last.target_name.as_deref(), last.ip.as_deref()), (Some("alice"), Some("192.0.2.1")));
    assert_eq!(last.detail["since"], START.to_string());
    // It begins again, and what is counted at the end is written then.
    fixture.clock.advance(Duration::from_mins(5));
    assert_eq!(fixture.all().await.len(), 4);
    for _ in 0..3 {
        refuse(&fixture, "alice", 1);
    }
    flush(&fixture.store, true).await.unwrap();
    let entries = fixture.all().await;
    assert_eq!((entries.len(), sum(&entries)), (6, 1003 + 3));
}

#[tokio::test]
async fn of_many_kinds_the_last_are_told_together() {
    let fixture = Fixture::new().await;
    for round in 0..3 {
        for name in 0..2000 {
            refuse(&fixture, &format!("user-{name}"), round);
        }
    }
    fixture.clock.advance(Duration::from_mins(1));
    let entries = fixture.all().await;
    assert_eq!(sum(&entries), 6000, "every one is counted");
    assert!(entries.len() <= 610, "{} entries", entries.len());
    let others: Vec<_> = entries.iter().filter(|entry| entry.detail.contains_key("others")).collect();
    assert_eq!(others.iter().map(|entry| entry.times).sum::<u64>(), 6000 - 600);
    assert!(others.iter().all(|entry| entry.target_name.is_none() && entry.ip.is_none()), "{others:?}");
}

#[tokio::test]
async fn what_cannot_be_written_is_kept() {
    let fixture = Fixture::new().await;
    fixture.sql("CREATE TRIGGER t BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'full'); END").await.unwrap();
    refuse(&fixture, "alice", 1);
    assert!(flush(&fixture.store, false).await.is_err());
    refuse(&fixture, "alice", 1);
    fixture.sql("DROP TRIGGER t").await.unwrap();
    flush(&fixture.store, true).await.unwrap();
    let entries = fixture.all().await;
    assert_eq!((entries.len(), sum(&entries)), (2, 2));
}

#[tokio::test]
async fn a_name_that_nobody_has_is_not_kept() {
    let fixture = Fixture::new().await;
    fixture.create("alice", Role::User).await;
    let before = fixture.all().await.len();
    for name in ["canary-in-the-wrong-place", "canary 2\0"] {
        fixture.sign_in(name, "canary in its place").await.unwrap_err();
        let password = Password::new("canary in its place");
        fixture.store.anyone().log_in(name, password, None).await.unwrap_err();
    }
    let entries = fixture.all().await;
    assert!(!serde_json::to_string(&entries).unwrap().contains("canary"), "{entries:?}");
    let told = ["anyone - sign_in - invalid_credentials", "anyone - log_in - invalid_credentials"];
    assert_eq!(short(&entries[before..]).len(), 2);
    assert!(told.iter().all(|line| short(&entries).contains(&(*line).to_owned())), "{entries:?}");
}
