//! Bringing the tables up to date, under a lock.

use std::time::Duration;

use migration::{Migrator, MigratorTrait as _};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement, TransactionTrait as _};

use super::write::{Tx, is_busy, try_begin};
use crate::error::{Error, Result};

/// How long another process may take for its migrations.
const LONGEST: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(10);

/// Applies what is missing. The write lock of SQLite is held from the first look to the commit, so that of two
/// processes that start together one does the work and the other finds it done; killed at any point, nothing is done.
pub(super) async fn up(connection: &DatabaseConnection, timeout: Duration) -> Result<()> {
    let wanted: Vec<String> = Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
    // A file that has no table of migrations yet has none.
    let done = match rows(connection).await {
        Err(error) if is_busy(&error) => return Err(error.into()),
        rows => rows.unwrap_or_default(),
    };
    let done: Vec<String> = done.into_iter().map(|(name, _)| name).collect();
    if done == wanted {
        return Ok(());
    }
    if done.iter().any(|name| !wanted.contains(name)) {
        let message = "the database was changed by another version of userstore; use that version, or a newer one";
        return Err(Error::Settings(message.to_owned()));
    }
    let transaction = lock(connection, timeout).await?;
    let nested = transaction.begin().await?;
    Migrator::up(&nested, None).await?;
    nested.commit().await?;
    transaction.commit().await?;
    Ok(())
}

/// Waits while another process migrates, which may take longer than any operation.
async fn lock(connection: &DatabaseConnection, timeout: Duration) -> Result<Tx> {
    let mut left = timeout.max(LONGEST);
    loop {
        if let Some(transaction) = try_begin(connection).await? {
            return Ok(transaction);
        }
        if left.is_zero() {
            return Err(Error::unavailable("database", "another process holds the write lock"));
        }
        tokio::time::sleep(PAUSE).await;
        left = left.saturating_sub(PAUSE);
    }
}

/// The names of the migrations that were applied, oldest first, and when each was, in seconds since 1970.
pub(crate) async fn applied(connection: &impl ConnectionTrait) -> Result<Vec<(String, i64)>> {
    Ok(rows(connection).await?)
}

async fn rows(connection: &impl ConnectionTrait) -> Result<Vec<(String, i64)>, DbErr> {
    let sql = "SELECT version, applied_at FROM seaql_migrations ORDER BY version";
    let rows = connection.query_all_raw(Statement::from_string(connection.get_database_backend(), sql)).await?;
    rows.iter().map(|row| Ok((row.try_get("", "version")?, row.try_get("", "applied_at")?))).collect()
}
