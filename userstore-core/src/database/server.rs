//! PostgreSQL, MySQL and MariaDB: a pool of connections to a server, which may go silent.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::{self, AssertSqlSafe, Executor as _};
use sea_orm::{ConnectOptions, DatabaseConnection, DbBackend, DbErr, RuntimeErr};
use tokio::time::timeout;
use tracing::Span;

use super::reads::reading;
use super::write::{code, number};
use crate::config::{self, Secret};
use crate::error::{Error, Result};
use crate::gate::{Fault, Gate, Outage, Passage, Remote};

/// How long a connection may have been idle before it is tried out.
const IDLE: Duration = Duration::from_secs(30);

/// A database server, and how it is to be reached.
#[derive(Debug, Clone)]
pub(super) struct Target {
    url: Secret,
    backend: DbBackend,
    connections: u16,
    timeout: Duration,
}

impl Target {
    pub(super) fn parse(settings: &config::Database) -> Result<Self> {
        let refuse = |message: &str| Err(Error::Settings(message.to_owned()));
        let url = settings.url.reveal();
        let (scheme, rest) = url.split_once("://").unwrap_or((url, ""));
        let (backend, scheme) = match scheme {
            "postgres" | "postgresql" => (DbBackend::Postgres, "postgres"),
            _ => (DbBackend::MySql, "mysql"),
        };
        let url = format!("{scheme}://{rest}");
        let is_good = match backend {
            DbBackend::Postgres => url.parse::<sea_orm::sqlx::postgres::PgConnectOptions>().is_ok(),
            _ => url.parse::<sea_orm::sqlx::mysql::MySqlConnectOptions>().is_ok(),
        };
        let path = rest.split(['?', '#']).next().unwrap_or_default().split_once('/');
        match path {
            _ if !is_good => refuse(
                "database.url must be like postgres://USER:PASSWORD@HOST:PORT/DATABASE or \
                 mysql://USER:PASSWORD@HOST:PORT/DATABASE, with %-escapes for what is special in a URL",
            ),
            None | Some((_, "")) => {
                refuse("database.url must end with the name of the database, as postgres://HOST/userstore does")
            }
            Some(_) => Ok(Self {
                url: Secret::new(url),
                backend,
                connections: settings.max_connections,
                timeout: settings.timeout,
            }),
        }
    }

    /// One connection, without a limit to what a statement may take: for migrations.
    pub(super) async fn connect_once(&self) -> Result<DatabaseConnection> {
        let mut options = self.options();
        options.max_connections(1).min_connections(1);
        self.prepare(&mut options, None);
        sea_orm::Database::connect(options).await.map_err(|error| cannot_be_reached(&error))
    }

    /// Many connections, on which the server gives up before this process does: what is not answered then is lost.
    fn pool(&self) -> ConnectOptions {
        let limit = self.timeout.mul_f64(0.9);
        let mut options = self.options();
        options.max_connections(u32::from(self.connections)).min_connections(0).acquire_timeout(limit);
        self.prepare(&mut options, Some(limit));
        options
    }

    fn options(&self) -> ConnectOptions {
        let mut options = ConnectOptions::new(self.url.reveal());
        options.acquire_timeout(self.timeout).test_before_acquire_if_idle_for(IDLE).sqlx_logging(false);
        options
    }

    /// Has every connection begin with what the store relies on.
    fn prepare(&self, options: &mut ConnectOptions, limit: Option<Duration>) {
        if self.backend == DbBackend::Postgres {
            let begin = begin_on_postgres(limit);
            options.map_sqlx_postgres_pool_opts(move |pool| {
                let begin = begin.clone();
                pool.after_connect(move |connection, _| {
                    let begin = AssertSqlSafe(begin.clone());
                    Box::pin(async move { connection.execute(begin).await.map(drop) })
                })
            });
        } else {
            let begin = begin_on_mysql(limit);
            options.map_sqlx_mysql_pool_opts(move |pool| {
                let begin = begin.clone();
                pool.after_connect(move |connection, _| {
                    let begin = AssertSqlSafe(begin.clone());
                    Box::pin(async move { connection.execute(begin).await.map(drop) })
                })
            });
        }
    }
}

/// Changes are worked out from rows that are read under their lock; what was committed before a statement, it sees.
fn begin_on_postgres(limit: Option<Duration>) -> String {
    let millis = limit.map_or(0, |limit| limit.as_millis());
    format!(
        "SET statement_timeout = {millis}; SET lock_timeout = {millis}; \
         SET idle_in_transaction_session_timeout = {idle}; SET TIME ZONE 'UTC'; SET client_min_messages = 'warning'; \
         SET default_transaction_isolation = 'read committed'; SET synchronous_commit = 'on'",
        idle = millis * 2,
    )
}

/// The same for MySQL and MariaDB. How long a statement may take can be said to MariaDB alone: to MySQL, that part is a
/// comment.
fn begin_on_mysql(limit: Option<Duration>) -> String {
    let locks = limit.map_or(3600, |limit| limit.as_secs().max(1));
    let seconds = limit.map_or(0.0, |limit| limit.as_secs_f64());
    format!(
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; \
         SET SESSION innodb_lock_wait_timeout = {locks} /*M!100100 , SESSION max_statement_time = {seconds} */; \
         SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES'); SET SESSION wait_timeout = 3600"
    )
}

fn cannot_be_reached(error: &DbErr) -> Error {
    Error::unavailable("database", format!("it cannot be reached: {error}; see that it runs, or correct database.url"))
}

impl Remote for Target {
    const NAME: &'static str = "the database";

    type Connection = DatabaseConnection;

    fn step(&self) -> Span {
        reading(self.backend)
    }

    async fn connect(&self) -> Result<DatabaseConnection, Fault> {
        sea_orm::Database::connect(self.pool()).await.map_err(|error| Fault::Lost(error.to_string()))
    }

    /// A pool replaces the connections that were closed.
    fn is_closed(_: &DatabaseConnection) -> bool {
        false
    }
}

/// A pool of connections, which is made anew where the server has gone silent or was started anew. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Server(Arc<Gate<Target>>);

impl Server {
    pub(super) async fn open(target: Target) -> Result<Self> {
        let timeout = target.timeout;
        let server = Self(Arc::new(Gate::new(target, timeout)));
        server.0.enter().await.map_err(|outage| Error::unavailable("database", outage))?;
        Ok(server)
    }

    pub(super) fn backend(&self) -> DbBackend {
        self.0.remote().backend
    }

    /// The longest that an operation waits.
    pub(super) fn timeout(&self) -> Duration {
        self.0.remote().timeout
    }

    /// The pool that is there.
    pub(super) fn connection(&self) -> Option<DatabaseConnection> {
        self.0.connection()
    }

    /// The pool, to be used by one operation.
    pub(super) async fn enter(&self) -> Result<Passage<'_, Target>, DbErr> {
        self.0.enter().await.map_err(unanswered)
    }

    /// Asks the server one thing.
    pub(super) async fn ask<T, F, A>(&self, ask: F) -> Result<T, DbErr>
    where
        F: Fn(DatabaseConnection) -> A + Send + Sync,
        A: Future<Output = Result<T, DbErr>> + Send,
    {
        let passage = self.enter().await?;
        match run(&passage, &ask).await {
            // A server that was started anew has closed every connection there was.
            Err(error) if is_lost(&error) => {
                passage.give_up();
                run(&self.enter().await?, &ask).await
            }
            answer => answer,
        }
    }

    pub(super) async fn close(&self) {
        let Ok(passage) = self.0.enter().await else { return };
        match timeout(self.timeout(), passage.connection().close_by_ref()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the database was not closed in order"),
            Err(_) => tracing::warn!("the database was not closed in time"),
        }
    }
}

async fn run<T, F, A>(passage: &Passage<'_, Target>, ask: &F) -> Result<T, DbErr>
where
    F: Fn(DatabaseConnection) -> A + Send + Sync,
    A: Future<Output = Result<T, DbErr>> + Send,
{
    passage.run(async { Ok(ask(passage.connection().clone()).await) }).await.map_err(unanswered)?
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn unanswered(outage: Outage) -> DbErr {
    DbErr::Custom(outage.to_string())
}

/// Whether the connection is lost, and with it a transaction on it.
pub(super) fn is_lost(error: &DbErr) -> bool {
    if let DbErr::Conn(RuntimeErr::SqlxError(inner))
    | DbErr::Exec(RuntimeErr::SqlxError(inner))
    | DbErr::Query(RuntimeErr::SqlxError(inner)) = error
        && matches!(**inner, sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::PoolClosed)
    {
        return true;
    }
    // The server shuts down, has crashed, or has ended the connection.
    code(error).is_some_and(|code| code.starts_with("08") || matches!(&*code, "57P01" | "57P02" | "57P05" | "25P03"))
        || matches!(number(error), Some(1053 | 1927 | 4031))
}

/// Whether the server takes no writes: in a fail-over, the connections lead to the one that was.
pub(super) fn is_read_only(error: &DbErr) -> bool {
    code(error).as_deref() == Some("25006") || matches!(number(error), Some(1290 | 1792 | 1836))
}
