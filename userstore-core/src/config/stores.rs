//! Where things are kept: the database, Redis, Memcached.

use std::time::Duration;

use serde::Deserialize;

use super::{Secret, duration};

/// Where the accounts are.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Database {
    /// Which database: `sqlite://FILE`, with `?mode=rwc` to create the file when it is not there,
    /// `postgres://USER:PASSWORD@HOST/NAME` or `mysql://USER:PASSWORD@HOST/NAME`.
    pub url: Secret,
    /// The most connections at the same time; on SQLite, those that read.
    pub max_connections: u16,
    /// The longest that an operation waits for the database.
    #[serde(deserialize_with = "duration::deserialize")]
    pub timeout: Duration,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: Secret::new("sqlite://userstore.db?mode=rwc"), max_connections: 8, timeout: Duration::from_secs(5) }
    }
}

/// Where Redis is, which can keep sessions and what the servers remember.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Redis {
    /// Which Redis: `redis://HOST` or, over TLS, `rediss://HOST`; none by default.
    pub url: Option<Secret>,
    /// The longest that an operation waits for Redis, or for Memcached.
    #[serde(deserialize_with = "duration::deserialize")]
    pub timeout: Duration,
}

impl Default for Redis {
    fn default() -> Self {
        Self { url: None, timeout: Duration::from_secs(1) }
    }
}

/// How long sessions last.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Sessions {
    /// Where sessions are kept.
    pub store: SessionStoreKind,
    /// How long a session lasts, however much it is used (OWASP Session Management: absolute time-out).
    #[serde(deserialize_with = "duration::deserialize")]
    pub ttl: Duration,
    /// How many sessions a user can have, from 1 to 1000; one more ends the oldest.
    pub max_per_user: u16,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { store: SessionStoreKind::Auto, ttl: Duration::from_hours(24), max_per_user: 100 }
    }
}

/// Where sessions are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SessionStoreKind {
    /// In Redis where it is configured, else in the database.
    #[default]
    Auto,
    /// In the database.
    Database,
    /// In Redis.
    Redis,
}

/// What is remembered, and where.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Cache {
    /// Where it is remembered.
    pub kind: CacheKind,
    /// Which Memcached, for the kind `memcached`: `memcache://HOST:11211`.
    pub memcached_url: Option<Secret>,
    /// The longest that anything is remembered without a look at the database.
    #[serde(deserialize_with = "duration::deserialize")]
    pub ttl: Duration,
}

impl Default for Cache {
    fn default() -> Self {
        Self { kind: CacheKind::Auto, memcached_url: None, ttl: Duration::from_mins(5) }
    }
}

/// Where users, sessions, members and signing keys are remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CacheKind {
    /// In Redis where it is configured, else in this process on SQLite, else nowhere.
    #[default]
    Auto,
    /// Nowhere: every request asks the database.
    Off,
    /// In this process. On PostgreSQL and MySQL it is for one server: another would see a change up to 100 ms late.
    Local,
    /// In Redis, for all servers.
    Redis,
    /// In Memcached, for all servers.
    Memcached,
}
