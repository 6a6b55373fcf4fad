use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};

use tokio::task::JoinHandle;

use super::*;
use crate::model::password::Password;
use crate::password::params::HashParams;
use crate::password::phc::PhcError;

const CHEAP: HashParams = HashParams { memory_kib: 64, iterations: 1, parallelism: 1 };

fn pool(max_concurrent: usize, max_queue: usize) -> HashPool {
    let limits = PoolLimits { max_concurrent: NonZeroUsize::new(max_concurrent).unwrap(), max_queue };
    HashPool::new(Hasher::unchecked(CHEAP, None), limits).unwrap()
}

fn password(text: &str) -> Prepared {
    Prepared::of(&Password::new(text)).unwrap()
}

/// Polls once: the job is in the queue, or was refused.
fn begin<T>(future: &mut Pin<Box<impl Future<Output = T>>>) -> Poll<T> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// A job that has begun when this returns, and ends when the sender is used or dropped.
async fn occupy(pool: &HashPool) -> (mpsc::Sender<()>, JoinHandle<Result<(), PoolError>>) {
    let (begun, has_begun) = oneshot::channel();
    let (end, ended) = mpsc::channel();
    let pool = pool.clone();
    let job = tokio::spawn(async move {
        pool.run(move |_, _| {
            let _ = begun.send(());
            let _ = ended.recv();
            Ok(())
        })
        .await
    });
    has_begun.await.unwrap();
    (end, job)
}

#[tokio::test]
async fn a_round_trip() {
    let pool = pool(2, 4);
    let phc = pool.hash(password("correct horse"), [7; 16]).await.unwrap();
    let verdict = pool.verify(password("correct horse"), phc.as_str()).await;
    assert_eq!(verdict, Ok(Verdict::Match { needs_rehash: false }));
    assert_eq!(pool.verify(password("wrong horse"), phc).await, Ok(Verdict::Mismatch));
    assert_eq!(pool.verify_nobody(Some(password("x"))).await, Ok(Verdict::Mismatch));
    assert_eq!(pool.verify_nobody(None).await, Ok(Verdict::Mismatch));
    let malformed = Err(PoolError::Stored(PhcError::Malformed));
    assert_eq!(pool.verify(password("x"), "$argon2id$").await, malformed);
    assert_eq!(pool.stats(), PoolStats { computed: 5, waiting: 0, running: 0, refused: 0 });
}

#[tokio::test]
async fn a_full_queue_refuses_at_once() {
    let pool = pool(1, 1);
    let (end, running) = occupy(&pool).await;
    let mut waiting = Box::pin(pool.hash(password("waits"), [0; 16]));
    assert!(begin(&mut waiting).is_pending());
    assert_eq!(pool.stats(), PoolStats { computed: 0, waiting: 1, running: 1, refused: 0 });
    let mut refused = Box::pin(pool.hash(password("refused"), [0; 16]));
    assert_eq!(begin(&mut refused), Poll::Ready(Err(PoolError::Full)));
    assert!(!pool.has_room());
    assert_eq!(pool.stats().refused, 2);
    drop(end);
    assert_eq!(running.await.unwrap(), Ok(()));
    assert!(waiting.await.is_ok());
    let (wait, work) = pool.times();
    assert_eq!((wait.count, work.count), (2, 2));
    assert_eq!(pool.stats().computed, 2);
    assert!(pool.hash(password("later"), [0; 16]).await.is_ok());
}

#[tokio::test]
async fn with_no_queue_as_many_run_as_there_are_threads() {
    let pool = pool(2, 0);
    let (_first, _) = occupy(&pool).await;
    let (second, running) = occupy(&pool).await;
    assert_eq!(pool.verify_nobody(None).await, Err(PoolError::Full));
    drop(second);
    assert_eq!(running.await.unwrap(), Ok(()));
    assert!(pool.verify_nobody(None).await.is_ok());
}

#[tokio::test]
async fn a_caller_that_goes_away_frees_no_thread_but_a_place_in_the_queue() {
    let pool = pool(1, 1);
    let (end, running) = occupy(&pool).await;
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());
    let mut given_up = Box::pin(pool.hash(password("given up"), [0; 16]));
    assert!(begin(&mut given_up).is_pending());
    drop(given_up);
    assert_eq!(pool.stats().running, 1);
    let mut waiting = Box::pin(pool.hash(password("waits"), [0; 16]));
    assert!(begin(&mut waiting).is_pending(), "in the place of the one that gave up");
    let mut refused = Box::pin(pool.hash(password("refused"), [0; 16]));
    assert_eq!(begin(&mut refused), Poll::Ready(Err(PoolError::Full)), "the running job keeps its place");
    drop(end);
    assert!(waiting.await.is_ok());
    assert_eq!(pool.stats().computed, 2, "what was given up is not computed");
}

#[tokio::test]
async fn a_panic_ends_a_job_and_not_the_pool() {
    let pool = pool(1, 1);
    let phc = pool.hash(password("correct horse"), [7; 16]).await.unwrap();
    for _ in 0..3 {
        let answer: Result<(), _> = pool.run(|_, _| panic!("a defect")).await;
        assert_eq!(answer, Err(PoolError::Failed));
    }
    let verdict = pool.verify(password("correct horse"), phc).await;
    assert_eq!(verdict, Ok(Verdict::Match { needs_rehash: false }));
    assert_eq!(pool.stats().running, 0);
}

#[tokio::test]
async fn a_thread_keeps_its_memory() {
    let pool = pool(1, 4);
    let dear = HashParams { memory_kib: 512, ..CHEAP };
    let phc = Hasher::unchecked(dear, None).hash(&password("x"), [0; 16], &mut Memory::default()).unwrap();
    assert_eq!(pool.verify(password("x"), phc).await, Ok(Verdict::Match { needs_rehash: true }));
    assert_eq!(pool.run(|_, memory| Ok(memory.capacity())).await, Ok(64), "given back");
    let place = || pool.run(|_, memory| Ok(memory.blocks(64).unwrap().as_ptr().addr()));
    let before = place().await.unwrap();
    pool.hash(password("x"), [0; 16]).await.unwrap();
    assert_eq!(place().await, Ok(before));
}

#[tokio::test]
async fn a_closed_pool_finishes_what_runs() {
    let pool = pool(1, 2);
    let (end, running) = occupy(&pool).await;
    let mut waiting = Box::pin(pool.hash(password("waits"), [0; 16]));
    assert!(begin(&mut waiting).is_pending());
    pool.close();
    assert_eq!(waiting.await, Err(PoolError::Closed));
    assert_eq!(pool.hash(password("late"), [0; 16]).await, Err(PoolError::Closed));
    end.send(()).unwrap();
    assert_eq!(running.await.unwrap(), Ok(()));
}

#[tokio::test]
async fn threads_are_named_and_end_with_the_last_clone() {
    let pool = pool(1, 1);
    let name = pool.run(|_, _| Ok(thread::current().name().map(str::to_owned))).await.unwrap();
    assert_eq!(name.as_deref(), Some("hash-0"));
    let shared = Arc::downgrade(&pool.threads.0);
    let clone = pool.clone();
    drop(pool);
    assert!(clone.verify_nobody(None).await.is_ok());
    drop(clone);
    // The thread holds the last reference, and lets go of it as it ends.
    while shared.strong_count() > 0 {
        thread::yield_now();
    }
}
