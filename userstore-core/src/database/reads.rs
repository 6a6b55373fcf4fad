//! Reading from the database, for no longer than the settings allow.

use std::future::Future;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement, sqlx};
use tracing::Span;

use super::server::Server;
use crate::figures::{Connections, step, within};

/// Connections for reading. SQLite ends what takes too long by itself; of a server, nothing may be heard any more.
#[derive(Debug, Clone)]
pub(crate) enum Reads {
    Sqlite(DatabaseConnection),
    Server(Server),
}

impl Reads {
    /// Whether the database is a file of this machine.
    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// How many connections there are of those that there may be; `None` while there is no way to the server.
    pub(crate) fn connections(&self, most: u16) -> Option<Connections> {
        let pool = match self {
            Self::Sqlite(connection) => Some(connection.clone()),
            Self::Server(server) => server.connection(),
        }?;
        let (open, idle) = match self.get_database_backend() {
            DbBackend::Sqlite => counts(pool.get_sqlite_connection_pool()),
            DbBackend::Postgres => counts(pool.get_postgres_connection_pool()),
            _ => counts(pool.get_mysql_connection_pool()),
        };
        Some(Connections { open, in_use: open.saturating_sub(idle), most: most.into() })
    }

    pub(super) async fn close(&self) {
        let closed = match self {
            Self::Sqlite(connection) => connection.close_by_ref().await,
            Self::Server(server) => return server.close().await,
        };
        if let Err(error) = closed {
            tracing::warn!(%error, "the database was not closed in order");
        }
    }

    async fn ask<T, F, A>(&self, ask: F) -> Result<T, DbErr>
    where
        F: Fn(DatabaseConnection) -> A + Send + Sync,
        A: Future<Output = Result<T, DbErr>> + Send,
    {
        match self {
            Self::Sqlite(connection) => within(reading(DbBackend::Sqlite), ask(connection.clone()), |_| true).await,
            Self::Server(server) => server.ask(ask).await,
        }
    }
}

/// The span of a read.
pub(super) fn reading(backend: DbBackend) -> Span {
    step!("read", otel.kind = "client", db.system.name = system(backend))
}

/// What OpenTelemetry calls it.
pub(super) fn system(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Sqlite => "sqlite",
        DbBackend::Postgres => "postgresql",
        _ => "mysql",
    }
}

/// How many connections are open, and how many of them idle.
fn counts<D: sqlx::Database>(pool: &sqlx::Pool<D>) -> (u32, u32) {
    (pool.size(), u32::try_from(pool.num_idle()).unwrap_or(u32::MAX))
}

#[async_trait::async_trait]
impl ConnectionTrait for Reads {
    fn get_database_backend(&self) -> DbBackend {
        match self {
            Self::Sqlite(_) => DbBackend::Sqlite,
            Self::Server(server) => server.backend(),
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.ask(|connection| {
            let statement = statement.clone();
            async move { connection.execute_raw(statement).await }
        })
        .await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.ask(|connection| async move { connection.execute_unprepared(sql).await }).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.ask(|connection| {
            let statement = statement.clone();
            async move { connection.query_one_raw(statement).await }
        })
        .await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.ask(|connection| {
            let statement = statement.clone();
            async move { connection.query_all_raw(statement).await }
        })
        .await
    }
}
