//! Opening SQLite: one connection writes, several read.

use std::fs::OpenOptions;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use sea_orm::{ConnectOptions, ConnectionTrait as _, DatabaseConnection, DbErr, Statement};

use tokio::time::{Instant, sleep};

use super::queue::{is_busy, is_timed_out};
use crate::config;
use crate::error::{Error, Result};

/// How long the writer waits for another process's write at a stretch; between stretches it looks what was changed.
const WRITER_BUSY: Duration = Duration::from_millis(10);

/// A SQLite file, and how it is to be opened.
#[derive(Debug, Clone)]
pub(in crate::database) struct Target {
    file: PathBuf,
    missing: Missing,
    timeout: Duration,
}

/// What is done where the file is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    /// It is made.
    Create,
    /// The settings do not say that it may be made.
    Refuse,
    /// They do, but whoever opens it wants what is there.
    NotFound,
}

impl Target {
    pub(in crate::database) fn parse(settings: &config::Database, existing_only: bool) -> Result<Self> {
        let refuse = |message: &str| Err(Error::Settings(message.to_owned()));
        let url = settings.url.reveal();
        let Some(rest) = url.strip_prefix("sqlite:") else {
            return refuse(
                "database.url must start with sqlite://, as sqlite://userstore.db?mode=rwc does; no other database is \
                 supported in this version",
            );
        };
        if !rest.starts_with("//") && rest.starts_with(":memory:") || rest.contains("mode=memory") {
            return refuse("database.url must name a file: several connections cannot share a database in memory");
        }
        let Ok(options) = url.parse::<SqliteConnectOptions>() else {
            return refuse("database.url must be sqlite://FILE or sqlite://FILE?mode=rwc");
        };
        let query = rest.split_once('?').map_or("", |(_, query)| query);
        let mode = query.split('&').find_map(|pair| pair.strip_prefix("mode="));
        let file = options.get_filename().to_owned();
        if file.as_os_str().is_empty() || file.to_string_lossy().contains(":memory:") {
            return refuse("database.url must name a file, such as sqlite://userstore.db?mode=rwc");
        }
        match mode {
            Some("ro") => refuse("database.url must not say mode=ro: the store writes"),
            Some("rwc") if existing_only => Ok(Self { file, missing: Missing::NotFound, timeout: settings.timeout }),
            Some("rwc") => Ok(Self { file, missing: Missing::Create, timeout: settings.timeout }),
            _ => Ok(Self { file, missing: Missing::Refuse, timeout: settings.timeout }),
        }
    }

    pub(in crate::database) fn file(&self) -> &Path {
        &self.file
    }

    pub(in crate::database) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Makes the file where it is missing: readable by its owner alone, as SQLite makes its companions like it.
    fn prepare(&self) -> Result<()> {
        if self.file.exists() {
            return Ok(());
        }
        let file = std::path::absolute(&self.file).unwrap_or_else(|_| self.file.clone());
        match self.missing {
            Missing::Create => {}
            Missing::Refuse => {
                return Err(Error::Settings(format!(
                    "database.url names {}, which is not there; correct it, or add ?mode=rwc to have the file made",
                    file.display()
                )));
            }
            Missing::NotFound => {
                return Err(Error::unavailable(
                    "database",
                    format!(
                        "{} is not there; go to the server's directory, or correct database.url, or make a new database \
                         with `userstore-cli migrate`",
                        file.display()
                    ),
                ));
            }
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&self.file).map(drop).map_err(|error| {
            let advice = "see that its directory is there and can be written to, or correct database.url";
            Error::unavailable("database", format!("{} cannot be made: {error}; {advice}", file.display()))
        })
    }

    fn cannot_be_opened(&self, error: &dyn std::error::Error) -> Error {
        Error::unavailable("database", format!("{} cannot be opened: {error}", self.file.display()))
    }

    fn options(&self, connections: u32, busy: Duration) -> ConnectOptions {
        let mut options = ConnectOptions::new("sqlite://");
        options
            .max_connections(connections)
            .min_connections(1)
            .acquire_timeout(self.timeout)
            .idle_timeout(None::<Duration>)
            .max_lifetime(None::<Duration>)
            .test_before_acquire(false)
            .sqlx_logging(false);
        let file = self.file.clone();
        options.map_sqlx_sqlite_opts(move |options| {
            options
                .filename(&file)
                .create_if_missing(false)
                .busy_timeout(busy)
                .foreign_keys(true)
                .synchronous(SqliteSynchronous::Full)
                // What is removed or replaced, such as a private key, does not stay in the file until it is overwritten.
                .pragma("secure_delete", "FAST")
        });
        options
    }
}

/// The one connection that writes. It alone puts the file into WAL mode, which then stays, and does not wait for it:
/// two connections that both hold the file and wait for the other to let go would wait in vain.
pub(in crate::database) async fn writer(target: &Target) -> Result<DatabaseConnection, DbErr> {
    let connection = sea_orm::Database::connect(target.options(1, WRITER_BUSY)).await?;
    let statement = Statement::from_string(connection.get_database_backend(), "PRAGMA journal_mode = WAL");
    match connection.query_one_raw(statement).await.and_then(|row| row.map(|row| row.try_get_by_index(0)).transpose()) {
        Ok(Some::<String>(mode)) if mode == "wal" => Ok(connection),
        Ok(_) => Err(DbErr::Custom(NOT_YET_WAL.to_owned())),
        Err(error) => Err(error),
    }
}

/// What stands for a file that another process keeps from changing its mode.
const NOT_YET_WAL: &str = "the file cannot be put into WAL mode";

/// The connections that read.
pub(in crate::database) async fn readers(target: &Target, connections: u16) -> Result<DatabaseConnection, DbErr> {
    sea_orm::Database::connect(target.options(u32::from(connections), target.timeout)).await
}

/// Opens, and tries again for as long as the settings allow: another process that is just making the same file holds
/// it for moments in which SQLite does not wait.
pub(in crate::database) async fn retry<F, O>(target: &Target, open: F) -> Result<DatabaseConnection>
where
    F: Fn() -> O,
    O: Future<Output = Result<DatabaseConnection, DbErr>>,
{
    target.prepare()?;
    let deadline = Instant::now() + target.timeout;
    loop {
        match open().await {
            Ok(connection) => return Ok(connection),
            Err(error) if is_passing(&error) && Instant::now() < deadline => {
                sleep(WRITER_BUSY).await;
            }
            Err(error) => return Err(target.cannot_be_opened(&error)),
        }
    }
}

/// Whether another process is the cause, which will be done with it.
fn is_passing(error: &DbErr) -> bool {
    is_busy(error) || is_timed_out(error) || matches!(error, DbErr::Custom(text) if text == NOT_YET_WAL)
}
