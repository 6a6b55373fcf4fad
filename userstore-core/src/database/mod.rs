//! The database: connections, the queue of writes, migrations. Which database it is, sea-orm knows; which tables there
//! are, `op::row` knows.

mod connect;
mod job;
mod migrate;
mod write;

use std::path::PathBuf;

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbErr, SqlErr, Statement};

use crate::cache::Cache;
use crate::config;
use crate::error::{Error, Result};

pub(crate) use self::job::{Stale, Written};
pub(crate) use self::migrate::applied;
pub(crate) use self::write::Queue;

/// A database, up to date with all migrations.
#[derive(Debug)]
pub(crate) struct Database {
    reads: DatabaseConnection,
    writes: write::Queue,
    file: PathBuf,
}

impl Database {
    /// Opens the database, brings its tables up to date, and starts the queue of writes.
    pub(crate) async fn open(settings: &config::Database, existing_only: bool, cache: &Cache) -> Result<Self> {
        let target = connect::Target::parse(settings, existing_only)?;
        let file = target.file().to_owned();
        let writer = connect::retry(&target, || connect::writer(&target)).await?;
        migrate::up(&writer, settings.timeout).await?;
        let reads = connect::retry(&target, || connect::readers(&target, settings.max_connections)).await?;
        let writes = write::Queue::start(target, writer, cache.clone());
        Ok(Self { reads, writes, file })
    }

    /// Connections for reading. What was committed before a read starts, it sees.
    pub(crate) fn reads(&self) -> &DatabaseConnection {
        &self.reads
    }

    /// Where writes are made.
    pub(crate) fn writes(&self) -> &write::Queue {
        &self.writes
    }

    /// The file the database is in.
    pub(crate) fn file(&self) -> &PathBuf {
        &self.file
    }

    /// Empties the log that writes go to first, so that nothing is left there of what they have replaced. `false` where
    /// another process is still reading from it.
    pub(crate) async fn empty_log(&self) -> Result<bool> {
        let checkpoint = Statement::from_string(self.reads.get_database_backend(), "PRAGMA wal_checkpoint(TRUNCATE)");
        let row = self.reads.query_one_raw(checkpoint).await?;
        let is_busy = row.map(|row| row.try_get_by_index::<i64>(0)).transpose()?;
        Ok(is_busy == Some(0))
    }

    /// Finishes the writes that were accepted, and closes every connection.
    pub(crate) async fn close(&self) {
        self.writes.close().await;
        if let Err(error) = self.reads.close_by_ref().await {
            tracing::warn!(%error, "the database was not closed in order");
        }
    }
}

/// Checks settings as opening does, without touching a file.
pub(crate) fn check(settings: &config::Database) -> Result<()> {
    connect::Target::parse(settings, false).map(drop)
}

impl From<DbErr> for Error {
    /// Whatever a query did not expect: to the caller, the database is not available.
    fn from(error: DbErr) -> Self {
        Self::unavailable("database", error)
    }
}

/// Whether a write failed because of the unique index `uq_<table>_<column>`. SQLite names the column, the others the
/// index.
pub(crate) fn violates_unique(error: &DbErr, table: &str, column: &str) -> bool {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(text)) => {
            text.contains(&format!("{table}.{column}")) || text.contains(&format!("uq_{table}_{column}"))
        }
        _ => false,
    }
}

/// Whether a write failed because a record that it refers to is gone.
pub(crate) fn violates_reference(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::ForeignKeyConstraintViolation(_)))
}
