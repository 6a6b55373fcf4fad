//! The database: connections, writes, migrations. Which database it is, sea-orm knows; which tables there are, `op::row`
//! knows.

mod job;
mod migrate;
mod reads;
mod server;
mod sqlite;
mod url;
mod write;

use std::path::{Path, PathBuf};

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbErr, SqlErr, Statement};

use self::server::Server;
use self::url::Url;
use crate::cache::Cache;
use crate::config;
use crate::error::{Error, Result};

pub(crate) use self::job::{Stale, Written};
pub(crate) use self::migrate::applied;
pub(crate) use self::reads::Reads;
use self::write::Pool;
pub(crate) use self::write::{Tx, Writes};

/// A database, up to date with all migrations.
#[derive(Debug)]
pub(crate) struct Database {
    reads: Reads,
    writes: Writes,
    file: Option<PathBuf>,
}

/// A database that is open for reading. For writing, it needs to know who has to be told.
pub(crate) struct Opened {
    reads: Reads,
    file: Option<PathBuf>,
    writer: Writer,
}

enum Writer {
    Sqlite(DatabaseConnection, sqlite::Target),
    Server(Server),
}

impl Opened {
    /// Connections for reading.
    pub(crate) fn reads(&self) -> &Reads {
        &self.reads
    }

    /// Makes ready for writes, of which this cache is told.
    pub(crate) fn with(self, cache: Cache) -> Database {
        let Self { reads, file, writer } = self;
        let writes = match writer {
            Writer::Sqlite(connection, target) => Writes::Queue(sqlite::Queue::start(target, connection, cache)),
            Writer::Server(server) => Writes::Pool(Pool::new(server, cache)),
        };
        Database { reads, writes, file }
    }
}

impl Database {
    /// Opens the database, and brings its tables up to date.
    pub(crate) async fn open(settings: &config::Database, existing_only: bool) -> Result<Opened> {
        let target = Url::parse(settings, existing_only)?;
        let (reads, writer) = match &target {
            Url::Sqlite(target) => {
                let writer = sqlite::retry(target, || sqlite::writer(target)).await?;
                migrate::on_sqlite(&writer, settings.timeout).await?;
                let reads = sqlite::retry(target, || sqlite::readers(target, settings.max_connections)).await?;
                (Reads::Sqlite(reads), Writer::Sqlite(writer, target.clone()))
            }
            Url::Server(target) => {
                migrate::on_server(target, settings.timeout, existing_only).await?;
                let server = Server::open(target.clone()).await?;
                (Reads::Server(server.clone()), Writer::Server(server))
            }
        };
        let file = match target {
            Url::Sqlite(target) => Some(target.file().to_owned()),
            Url::Server(_) => None,
        };
        Ok(Opened { reads, file, writer })
    }

    /// Connections for reading. What was committed before a read starts, it sees.
    pub(crate) fn reads(&self) -> &Reads {
        &self.reads
    }

    /// Where writes are made.
    pub(crate) fn writes(&self) -> &Writes {
        &self.writes
    }

    /// The file the database is in, where it is in one.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Empties the log that writes go to first, so that nothing is left there of what they have replaced. `false` where
    /// another process is still reading from it.
    pub(crate) async fn empty_log(&self) -> Result<bool> {
        if self.file().is_none() {
            return Ok(true);
        }
        let checkpoint = Statement::from_string(self.reads.get_database_backend(), "PRAGMA wal_checkpoint(TRUNCATE)");
        let row = self.reads.query_one_raw(checkpoint).await?;
        let is_busy = row.map(|row| row.try_get_by_index::<i64>(0)).transpose()?;
        Ok(is_busy == Some(0))
    }

    /// Finishes the writes that were accepted, and closes every connection.
    pub(crate) async fn close(&self) {
        self.writes.close().await;
        self.reads.close().await;
    }
}

/// Checks settings as opening does, without touching a database.
pub(crate) fn check(settings: &config::Database) -> Result<()> {
    Url::parse(settings, false).map(drop)
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

/// Whether the database has taken offence at the values of a write, and not at anything that may pass: one that is not
/// unique, refers to nothing, is missing, too long, or no text.
pub(crate) fn is_refusal(error: &DbErr) -> bool {
    let Some(code) = write::code(error) else { return false };
    // The standard's classes of an SQLSTATE, and what MySQL says of letters that a column does not take.
    code.len() == 5 && (code.starts_with("22") || code.starts_with("23"))
        || write::number(error) == Some(1366)
        // SQLite's TOOBIG, CONSTRAINT and MISMATCH, in any of their forms.
        || code.len() < 5 && code.parse::<i32>().is_ok_and(|code| matches!(code & 0xff, 18..=20))
}
