mod fake;

use std::sync::atomic::{AtomicU64, Ordering};

use sea_orm::TransactionTrait as _;
use tempfile::TempDir;
use tokio::sync::Notify;
use uuid::Uuid;

use self::fake::{Fake, Value};
use super::super::terms::TRUST;
use super::*;
use crate::cache::{Cache, Change, Closed};
use crate::config::{self, Secret};
use crate::database::{Database, Opened, Stale, Tx};
use crate::figures::{Lookup, Lookups};

/// A record that is only a number.
#[derive(Debug, PartialEq)]
struct Number(u64);

impl Record for Number {
    fn encode(&self) -> Option<Vec<u8>> {
        Some(self.0.to_string().into_bytes())
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        Some(Self(std::str::from_utf8(bytes).ok()?.parse().ok()?))
    }

    fn lookup(lookups: &Lookups) -> &Lookup {
        &lookups.member
    }
}

/// A shared cache over a database in which a number stands for everything that changes.
struct Desk {
    fake: &'static Fake,
    shared: Arc<Shared>,
    opened: Opened,
    truth: AtomicU64,
    loads: AtomicU64,
    _folder: TempDir,
}

const KEY: UserId = UserId::new(Uuid::from_u128(1));

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = Secret::new(format!("sqlite://{}?mode=rwc", folder.path().join("users.db").display()));
        let opened = Database::open(&config::Database { url, ..config::Database::default() }, false).await.unwrap();
        let fake: &'static Fake = Box::leak(Box::default());
        let shared = Shared::open(Box::new(fake), false, Duration::from_mins(5), opened.reads()).await.unwrap();
        let (truth, loads) = (AtomicU64::new(1), AtomicU64::new(0));
        Self { fake, shared, opened, truth, loads, _folder: folder }
    }

    fn load(&self) -> std::future::Ready<Result<Option<Number>>> {
        self.loads.fetch_add(1, Ordering::SeqCst);
        std::future::ready(Ok(Some(Number(self.truth.load(Ordering::SeqCst))).filter(|number| number.0 > 0)))
    }

    async fn read(&self) -> Option<u64> {
        self.shared.record(self.shared.name(&user_key(KEY)), None, || self.load()).await.unwrap().map(|number| number.0)
    }

    /// How many times the database is asked for one read.
    async fn loads_of_a_read(&self) -> u64 {
        let before = self.loads.load(Ordering::SeqCst);
        self.read().await;
        self.loads.load(Ordering::SeqCst) - before
    }

    fn cache(&self) -> Cache {
        Cache::Shared(Arc::clone(&self.shared))
    }

    async fn transaction(&self) -> Tx {
        match self.opened.reads() {
            Reads::Sqlite(connection) => connection.begin().await.unwrap(),
            Reads::Server(_) => unreachable!(),
        }
    }

    async fn bar(&self, tx: &Tx) -> Change {
        self.cache().begin(tx, vec![Stale { user: Some(KEY), ..Stale::default() }]).await.unwrap()
    }

    async fn change(&self, to: u64) -> Duration {
        let tx = self.transaction().await;
        let change = self.bar(&tx).await;
        tx.commit().await.unwrap();
        self.truth.store(to, Ordering::SeqCst);
        let committed_at = Instant::now();
        self.cache().end(change).await.unwrap();
        committed_at.elapsed()
    }

    fn goes_down(&self, is_down: bool) {
        self.fake.is_down.store(is_down, Ordering::SeqCst);
    }

    /// Waits until a condition holds that takes some seconds to.
    async fn until(&self, what: &str, holds: impl AsyncFn() -> bool) {
        let started = Instant::now();
        while !holds().await {
            assert!(started.elapsed() < Duration::from_secs(20), "{what}");
            sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test]
async fn a_record_is_loaded_once_and_after_a_change_again() {
    let desk = Desk::new().await;
    assert_eq!((desk.read().await, desk.read().await), (Some(1), Some(1)));
    assert_eq!(desk.loads.load(Ordering::SeqCst), 1);
    desk.change(2).await;
    assert_eq!((desk.read().await, desk.read().await), (Some(2), Some(2)));
    assert_eq!(desk.loads.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn that_there_is_none_is_remembered_too() {
    let desk = Desk::new().await;
    desk.truth.store(0, Ordering::SeqCst);
    assert_eq!((desk.read().await, desk.read().await), (None, None));
    assert_eq!(desk.loads.load(Ordering::SeqCst), 1);
    desk.change(1).await;
    assert_eq!(desk.read().await, Some(1));
}

#[tokio::test]
async fn many_who_miss_it_at_once_load_it_once() {
    let desk = Arc::new(Desk::new().await);
    let reads = (0..50).map(|_| {
        let desk = Arc::clone(&desk);
        tokio::spawn(async move { desk.read().await })
    });
    for read in reads.collect::<Vec<_>>() {
        assert_eq!(read.await.unwrap(), Some(1));
    }
    assert_eq!(desk.loads.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_a_late_reader_has_loaded_does_not_come_back() {
    let desk = Arc::new(Desk::new().await);
    let (has_loaded, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let late = tokio::spawn({
        let (desk, has_loaded, go_on) = (Arc::clone(&desk), Arc::clone(&has_loaded), Arc::clone(&go_on));
        async move {
            let load = || async {
                let loaded = desk.load().await;
                has_loaded.notify_one();
                go_on.notified().await;
                loaded
            };
            desk.shared
                .record(desk.shared.name(&user_key(KEY)), None, load)
                .await
                .unwrap()
                .map(|number: Arc<Number>| number.0)
        }
    });
    has_loaded.notified().await;
    desk.change(2).await;
    go_on.notify_one();
    assert_eq!(late.await.unwrap(), Some(1));
    assert_eq!(desk.read().await, Some(2));
}

#[tokio::test]
async fn while_a_change_is_made_the_database_is_asked_and_nothing_kept() {
    let desk = Desk::new().await;
    desk.read().await;
    let tx = desk.transaction().await;
    let change = desk.bar(&tx).await;
    assert_eq!((desk.loads_of_a_read().await, desk.loads_of_a_read().await), (1, 1));
    tx.commit().await.unwrap();
    desk.cache().end(change).await.unwrap();
    assert_eq!((desk.loads_of_a_read().await, desk.loads_of_a_read().await), (1, 0));
}

#[tokio::test]
async fn what_is_no_record_is_loaded() {
    let desk = Desk::new().await;
    let name = desk.shared.name(&user_key(KEY)).unwrap();
    desk.fake.values.lock().unwrap().insert(name, Value::Record(b"one".to_vec()));
    assert_eq!(desk.read().await, Some(1));
    desk.change(2).await;
    assert_eq!((desk.read().await, desk.loads_of_a_read().await), (Some(2), 0));
}

#[tokio::test]
async fn while_the_cache_is_down_the_database_is_asked() {
    let desk = Desk::new().await;
    desk.read().await;
    desk.goes_down(true);
    assert_eq!((desk.loads_of_a_read().await, desk.loads_of_a_read().await), (1, 1));
    desk.goes_down(false);
    assert_eq!(desk.loads_of_a_read().await, 0);
}

#[tokio::test]
async fn a_change_the_cache_cannot_be_told_of_is_answered_when_every_server_knows() {
    let desk = Desk::new().await;
    desk.read().await;
    // For another server, the cache answers all the time.
    let other = Shared::open(Box::new(desk.fake), false, Duration::from_mins(5), desk.opened.reads()).await.unwrap();
    desk.goes_down(true);
    let took = desk.change(2).await;
    desk.goes_down(false);
    assert!(took >= TRUST, "{took:?}");
    let seen = other.record(other.name(&user_key(KEY)), None, || desk.load()).await.unwrap().unwrap();
    assert_eq!(seen.0, 2);
    assert_eq!(other.name(&user_key(KEY)), None, "the other server still uses the cache");
    // Once they all do without it, nobody has to wait.
    desk.goes_down(true);
    desk.until("it takes no time", async || desk.change(3).await < TRUST / 4).await;
    // When the cache is back, it is used again, and begins with nothing.
    desk.goes_down(false);
    desk.until("the cache is used again", async || desk.shared.name("").is_some()).await;
    assert_eq!((desk.read().await, desk.loads_of_a_read().await), (Some(3), 0));
}

#[tokio::test]
async fn a_cache_lost_between_the_bar_and_the_answer_is_not_trusted_either() {
    let desk = Desk::new().await;
    desk.read().await;
    let tx = desk.transaction().await;
    let change = desk.bar(&tx).await;
    desk.goes_down(true);
    tx.commit().await.unwrap();
    let committed_at = Instant::now();
    desk.cache().end(change).await.unwrap();
    assert!(committed_at.elapsed() >= TRUST);
    desk.goes_down(false);
    assert!(!store_state::get(desk.opened.reads()).await.unwrap().is_open || desk.shared.name("").is_none());
}

#[tokio::test]
async fn a_change_by_a_process_without_the_cache_is_answered_when_every_server_does_without_it() {
    let desk = Desk::new().await;
    desk.read().await;
    let stale = || vec![Stale { user: Some(KEY), ..Stale::default() }];
    let cache = Cache::Off(Closed::default());
    let tx = desk.transaction().await;
    let change = cache.begin(&tx, stale()).await.unwrap();
    tx.commit().await.unwrap();
    desk.truth.store(2, Ordering::SeqCst);
    let committed_at = Instant::now();
    // Another one at the same time finds the term closed, but not since when.
    let tx = desk.transaction().await;
    let another = cache.begin(&tx, stale()).await.unwrap();
    tx.commit().await.unwrap();
    cache.end(another).await.unwrap();
    assert!(committed_at.elapsed() >= TRUST);
    cache.end(change).await.unwrap();
    assert_eq!(desk.read().await, Some(2));
    // They all do without it now.
    let tx = desk.transaction().await;
    assert!(cache.begin(&tx, stale()).await.unwrap().is_here());
    tx.rollback().await.unwrap();
}
