//! Making writes: on SQLite in a queue, elsewhere side by side.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::{DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, RuntimeErr, TransactionTrait as _};
use tokio::sync::RwLock;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::Span;

use super::job::{Work, Written};
use super::reads::system;
use super::server::{Server, is_lost, is_read_only};
use super::sqlite::Queue;
use crate::cache::Cache;
use crate::error::{Error, Result};
use crate::figures::{step, within};
use crate::random::Random;

/// A transaction that writes.
pub(crate) type Tx = DatabaseTransaction;

/// How often a write that others were in the way of is tried.
const TRIES: u32 = 12;

/// Where writes are handed in.
#[derive(Debug)]
pub(crate) enum Writes {
    Queue(Queue),
    Pool(Pool),
}

impl Writes {
    /// Makes a write in a transaction of its own. It is durable, and nobody remembers what it made stale, before this
    /// returns `Ok`; after any error but [`Error::Unavailable`], nothing was written.
    ///
    /// The write is made to the end also when the caller goes away. It may be tried again from the start where another
    /// transaction was in its way, and so does nothing but what the transaction undoes.
    pub(crate) async fn run<T, W>(&self, work: W) -> Result<T>
    where
        W: for<'t> FnOnce(&'t Tx) -> Work<'t, T> + Clone + Send + Sync + 'static,
        T: Send + 'static,
    {
        // Boxed, lest every operation's future has to hold both.
        match self {
            Self::Queue(queue) => within(writing(DbBackend::Sqlite), Box::pin(queue.run(work)), is_failure).await,
            Self::Pool(pool) => within(writing(pool.0.server.backend()), Box::pin(pool.run(work)), is_failure).await,
        }
    }

    /// Finishes what was handed in, and takes no more.
    pub(super) async fn close(&self) {
        match self {
            Self::Queue(queue) => queue.close().await,
            Self::Pool(pool) => *pool.0.is_closed.write().await = true,
        }
    }
}

/// The span of a write.
fn writing(backend: DbBackend) -> Span {
    step!("write", otel.kind = "client", db.system.name = system(backend))
}

/// Whether it is the database that failed a write: it may well refuse one.
fn is_failure(error: &Error) -> bool {
    matches!(error, Error::Unavailable { .. })
}

/// Writes on a database server, each on a connection of its own.
///
/// The server keeps those apart that touch the same row: a row that a change is worked out from is read under its lock.
/// Two that wait for each other it stops, and one of them is made again.
#[derive(Debug, Clone)]
pub(crate) struct Pool(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    server: Server,
    cache: Cache,
    /// Held by every write under way.
    is_closed: RwLock<bool>,
}

/// How a try ended that did not succeed.
enum Failure {
    /// The same may succeed when it is done again.
    Passing(DbErr),
    Final(Error),
}

impl Pool {
    pub(super) fn new(server: Server, cache: Cache) -> Self {
        Self(Arc::new(Inner { server, cache, is_closed: RwLock::new(false) }))
    }

    async fn run<T, W>(&self, work: W) -> Result<T>
    where
        W: for<'t> FnOnce(&'t Tx) -> Work<'t, T> + Clone + Send + Sync + 'static,
        T: Send + 'static,
    {
        let pool = self.clone();
        let made = tokio::spawn(async move {
            let is_closed = pool.0.is_closed.read().await;
            if *is_closed {
                return Err(Error::unavailable("database", "the store is closed"));
            }
            pool.0.make(work).await
        });
        made.await.map_err(|error| Error::unavailable("database", error))?
    }
}

impl Inner {
    async fn make<T, W>(&self, work: W) -> Result<T>
    where
        W: for<'t> FnOnce(&'t Tx) -> Work<'t, T> + Clone + Send + Sync,
        T: Send,
    {
        let deadline = Instant::now() + self.server.timeout();
        let mut tries = 0;
        loop {
            let passage = self.server.enter().await?;
            let Ok(tried) = timeout_at(deadline, self.attempt(passage.connection(), work.clone())).await else {
                // The server gives up sooner on what it works on: then nobody may be there.
                passage.give_up();
                return Err(Error::unavailable("database", "the write was not done in time"));
            };
            let error = match tried {
                Ok((written, change)) => return self.cache.end(change).await.map(|()| written.into_value()),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Passing(error)) => error,
            };
            tries += 1;
            let is_elsewhere = is_lost(&error) || is_read_only(&error);
            if is_elsewhere {
                passage.give_up();
            }
            if tries == TRIES || is_elsewhere && tries > 1 {
                return Err(error.into());
            }
            // Two that were in each other's way come back at different moments.
            let [random] = Random.bytes::<1>();
            sleep(Duration::from_micros(u64::from(random) * 20 * u64::from(tries))).await;
        }
    }

    async fn attempt<T, W>(
        &self,
        connection: &DatabaseConnection,
        work: W,
    ) -> Result<(Written<T>, crate::cache::Change), Failure>
    where
        W: for<'t> FnOnce(&'t Tx) -> Work<'t, T> + Send,
        T: Send,
    {
        let transaction = connection.begin().await.map_err(passing)?;
        let mut written = match work(&transaction).await {
            Ok(written) => written,
            Err(error) => {
                // That it fails changes nothing: the server undoes what was not committed.
                let _ended = transaction.rollback().await;
                return Err(match error {
                    Error::Unavailable { part, source } => match source.downcast::<DbErr>() {
                        Ok(error) => passing(*error),
                        Err(source) => Failure::Final(Error::Unavailable { part, source }),
                    },
                    error => Failure::Final(error),
                });
            }
        };
        let change = self.cache.begin(&transaction, vec![written.take_stale()]).await.map_err(passing)?;
        match transaction.commit().await {
            Ok(()) => Ok((written, change)),
            Err(error) => {
                // Whether the commit was made is not known.
                tracing::error!(%error, "a write failed");
                let _told = self.cache.end(change).await;
                Err(Failure::Final(error.into()))
            }
        }
    }
}

fn passing(error: DbErr) -> Failure {
    if is_in_the_way(&error) || is_lost(&error) || is_read_only(&error) {
        Failure::Passing(error)
    } else {
        tracing::error!(%error, "a write failed");
        Failure::Final(error.into())
    }
}

/// Whether the server has stopped a transaction because another one was in its way.
fn is_in_the_way(error: &DbErr) -> bool {
    // 40001 also stands for MySQL's 1213; 1020 is MariaDB's "record has changed since last read".
    matches!(code(error).as_deref(), Some("40001" | "40P01")) || number(error) == Some(1020)
}

/// The SQLSTATE of an error of a server.
pub(super) fn code(error: &DbErr) -> Option<String> {
    let (DbErr::Conn(RuntimeErr::SqlxError(inner))
    | DbErr::Exec(RuntimeErr::SqlxError(inner))
    | DbErr::Query(RuntimeErr::SqlxError(inner))) = error
    else {
        return None;
    };
    inner.as_database_error()?.code().map(std::borrow::Cow::into_owned)
}

/// The number of an error of MySQL or MariaDB.
pub(super) fn number(error: &DbErr) -> Option<u16> {
    let (DbErr::Conn(RuntimeErr::SqlxError(inner))
    | DbErr::Exec(RuntimeErr::SqlxError(inner))
    | DbErr::Query(RuntimeErr::SqlxError(inner))) = error
    else {
        return None;
    };
    Some(inner.as_database_error()?.try_downcast_ref::<sea_orm::sqlx::mysql::MySqlDatabaseError>()?.number())
}
