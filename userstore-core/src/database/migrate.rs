//! Bringing the tables up to date, under a lock.

use std::time::Duration;

use migration::{Migrator, MigratorTrait as _};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement, TransactionTrait as _};

use super::server::{Target, is_lost};
use super::sqlite::{is_busy, try_begin};
use super::write::Tx;
use crate::error::{Error, Result};

/// How long another process may take for its migrations.
const LONGEST: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(10);

/// What says that MySQL's named lock of this database is to be had.
const NAMED_LOCK: &str = "CONCAT('userstore.migrations.', MD5(DATABASE()))";
/// PostgreSQL's number for the same, in each database: the first letters of the name.
const NUMBERED_LOCK: i64 = 0x7573_6572_7374_6f72;

/// Applies what is missing. The write lock of SQLite is held from the first look to the commit, so that of two
/// processes that start together one does the work and the other finds it done; killed at any point, nothing is done.
pub(super) async fn on_sqlite(connection: &DatabaseConnection, timeout: Duration) -> Result<()> {
    if is_done(connection).await? {
        return Ok(());
    }
    let transaction = lock(connection, timeout).await?;
    let nested = transaction.begin().await?;
    Migrator::up(&nested, None).await?;
    nested.commit().await?;
    transaction.commit().await?;
    Ok(())
}

/// Applies what is missing, under a lock that the server has for it and gives back when the connection ends.
///
/// PostgreSQL does it all in one transaction. MySQL commits each change of a table by itself: there, a migration that was
/// killed half-way is begun again, and leaves out what it finds.
///
/// A database that is not a store's yet is made one only if it is empty, and not for whoever wants what is there.
pub(super) async fn on_server(target: &Target, timeout: Duration, existing_only: bool) -> Result<()> {
    let connection = target.connect_once().await?;
    holds_every_text(&connection).await?;
    if !is_done(&connection).await? {
        is_ours(&connection, existing_only).await?;
        let seconds = timeout.max(LONGEST).as_secs();
        let backend = connection.get_database_backend();
        let ask = |sql: String| connection.query_one_raw(Statement::from_string(backend, sql));
        if backend == DbBackend::Postgres {
            let transaction = connection.begin().await?;
            transaction.execute_unprepared(&format!("SET LOCAL lock_timeout = '{seconds}s'")).await?;
            transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({NUMBERED_LOCK})")).await?;
            let nested = transaction.begin().await?;
            Migrator::up(&nested, None).await?;
            nested.commit().await?;
            transaction.commit().await?;
        } else {
            let got = ask(format!("SELECT CAST(GET_LOCK({NAMED_LOCK}, {seconds}) AS SIGNED)")).await?;
            let got = got.map(|row| row.try_get_by_index::<Option<i64>>(0)).transpose()?.flatten();
            if got != Some(1) {
                return Err(Error::unavailable("database", "another process holds the lock of the migrations"));
            }
            Migrator::up(&connection, None).await?;
        }
    }
    // With it ends the lock.
    connection.close().await?;
    Ok(())
}

/// A PostgreSQL database can be made for some languages alone. The tables of MySQL say for themselves what they hold.
async fn holds_every_text(connection: &DatabaseConnection) -> Result<()> {
    if connection.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let ask = Statement::from_string(DbBackend::Postgres, "SHOW server_encoding");
    let encoding: Option<String> =
        connection.query_one_raw(ask).await?.map(|row| row.try_get_by_index(0)).transpose()?;
    match encoding {
        Some(encoding) if encoding != "UTF8" => Err(Error::Settings(format!(
            "database.url names a database in the encoding {encoding}; make one with: createdb --template=template0 \
             --encoding=UTF8 --locale=C.UTF-8 NAME"
        ))),
        _ => Ok(()),
    }
}

/// Makes sure that the tables of no other program are there, under the names of ours.
async fn is_ours(connection: &DatabaseConnection, existing_only: bool) -> Result<()> {
    let backend = connection.get_database_backend();
    let schema = if backend == DbBackend::Postgres { "current_schema()" } else { "DATABASE()" };
    let sql =
        format!("SELECT CAST(table_name AS CHAR(64)) FROM information_schema.tables WHERE table_schema = {schema}");
    let rows = connection.query_all_raw(Statement::from_string(backend, sql)).await?;
    let tables = rows.iter().map(|row| row.try_get_by_index::<String>(0)).collect::<Result<Vec<_>, _>>()?;
    let is_there = |name: &str| tables.iter().any(|table| table.trim_end() == name);
    if is_there("seaql_migrations") {
        return Ok(());
    }
    if let Some(table) =
        ["users", "sessions", "members", "signing_keys", "audit_log"].into_iter().find(|name| is_there(name))
    {
        return Err(Error::Settings(format!(
            "database.url names a database with a table {table} of another program; name one that is empty"
        )));
    }
    if existing_only {
        let advice = "correct database.url, or make a new store with `userstore-cli migrate`";
        return Err(Error::unavailable("database", format!("there is no store in it; {advice}")));
    }
    Ok(())
}

/// Whether every migration was applied.
async fn is_done(connection: &DatabaseConnection) -> Result<bool> {
    let wanted: Vec<String> = Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
    // A database that has no table of migrations yet has none.
    let done = match rows(connection).await {
        Err(error) if is_busy(&error) || is_lost(&error) => return Err(error.into()),
        rows => rows.unwrap_or_default(),
    };
    let done: Vec<String> = done.into_iter().map(|(name, _)| name).collect();
    if done.iter().any(|name| !wanted.contains(name)) {
        let message = "the database was changed by another version of userstore; use that version, or a newer one";
        return Err(Error::Settings(message.to_owned()));
    }
    Ok(done == wanted)
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
