//! Settings: one set for the server, the command line and host programs, each with a default.
//!
//! A host program fills in [`Settings`] itself. The server and the command line load them with [`load`] (feature
//! `load`), the one function in this crate that reads the environment or a file of settings.

mod audit;
pub(crate) mod duration;
#[cfg(feature = "load")]
mod environment;
#[cfg(feature = "load")]
mod key;
#[cfg(feature = "load")]
mod keys;
mod limits;
#[cfg(feature = "load")]
mod load;
mod metrics;
mod network;
mod origin;
mod rate;
#[cfg(feature = "load")]
mod reference;
mod secret;
mod server;
mod stores;
mod tokens;

use std::time::Duration;

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::jwt::IssuerSettings;

pub use self::audit::AuditSettings;
pub use self::limits::Limits;
#[cfg(feature = "load")]
pub use self::load::{Sources, load};
pub use self::metrics::Metrics;
pub use self::network::{InvalidNetwork, Network};
pub use self::origin::Origins;
pub use self::rate::{InvalidRate, Rate};
#[cfg(feature = "load")]
pub use self::reference::{Setting, reference};
pub use self::secret::Secret;
pub use self::server::Server;
pub use self::stores::{Cache, CacheKind, Database, Redis, SessionStoreKind, Sessions};
pub use self::tokens::Tokens;

/// Every setting.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Settings {
    /// How the server listens.
    pub server: Server,
    /// Where the accounts are.
    pub database: Database,
    /// Where Redis is.
    pub redis: Redis,
    /// How long sessions last.
    pub sessions: Sessions,
    /// What is remembered, and where.
    pub cache: Cache,
    /// Who may sign up.
    pub signup: SignupSettings,
    /// What passwords must be, and what hashing them may cost.
    pub passwords: Passwords,
    /// Access tokens that the store issues.
    pub tokens: Tokens,
    /// Outside issuers whose access tokens are accepted.
    pub issuers: Vec<IssuerSettings>,
    /// What is kept of what was done.
    pub audit: AuditSettings,
    /// How often passwords may be tried, and accounts created.
    pub limits: Limits,
    /// Who may read the metrics.
    pub metrics: Metrics,
    /// What the server writes about itself.
    pub log: Log,
}

/// Who may sign up.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SignupSettings {
    /// Who may create an account.
    pub mode: SignupMode,
}

/// Who may create an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignupMode {
    /// Anyone.
    #[default]
    Open,
    /// Administrators alone.
    Closed,
}

/// What passwords must be, and what hashing them may cost.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Passwords {
    /// The fewest characters of a new password, at least 8. NIST SP 800-63B-4, section 3.1.1.2, asks for 15 where
    /// nothing but a password protects the account.
    pub min_length: u16,
    /// Memory of one hash, in KiB. Together with `iterations` not below the minimum of OWASP's Password Storage Cheat
    /// Sheet.
    pub memory_kib: u32,
    /// Passes of one hash over its memory.
    pub iterations: u32,
    /// Lanes of one hash. They are computed one after the other.
    pub parallelism: u32,
    /// How many passwords are hashed at the same time; by default one for each core.
    pub max_concurrent: Option<u16>,
    /// How many wait for that; one more is refused as busy.
    pub max_queue: u16,
    /// A secret that every hash needs besides the password, kept outside the database (NIST SP 800-63B-4, section
    /// 3.1.1.2). Hashes made without it are renewed at the next sign-in; without it, those made with it cannot be used.
    pub pepper: Option<Secret>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            min_length: 8,
            memory_kib: 19_456,
            iterations: 2,
            parallelism: 1,
            max_concurrent: None,
            max_queue: 64,
            pepper: None,
        }
    }
}

/// What the server writes about itself.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Log {
    /// How much is written.
    pub level: LogLevel,
    /// In which form; by default text on a terminal and JSON elsewhere.
    pub format: Option<LogFormat>,
}

/// How much is written. No level shows a password, a token or the body of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// Nothing.
    Off,
    /// What failed.
    Error,
    /// Also what needs attention.
    Warn,
    /// Also one line for each request.
    #[default]
    Info,
    /// Also what helps to find a fault.
    Debug,
    /// Everything.
    Trace,
}

/// In which form the log is written, one event a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl Settings {
    /// Checks what the types alone do not.
    ///
    /// # Errors
    /// [`Error::Settings`], which begins with the key and says what it must be.
    pub fn validate(&self) -> Result<()> {
        let refuse = |message: &str| Err(Error::Settings(message.to_owned()));
        self.server.validate()?;
        if self.database.max_connections == 0 {
            return refuse("database.max_connections must be 1 or more");
        }
        if self.database.timeout.is_zero() {
            return refuse("database.timeout must be longer than nothing, such as 5s");
        }
        if self.database.timeout > Duration::from_hours(24) {
            return refuse("database.timeout must be 24h at most");
        }
        if self.sessions.ttl < Duration::from_secs(1) {
            return refuse("sessions.ttl must be 1s or longer, such as 24h");
        }
        if !(1..=1000).contains(&self.sessions.max_per_user) {
            return refuse("sessions.max_per_user must be from 1 to 1000");
        }
        if !(8..=256).contains(&self.passwords.min_length) {
            return refuse("passwords.min_length must be from 8 to 256");
        }
        if self.passwords.max_concurrent == Some(0) {
            return refuse("passwords.max_concurrent must be 1 or more");
        }
        if self.passwords.pepper.as_ref().is_some_and(|pepper| pepper.reveal().len() < 16) {
            return refuse("passwords.pepper must be 16 characters or longer; make one with: openssl rand -hex 32");
        }
        if self.redis.timeout.is_zero() {
            return refuse("redis.timeout must be longer than nothing, such as 1s");
        }
        if let Some(url) = &self.redis.url {
            crate::redis::check(url)?;
        }
        if self.redis.url.is_none() && self.sessions.store == SessionStoreKind::Redis {
            return refuse("sessions.store is redis, which needs redis.url; set REDIS_URL");
        }
        if self.redis.url.is_none() && self.cache.kind == CacheKind::Redis {
            return refuse("cache.kind is redis, which needs redis.url; set REDIS_URL");
        }
        if let Some(url) = &self.cache.memcached_url {
            crate::cache::check_memcached(url)?;
        }
        if self.cache.memcached_url.is_none() && self.cache.kind == CacheKind::Memcached {
            return refuse(
                "cache.kind is memcached, which needs cache.memcached_url, such as memcache://127.0.0.1:11211",
            );
        }
        self.tokens.validate(&self.issuers)?;
        self.audit.validate()?;
        crate::database::check(&self.database)?;
        crate::password::check(&self.passwords)
    }
}
