//! The threads that hash.

mod error;
mod task;
#[cfg(test)]
mod tests;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{fmt, io, thread};

use tokio::sync::oneshot;

use super::hasher::{HashError, Hasher, Salt, Verdict};
use super::memory::Memory;
use super::policy::Prepared;
use super::queue::Queue;
use crate::figures::{Counter, Distribution, Histogram, step, within};
pub(crate) use error::PoolError;
use task::{Job, Task};

/// Hashes passwords on threads of its own, a bounded number at a time.
///
/// A hash takes some 15 ms of a core and 19 MiB. On the threads of the async runtime it would keep other requests from
/// being answered; on its pool for blocking work there would be hundreds at once. Here there is one thread for each
/// hash that may run, which keeps its memory, and a queue that is full at once rather than long.
///
/// A job belongs to its thread: a caller that goes away while it runs does not make room for another. One whose caller
/// went away before is skipped. Clones share the threads, which end when the last clone is gone.
#[derive(Clone)]
pub(crate) struct HashPool {
    threads: Arc<Threads>,
}

/// How many jobs a pool takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PoolLimits {
    /// Hashes at a time, each with its own memory.
    pub(crate) max_concurrent: NonZeroUsize,
    /// Jobs that wait for one of them to end.
    pub(crate) max_queue: usize,
}

/// What the threads that hash passwords have done and are doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PoolStats {
    /// Hashes computed, for whatever purpose, since the pool was made.
    pub(crate) computed: u64,
    /// Jobs in the queue now.
    pub(crate) waiting: usize,
    /// Jobs being worked on now.
    pub(crate) running: usize,
    /// Jobs that were not let in, since the pool was made.
    pub(crate) refused: u64,
}

/// What a place in the queue and a hash take, as far as they go from one bound to the next: a hash at OWASP's minimum
/// takes some 15 ms, and a full queue about half a second.
const TIMES: &[Duration] = &[
    Duration::from_millis(1),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_millis(2500),
];

/// Closes the queue when the last clone of the pool is gone; the threads, which share the rest, then end by themselves.
struct Threads(Arc<Shared>);

struct Shared {
    hasher: Hasher,
    queue: Queue<Waiting>,
    computed: Counter,
    refused: Counter,
    wait: Histogram,
    work: Histogram,
}

/// A job in the queue, and since when.
struct Waiting {
    job: Box<dyn Job>,
    since: Instant,
}

impl HashPool {
    /// Starts the threads, `hash-0` and so on. Their memory is allocated at the first hash of each.
    ///
    /// # Errors
    /// The operating system has no thread to give.
    pub(crate) fn new(hasher: Hasher, limits: PoolLimits) -> io::Result<Self> {
        let places = limits.max_concurrent.get().saturating_add(limits.max_queue);
        let queue: Queue<Waiting> = Queue::new(places, |waiting| waiting.job.is_abandoned());
        let (computed, refused) = (Counter::default(), Counter::default());
        let (wait, work) = (Histogram::new(TIMES), Histogram::new(TIMES));
        let shared = Arc::new(Shared { hasher, queue, computed, refused, wait, work });
        let threads = Threads(shared);
        for number in 0..limits.max_concurrent.get() {
            let shared = Arc::clone(&threads.0);
            thread::Builder::new().name(format!("hash-{number}")).spawn(move || shared.work())?;
        }
        Ok(Self { threads: Arc::new(threads) })
    }

    /// The hash of a password, as it is stored. The salt must be random, and used for this hash only.
    pub(crate) async fn hash(&self, password: Prepared, salt: Salt) -> Result<String, PoolError> {
        self.run(move |hasher, memory| hasher.hash(&password, salt, memory)).await
    }

    /// Whether a stored hash is of this password.
    pub(crate) async fn verify(&self, password: Prepared, phc: impl Into<Arc<str>>) -> Result<Verdict, PoolError> {
        let phc = phc.into();
        self.run(move |hasher, memory| hasher.verify(&password, &phc, memory)).await
    }

    /// The work of [`verify`](Self::verify) where nobody has the name that was given, or where the password that was
    /// typed has no form that could be hashed (`None`). The verdict is always [`Verdict::Mismatch`].
    pub(crate) async fn verify_nobody(&self, password: Option<Prepared>) -> Result<Verdict, PoolError> {
        self.run(move |hasher, memory| hasher.verify_nobody(password.as_ref(), memory)).await
    }

    /// Takes no more jobs, and answers those that wait with [`PoolError::Closed`]. What runs is finished.
    pub(crate) fn close(&self) {
        self.threads.0.queue.close();
    }

    /// Whether a job would be let in now: asked before work that would be in vain.
    pub(crate) fn has_room(&self) -> bool {
        let has_room = self.threads.0.queue.has_room();
        if !has_room {
            self.threads.0.refused.one();
        }
        has_room
    }

    pub(crate) fn stats(&self) -> PoolStats {
        let Shared { queue, computed, refused, .. } = &*self.threads.0;
        let (waiting, running) = queue.counts();
        PoolStats { computed: computed.read(), waiting, running, refused: refused.read() }
    }

    /// How long jobs have waited, and how long they have taken.
    pub(crate) fn times(&self) -> (Distribution, Distribution) {
        (self.threads.0.wait.read(), self.threads.0.work.read())
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Hasher, &mut Memory) -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, PoolError> {
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting { job: Box::new(Task { work, reply }), since: Instant::now() };
        self.threads.0.queue.push(waiting).inspect_err(|_| self.threads.0.refused.one())?;
        // A job that is dropped unanswered was in the queue when it was closed.
        within(step!("hash"), async { answer.await.unwrap_or(Err(PoolError::Closed)) }, |_| true).await
    }
}

impl Shared {
    /// The life of a thread.
    fn work(&self) {
        let mut memory = Memory::default();
        while let Some(Waiting { job, since }) = self.queue.take() {
            let begun = Instant::now();
            self.wait.record(begun - since);
            job.run(&self.hasher, &mut memory, &|is_computed| {
                if is_computed {
                    self.computed.one();
                    self.work.record(begun.elapsed());
                }
                self.queue.finish();
            });
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.0.queue.close();
    }
}

impl Default for PoolLimits {
    /// A thread for each core that may be used, and 64 jobs that wait: about half a second's work of two cores.
    fn default() -> Self {
        let max_concurrent = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self { max_concurrent, max_queue: 64 }
    }
}

impl fmt::Debug for HashPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HashPool").field(&self.stats()).finish()
    }
}
