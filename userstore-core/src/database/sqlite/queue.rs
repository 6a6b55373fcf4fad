//! The queue of writes.
//!
//! SQLite takes one writer at a time and makes each commit wait for the disk, so writes queue up in front of one
//! connection and those that wait are committed together: each in a savepoint of its own where there are several, none
//! answered before the commit. Since every write of this process goes through that connection, `PRAGMA data_version` on
//! it tells exactly the writes of others; the queue looks there too, and has the cache forget.

use std::time::Duration;

use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DbErr, RuntimeErr, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait as _,
};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout_at};

use super::connect::{Target, writer};
use crate::cache::{Cache, Change};
use crate::database::job::{Job, Work};
use crate::database::write::Tx;
use crate::error::{Error, Result};
use sea_orm::sqlx::error::DatabaseError;

/// How many writes wait before further ones have to wait to queue.
const CAPACITY: usize = 1024;
/// The most writes of one commit.
const BATCH: usize = 64;
/// How often the queue looks for the writes of others: often enough for them to be seen within 100 ms.
const LOOK: Duration = Duration::from_millis(25);

/// Where writes are handed in.
#[derive(Debug)]
pub(crate) struct Queue {
    jobs: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    sender: mpsc::WeakSender<Box<dyn Job>>,
    worker: Mutex<Option<JoinHandle<()>>>,
    timeout: Duration,
}

impl Queue {
    pub(in crate::database) fn start(target: Target, connection: DatabaseConnection, cache: Cache) -> Self {
        let (sender, receiver) = mpsc::channel(CAPACITY);
        let timeout = target.timeout();
        let worker = Worker { target, connection, cache, version: None, has_failed: false };
        let worker = tokio::spawn(worker.run(receiver));
        Self { sender: sender.downgrade(), jobs: Mutex::new(Some(sender)), worker: Mutex::new(Some(worker)), timeout }
    }

    /// Makes a write; see [`Writes::run`](crate::database::Writes::run).
    pub(in crate::database) async fn run<T, W>(&self, work: W) -> Result<T>
    where
        W: for<'t> FnOnce(&'t Tx) -> Work<'t, T> + Send + 'static,
        T: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = crate::database::job::boxed(work, reply);
        let deadline = Instant::now() + self.timeout;
        let late = |_| Error::unavailable("database", "the write was not done in time");
        let closed = || Error::unavailable("database", "the store is closed");
        let sender = self.sender.upgrade().ok_or_else(closed)?;
        timeout_at(deadline, sender.send(job)).await.map_err(late)?.map_err(|_| closed())?;
        drop(sender);
        timeout_at(deadline, answer).await.map_err(late)?.map_err(|_| closed())?
    }

    /// Finishes what was handed in, and takes no more.
    pub(in crate::database) async fn close(&self) {
        drop(self.jobs.lock().await.take());
        if let Some(worker) = self.worker.lock().await.take()
            && let Err(error) = worker.await
        {
            tracing::error!(%error, "the queue of writes ended badly");
        }
    }
}

struct Worker {
    target: Target,
    connection: DatabaseConnection,
    cache: Cache,
    /// What `PRAGMA data_version` said last: another number says that another process has written.
    version: Option<i64>,
    /// Whether the last commit failed: on a connection made before the cause was removed, the next one would, too.
    has_failed: bool,
}

impl Worker {
    async fn run(mut self, mut jobs: mpsc::Receiver<Box<dyn Job>>) {
        let mut tick = interval(LOOK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                _ = tick.tick() => self.look().await,
                job = jobs.recv() => {
                    let Some(first) = job else { break };
                    let mut batch = vec![first];
                    while batch.len() < BATCH && let Ok(next) = jobs.try_recv() {
                        batch.push(next);
                    }
                    self.commit(batch).await;
                }
            }
        }
        if let Err(error) = self.connection.close_by_ref().await {
            tracing::warn!(%error, "the database was not closed in order");
        }
    }

    /// Has the cache forget everything when another process has written, or when that cannot be told.
    async fn look(&mut self) {
        let statement = Statement::from_string(self.connection.get_database_backend(), "PRAGMA data_version");
        let version = match self.connection.query_one_raw(statement).await {
            Ok(row) => row.and_then(|row| row.try_get_by_index::<i64>(0).ok()),
            Err(error) => {
                if self.version.is_some() {
                    tracing::warn!(%error, "cannot tell whether another process has written: nothing is remembered");
                }
                None
            }
        };
        if version.is_none() || version != self.version {
            self.cache.clear();
        }
        self.version = version;
    }

    async fn commit(&mut self, mut batch: Vec<Box<dyn Job>>) {
        if self.has_failed {
            self.reconnect().await;
        }
        let (outcome, change) = self.attempt(&mut batch).await;
        self.has_failed = outcome.is_err();
        if let Err(error) = &outcome {
            tracing::error!(%error, writes = batch.len(), "writes failed");
            self.reconnect().await;
        }
        // Whether a failed commit has reached the disk is not known: what it made stale is forgotten all the same.
        let failure = outcome.err().map(|error| error.to_string());
        let cache = self.cache.clone();
        if change.is_here() {
            return finish(batch, cache.end(change).await, failure);
        }
        // Others are told by way of the network: the next writes do not wait for it.
        tokio::spawn(async move { finish(batch, cache.end(change).await, failure) });
    }

    /// Begins, and waits for as long as the settings allow while another process writes.
    async fn begin(&mut self) -> Result<Tx, DbErr> {
        let deadline = Instant::now() + self.target.timeout();
        loop {
            if let Some(transaction) = try_begin(&self.connection).await? {
                return Ok(transaction);
            }
            if Instant::now() >= deadline {
                return Err(DbErr::Custom("another process holds the write lock".to_owned()));
            }
            self.look().await;
            sleep(Duration::from_millis(5)).await;
        }
    }

    async fn attempt(&mut self, batch: &mut [Box<dyn Job>]) -> (Result<(), DbErr>, Change) {
        let mut change = Change::default();
        let outcome = self.make(batch, &mut change).await;
        (outcome, change)
    }

    async fn make(&mut self, batch: &mut [Box<dyn Job>], change: &mut Change) -> Result<(), DbErr> {
        let transaction = self.begin().await?;
        if let [job] = batch {
            if !(job.is_wanted() && job.run(&transaction).await?) {
                return transaction.rollback().await;
            }
        } else {
            // Whoever has waited too long meanwhile was told that it was not done.
            for job in batch.iter_mut().filter(|job| job.is_wanted()) {
                let savepoint = transaction.begin().await?;
                if job.run(&savepoint).await? {
                    savepoint.commit().await?;
                } else {
                    savepoint.rollback().await?;
                }
            }
        }
        let stale = batch.iter_mut().filter_map(|job| job.stale()).collect();
        *change = self.cache.begin(&transaction, stale).await?;
        transaction.commit().await
    }

    /// A connection that has failed may hold a transaction that nobody can end.
    async fn reconnect(&mut self) {
        match writer(&self.target).await {
            Ok(connection) => {
                let old = std::mem::replace(&mut self.connection, connection);
                self.version = None;
                if let Err(error) = old.close_by_ref().await {
                    tracing::debug!(%error, "the failed connection was not closed in order");
                }
            }
            Err(error) => tracing::error!(%error, "cannot connect to the database again"),
        }
    }
}

/// Answers those who wait.
fn finish(batch: Vec<Box<dyn Job>>, told: Result<()>, failure: Option<String>) {
    let failure = failure.or_else(|| told.err().map(|error| error.with_causes()));
    for job in batch {
        job.finish(failure.as_deref());
    }
}

/// Begins a transaction with SQLite's write lock in hand; `None` while another process has it.
pub(in crate::database) async fn try_begin(connection: &DatabaseConnection) -> Result<Option<Tx>, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    match connection.begin_with_options(options).await {
        Ok(transaction) => Ok(Some(transaction)),
        Err(error) if is_busy(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a connection could not be made because SQLite stayed busy for as long as the pool waits.
pub(super) fn is_timed_out(error: &DbErr) -> bool {
    matches!(error, DbErr::Conn(RuntimeErr::SqlxError(error)) if matches!(**error, sea_orm::sqlx::Error::PoolTimedOut))
}

/// Whether SQLite says that another process has the lock (`SQLITE_BUSY`, in any of its forms).
pub(in crate::database) fn is_busy(error: &DbErr) -> bool {
    let (DbErr::Conn(inner) | DbErr::Exec(inner) | DbErr::Query(inner)) = error else { return false };
    let RuntimeErr::SqlxError(error) = inner else { return false };
    let code = error.as_database_error().and_then(DatabaseError::code).and_then(|code| code.parse::<i32>().ok());
    code.is_some_and(|code| code & 0xff == 5)
}
