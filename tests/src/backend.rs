//! The engines that a store can stand on, and what one store stands on.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use userstore_core::Settings;
use userstore_core::config::{CacheKind, Secret, SessionStoreKind};

use crate::servers;

/// Which engine is the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DatabaseKind {
    /// SQLite, in a file.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MariaDB.
    MariaDb,
}

/// Where users, sessions and the cache are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backend {
    /// The engine that is the truth.
    pub database: DatabaseKind,
    /// Where sessions are kept.
    pub sessions: SessionStoreKind,
    /// Where records are remembered.
    pub cache: CacheKind,
}

impl Backend {
    /// SQLite alone, with the settings that go with it by default.
    pub const SQLITE: Self =
        Self { database: DatabaseKind::Sqlite, sessions: SessionStoreKind::Auto, cache: CacheKind::Auto };

    /// This database, with sessions in it and no cache.
    #[must_use]
    pub const fn plain(database: DatabaseKind) -> Self {
        Self { database, sessions: SessionStoreKind::Database, cache: CacheKind::Off }
    }
}

/// What the servers and commands of one test stand on: a database that is theirs alone, and the shared servers for the
/// rest. Clones stand on the same.
#[derive(Clone)]
pub struct Footing {
    backend: Backend,
    database_url: String,
    redis_url: Option<String>,
    memcached_url: Option<String>,
    folder: Arc<TempDir>,
}

impl Footing {
    /// A new and empty database, on servers that all tests of this process share.
    #[track_caller]
    #[must_use]
    pub fn new(backend: Backend) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let database_url = match backend.database {
            DatabaseKind::Sqlite => format!("sqlite://{}?mode=rwc", folder.path().join("users.db").display()),
            DatabaseKind::Postgres => servers::postgres().create_database(),
            DatabaseKind::MariaDb => servers::mariadb().create_database(),
        };
        let needs_redis = backend.sessions == SessionStoreKind::Redis || backend.cache == CacheKind::Redis;
        let redis_url = needs_redis.then(|| servers::redis().url());
        let memcached_url = (backend.cache == CacheKind::Memcached).then(|| servers::memcached().url());
        Self { backend, database_url, redis_url, memcached_url, folder }
    }

    /// The same, with the database at this URL: one of a server that is the test's alone, or behind a
    /// [`Proxy`](crate::Proxy).
    #[must_use]
    pub fn with_database(self, url: impl Into<String>) -> Self {
        Self { database_url: url.into(), ..self }
    }

    /// The same, with the Redis at this URL.
    #[must_use]
    pub fn with_redis(self, url: impl Into<String>) -> Self {
        Self { redis_url: Some(url.into()), ..self }
    }

    /// The same, with the Memcached at this URL.
    #[must_use]
    pub fn with_memcached(self, url: impl Into<String>) -> Self {
        Self { memcached_url: Some(url.into()), ..self }
    }

    /// The engines.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// The URL of the database.
    #[must_use]
    pub fn database_url(&self) -> &str {
        &self.database_url
    }

    /// Where the database's server listens, for a proxy in front of it.
    #[track_caller]
    #[must_use]
    pub fn database_address(&self) -> SocketAddr {
        let (_, rest) = self.database_url.rsplit_once('@').expect("a URL of a server");
        rest.split('/').next().unwrap().parse().unwrap()
    }

    /// The file that SQLite's database is in.
    #[must_use]
    pub fn database_file(&self) -> PathBuf {
        self.folder().join("users.db")
    }

    /// A working directory for processes.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs statements on the database, and gives the rows, a line each, as the engine's own client prints them. The
    /// database has to be on a server that all tests share.
    #[track_caller]
    #[must_use]
    pub fn sql(&self, statements: &str) -> String {
        match self.backend.database {
            DatabaseKind::Sqlite => {
                let mut sqlite3 = std::process::Command::new("sqlite3");
                let output = sqlite3.arg(self.database_file()).arg(statements).output().unwrap();
                assert!(output.status.success(), "{statements}: {output:?}");
                String::from_utf8(output.stdout).unwrap()
            }
            DatabaseKind::Postgres => servers::postgres().sql(&self.database_url, statements),
            DatabaseKind::MariaDb => servers::mariadb().sql(&self.database_url, statements),
        }
    }

    /// Settings that have a store stand here.
    #[must_use]
    pub fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        settings.server.port = 0;
        settings.database.url = Secret::new(&self.database_url);
        // How long a write may take on a machine that is busy with other tests is not what they are about.
        settings.database.timeout = Duration::from_mins(1);
        settings.redis.timeout = Duration::from_secs(20);
        settings.redis.url = self.redis_url.as_ref().map(Secret::new);
        settings.sessions.store = self.backend.sessions;
        settings.cache.kind = self.backend.cache;
        // All that these tests ask comes from one address; those of the limits turn them on.
        settings.limits.enabled = false;
        settings.cache.memcached_url = self.memcached_url.as_ref().map(Secret::new);
        settings
    }

    /// The same settings as variables of an environment, for the real programs.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let mut variables = vec![
            ("DATABASE_URL", self.database_url.clone()),
            ("USERSTORE_DATABASE_TIMEOUT", "60s".to_owned()),
            ("USERSTORE_REDIS_TIMEOUT", "20s".to_owned()),
            ("USERSTORE_LIMITS_ENABLED", "false".to_owned()),
            ("USERSTORE_SESSIONS_STORE", sessions(self.backend.sessions).to_owned()),
            ("USERSTORE_CACHE_KIND", cache(self.backend.cache).to_owned()),
        ];
        variables.extend(self.redis_url.iter().map(|url| ("REDIS_URL", url.clone())));
        variables.extend(self.memcached_url.iter().map(|url| ("USERSTORE_CACHE_MEMCACHED_URL", url.clone())));
        variables
    }
}

impl fmt::Debug for Footing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {}", self.backend, self.database_url)
    }
}

/// The word of the settings.
fn sessions(kind: SessionStoreKind) -> &'static str {
    match kind {
        SessionStoreKind::Auto => "auto",
        SessionStoreKind::Database => "database",
        SessionStoreKind::Redis => "redis",
        _ => panic!("{kind:?} is new here"),
    }
}

/// The word of the settings.
fn cache(kind: CacheKind) -> &'static str {
    match kind {
        CacheKind::Auto => "auto",
        CacheKind::Off => "off",
        CacheKind::Local => "local",
        CacheKind::Redis => "redis",
        CacheKind::Memcached => "memcached",
        _ => panic!("{kind:?} is new here"),
    }
}
