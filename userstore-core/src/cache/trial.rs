//! What every shared cache has to stand, on a server of the test's own.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::shared::{Mark, SharedCache, Slot};
use crate::error::Error;

/// A reader, another one, a writer, another one.
const READER: Mark = Mark(1);
const OTHER_READER: Mark = Mark(2);
const WRITER: Mark = Mark(3);
const OTHER_WRITER: Mark = Mark(4);

/// A cache, and a way to take a key from its server, as eviction does.
pub(super) struct Trial<C, E> {
    pub(super) cache: C,
    pub(super) evict: E,
}

impl<C: SharedCache, E: AsyncFn(&str)> Trial<C, E> {
    async fn look(&self, key: &str) -> Slot {
        self.cache.get(&[key.to_owned()]).await.unwrap().remove(0)
    }

    async fn lease(&self, key: &str, mark: Mark) -> bool {
        self.cache.lease(key, mark).await.unwrap()
    }

    async fn put(&self, key: &str, mark: Mark, text: &str) {
        self.cache.put(key, mark, text.as_bytes()).await.unwrap();
    }

    async fn bar(&self, key: &str, mark: Mark) {
        self.cache.bar(&[key.to_owned()], mark).await.unwrap();
    }

    async fn clear(&self, key: &str, mark: Mark) {
        self.cache.clear(&[key.to_owned()], mark).await.unwrap();
    }

    /// Every story has a key of its own.
    pub(super) async fn stand(&self) {
        self.a_record_is_put_by_whoever_has_the_lease().await;
        self.a_late_reader_never_puts_anything().await;
        self.a_bar_stands_until_its_own_writer_removes_it().await;
        self.what_is_evicted_is_never_put_and_never_stays().await;
        self.many_keys_are_read_and_written_at_once().await;
        self.a_record_is_kept_to_the_byte().await;
    }

    async fn a_record_is_put_by_whoever_has_the_lease(&self) {
        let key = "store:1:put";
        assert_eq!(self.look(key).await, Slot::Empty);
        self.put(key, READER, "without a lease").await;
        assert_eq!(self.look(key).await, Slot::Empty);
        assert!(self.lease(key, READER).await);
        assert_eq!(self.look(key).await, Slot::Unsettled);
        assert!(!self.lease(key, OTHER_READER).await && !self.lease(key, READER).await);
        self.put(key, OTHER_READER, "of another").await;
        assert_eq!(self.look(key).await, Slot::Unsettled);
        self.put(key, READER, "good").await;
        assert_eq!(self.look(key).await, Slot::Found(b"good".to_vec()));
        self.put(key, READER, "twice").await;
        assert_eq!(self.look(key).await, Slot::Found(b"good".to_vec()));
        assert!(!self.lease(key, OTHER_READER).await);
    }

    async fn a_late_reader_never_puts_anything(&self) {
        // While the writer writes; after it has; and after another reader has put the new record.
        for (number, late) in ["barred", "cleared", "leased", "renewed"].into_iter().enumerate() {
            let key = format!("store:1:late:{number}");
            assert!(self.lease(&key, READER).await);
            self.bar(&key, WRITER).await;
            let expected = if late == "barred" {
                Slot::Unsettled
            } else {
                self.clear(&key, WRITER).await;
                assert_eq!(self.look(&key).await, Slot::Empty);
                if late == "cleared" {
                    Slot::Empty
                } else {
                    assert!(self.lease(&key, OTHER_READER).await);
                    if late == "leased" {
                        Slot::Unsettled
                    } else {
                        self.put(&key, OTHER_READER, "new").await;
                        Slot::Found(b"new".to_vec())
                    }
                }
            };
            self.put(&key, READER, "old").await;
            assert_eq!(self.look(&key).await, expected, "{late}");
        }
    }

    async fn a_bar_stands_until_its_own_writer_removes_it(&self) {
        let key = "store:1:bar";
        assert!(self.lease(key, READER).await);
        self.put(key, READER, "old").await;
        self.bar(key, WRITER).await;
        assert_eq!(self.look(key).await, Slot::Unsettled);
        assert!(!self.lease(key, READER).await);
        self.bar(key, OTHER_WRITER).await;
        self.clear(key, WRITER).await;
        assert_eq!(self.look(key).await, Slot::Unsettled, "the other one writes still");
        self.clear(key, OTHER_WRITER).await;
        assert_eq!(self.look(key).await, Slot::Empty);
        self.clear(key, OTHER_WRITER).await;
        // What a reader has left meanwhile goes, be it a lease or a record.
        assert!(self.lease(key, READER).await);
        self.clear(key, WRITER).await;
        assert_eq!(self.look(key).await, Slot::Empty);
        assert!(self.lease(key, READER).await);
        self.put(key, READER, "of before or after").await;
        self.clear(key, WRITER).await;
        assert_eq!(self.look(key).await, Slot::Empty);
    }

    async fn what_is_evicted_is_never_put_and_never_stays(&self) {
        let key = "store:1:evicted";
        assert!(self.lease(key, READER).await);
        (self.evict)(key).await;
        self.put(key, READER, "after the lease was lost").await;
        assert_eq!(self.look(key).await, Slot::Empty);
        // The bar is lost, a reader puts what it has loaded before the commit, and the writer removes that.
        self.bar(key, WRITER).await;
        (self.evict)(key).await;
        assert!(self.lease(key, READER).await);
        self.put(key, READER, "old").await;
        self.clear(key, WRITER).await;
        assert_eq!(self.look(key).await, Slot::Empty);
        // Or has not put it yet.
        self.bar(key, WRITER).await;
        (self.evict)(key).await;
        assert!(self.lease(key, READER).await);
        self.clear(key, WRITER).await;
        self.put(key, READER, "old").await;
        assert_eq!(self.look(key).await, Slot::Empty);
    }

    async fn many_keys_are_read_and_written_at_once(&self) {
        let keys: Vec<String> = (0..20).map(|number| format!("store:1:many:{number}")).collect();
        for key in &keys[..10] {
            assert!(self.lease(key, READER).await);
            self.put(key, READER, key).await;
        }
        let found = |key: &String| Slot::Found(key.clone().into_bytes());
        let mut expected: Vec<Slot> = keys[..10].iter().map(found).collect();
        expected.extend(vec![Slot::Empty; 10]);
        assert_eq!(self.cache.get(&keys).await.unwrap(), expected);
        self.cache.bar(&keys[5..15], WRITER).await.unwrap();
        expected[5..15].fill(Slot::Unsettled);
        assert_eq!(self.cache.get(&keys).await.unwrap(), expected);
        self.cache.clear(&keys[..15], WRITER).await.unwrap();
        assert_eq!(self.cache.get(&keys).await.unwrap(), vec![Slot::Empty; 20]);
        assert_eq!(self.cache.get(&[]).await.unwrap(), []);
        self.cache.bar(&[], WRITER).await.unwrap();
        self.cache.clear(&[], WRITER).await.unwrap();
    }

    async fn a_record_is_kept_to_the_byte(&self) {
        let large = vec![0xff; 64 * 1024];
        for (number, record) in [&b""[..], b"B0", b"L\r\nEND\r\n", &[0, 255, 0], &large].into_iter().enumerate() {
            let key = format!("store:1:bytes:{number}");
            assert!(self.lease(&key, READER).await);
            self.cache.put(&key, READER, record).await.unwrap();
            assert_eq!(self.look(&key).await, Slot::Found(record.to_vec()));
        }
    }
}

/// Readers and writers that know the order: a number that only rises, in a database that is an atomic. No reader is
/// given what was there before a change whose writer was done when it asked.
pub(super) async fn never_stale(cache: Arc<dyn SharedCache>, evict: impl AsyncFn(&str)) {
    const KEY: &str = "store:1:number";
    let (truth, answered) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let keys = || vec![KEY.to_owned()];
    let mut all = JoinSet::new();
    for writer in 0..2_u128 {
        let (cache, truth, answered) = (Arc::clone(&cache), Arc::clone(&truth), Arc::clone(&answered));
        all.spawn(async move {
            for round in 0..150_u128 {
                let mark = Mark(1 << 100 | writer << 64 | round);
                cache.bar(&keys(), mark).await.unwrap();
                tokio::task::yield_now().await;
                let now = truth.fetch_add(1, Ordering::SeqCst) + 1;
                tokio::task::yield_now().await;
                cache.clear(&keys(), mark).await.unwrap();
                answered.fetch_max(now, Ordering::SeqCst);
                sleep(Duration::from_millis(2)).await;
            }
            0
        });
    }
    for reader in 0..6_u128 {
        let (cache, truth, answered) = (Arc::clone(&cache), Arc::clone(&truth), Arc::clone(&answered));
        all.spawn(async move {
            let mut found = 0;
            for round in 0..600_u128 {
                let floor = answered.load(Ordering::SeqCst);
                match cache.get(&keys()).await.unwrap().remove(0) {
                    Slot::Found(number) => {
                        let number = u64::from_le_bytes(number.try_into().unwrap());
                        assert!(number >= floor, "{number} is from before {floor}");
                        found += 1;
                    }
                    Slot::Empty => {
                        let mark = Mark(reader << 64 | round);
                        if cache.lease(KEY, mark).await.unwrap() {
                            let number = truth.load(Ordering::SeqCst);
                            // Some are late.
                            if round % 3 == 0 {
                                sleep(Duration::from_millis(1)).await;
                            }
                            cache.put(KEY, mark, &number.to_le_bytes()).await.unwrap();
                        }
                    }
                    Slot::Unsettled => {}
                }
                tokio::task::yield_now().await;
            }
            found
        });
    }
    for _ in 0..50 {
        evict(KEY).await;
        sleep(Duration::from_millis(5)).await;
    }
    let found: u32 = all.join_all().await.into_iter().sum();
    assert!(found > 100, "what was put was found {found} times");
}

/// What is put ends by itself, however it is with the marks.
pub(super) async fn ends_by_itself(cache: &dyn SharedCache) {
    let key = "store:1:short";
    assert!(cache.lease(key, READER).await.unwrap());
    cache.put(key, READER, b"short").await.unwrap();
    let started = Instant::now();
    while cache.get(&[key.to_owned()]).await.unwrap() != [Slot::Empty] {
        assert!(started.elapsed() < Duration::from_secs(5));
        sleep(Duration::from_millis(50)).await;
    }
}

/// Every operation says that the cache is away.
pub(super) async fn is_away(cache: &dyn SharedCache) -> bool {
    let keys = ["store:1:away".to_owned()];
    let answers = [
        cache.get(&keys).await.map(drop),
        cache.lease(&keys[0], READER).await.map(drop),
        cache.put(&keys[0], READER, b"").await,
        cache.bar(&keys, WRITER).await,
        cache.clear(&keys, WRITER).await,
    ];
    let away = |answer: &Result<(), Error>| matches!(answer, Err(Error::Unavailable { part: "cache", .. }));
    let told: HashSet<bool> = answers.iter().map(away).collect();
    assert_eq!(told.len(), 1, "{answers:?}");
    told.contains(&true)
}

/// Waits until a cache is used again; says how long that took.
pub(super) async fn heal(cache: &dyn SharedCache) -> Duration {
    let started = Instant::now();
    while cache.get(&["store:1:healed".to_owned()]).await.is_err() {
        assert!(started.elapsed() < Duration::from_secs(5), "it does not heal");
        sleep(Duration::from_millis(10)).await;
    }
    started.elapsed()
}
