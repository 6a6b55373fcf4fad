//! What is remembered of members: an answer from memory is as good as one from the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use userstore_core::config::{CacheKind, Secret, Settings};
use userstore_core::{Error, MemberId, NewMember, Precondition, UserStore};

use super::{put, server_and_ada};
use crate::race::seen_within_100_ms;

fn new(name: &str) -> NewMember {
    NewMember { name: name.to_owned(), ..NewMember::default() }
}

fn seven() -> MemberId {
    MemberId::try_from(7).unwrap()
}

async fn open(folder: &tempfile::TempDir, cache: CacheKind) -> UserStore {
    let mut settings = Settings::default();
    settings.database.url = Secret::new(format!("sqlite://{}?mode=rwc", folder.path().join("users.db").display()));
    settings.database.timeout = Duration::from_mins(1);
    settings.cache.kind = cache;
    UserStore::builder().settings(settings).connect().await.unwrap()
}

/// Without a database there are only the members that are remembered.
#[test]
fn a_member_that_was_read_is_read_again_without_the_database() {
    let (server, ada) = server_and_ada();
    put(&ada, 7, "Ada").is(201);
    put(&ada, 8, "Eva").is(201);
    let read = ada.get("/members/7").is(200);
    server.run(server.store().close());
    let again = ada.get("/members/7").is(200);
    assert_eq!((again.body(), again.etag()), (read.body(), read.etag()));
    ada.request("GET", "/members/7").header("If-None-Match", &read.etag()).send().is(304);
    ada.get("/members/8").refused(503, "unavailable");
    ada.get("/members").refused(503, "unavailable");
    put(&ada, 7, "Augusta").refused(503, "unavailable");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_sees_every_change_of_a_member_within_100_ms() {
    let folder = tempfile::tempdir().unwrap();
    let (server, other) = (open(&folder, CacheKind::Auto).await, open(&folder, CacheKind::Auto).await);
    let read = server.operator().read_members();
    let (write, delete) = (other.operator().write_members(), other.operator().delete_members());
    for round in 0..10 {
        let name = format!("member {round}");
        write.put_member(seven(), new(&name), &Precondition::NONE).await.unwrap();
        seen_within_100_ms(async || read.get_member(seven()).await.is_ok_and(|member| member.name == name)).await;
        if round % 3 == 2 {
            delete.delete_member(seven(), &Precondition::NONE).await.unwrap();
            seen_within_100_ms(async || matches!(read.get_member(seven()).await, Err(Error::NotFound(_)))).await;
        }
    }
    server.close().await;
    other.close().await;
}

/// Readers fill the cache as fast as they can while a writer changes the member, and deletes it now and then; a reader
/// that starts after a write was answered must never see what was there before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_reader_never_brings_an_old_member_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder, CacheKind::Auto).await;
    let operator = store.operator();
    let write = operator.write_members();
    write.put_member(seven(), new("0"), &Precondition::NONE).await.unwrap();
    let answered = Arc::new(AtomicI64::new(0));
    let mut readers = JoinSet::new();
    for _ in 0..4 {
        let (read, answered) = (operator.read_members(), Arc::clone(&answered));
        readers.spawn(async move {
            let mut reads = 0_u32;
            loop {
                let least = answered.load(Ordering::SeqCst);
                if least < 0 {
                    return reads;
                }
                match read.get_member(seven()).await {
                    Ok(member) => {
                        let seen: i64 = member.name.parse().unwrap();
                        assert!(seen >= least, "{seen} was read after {least} was answered");
                    }
                    Err(error) => assert!(matches!(error, Error::NotFound("member")), "{error:?}"),
                }
                reads += 1;
                tokio::task::yield_now().await;
            }
        });
    }
    for value in 1..=300_i64 {
        if value % 10 == 0 {
            operator.delete_members().delete_member(seven(), &Precondition::NONE).await.unwrap();
        }
        write.put_member(seven(), new(&value.to_string()), &Precondition::NONE).await.unwrap();
        answered.store(value, Ordering::SeqCst);
    }
    answered.store(-1, Ordering::SeqCst);
    assert!(readers.join_all().await.into_iter().all(|reads| reads > 100));
    store.close().await;
}

#[tokio::test]
async fn without_a_cache_members_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder, CacheKind::Off).await;
    let operator = store.operator();
    for name in ["Ada", "Augusta"] {
        operator.write_members().put_member(seven(), new(name), &Precondition::NONE).await.unwrap();
        for _ in 0..2 {
            assert_eq!(operator.read_members().get_member(seven()).await.unwrap().name, name);
        }
    }
    store.close().await;
}
