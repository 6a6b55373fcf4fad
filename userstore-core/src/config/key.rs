//! The names of the settings, as the environment spells them.

/// One setting, as the environment gives it.
#[derive(Clone, Copy)]
pub(super) struct Key {
    pub(super) section: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// The name that hosting platforms use.
    pub(super) alias: Option<&'static str>,
}

/// How a text from the environment is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    /// `true` or `false`.
    Switch,
    /// Texts with commas between them; nothing at all is an empty list.
    #[cfg_attr(not(test), expect(dead_code, reason = "the first setting of this kind is about to come"))]
    List,
    /// Also read from the file that `…_FILE` names.
    Secret,
}

impl Key {
    /// `USERSTORE_<SECTION>_<KEY>`.
    pub(super) fn variable(&self) -> String {
        format!("USERSTORE_{}_{}", self.section, self.name).to_uppercase()
    }

    /// `section.key`, as the file of settings has it.
    pub(super) fn path(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }
}

const fn key(section: &'static str, name: &'static str, kind: Kind) -> Key {
    Key { section, name, kind, alias: None }
}

const fn known_as(alias: &'static str, key: Key) -> Key {
    Key { alias: Some(alias), ..key }
}

/// Every setting, in the order of [`Settings`](super::Settings).
pub(super) const KEYS: &[Key] = &[
    known_as("HOST", key("server", "host", Kind::Text)),
    known_as("PORT", key("server", "port", Kind::Number)),
    key("server", "workers", Kind::Number),
    key("server", "max_connections", Kind::Number),
    key("server", "header_timeout", Kind::Text),
    key("server", "body_timeout", Kind::Text),
    key("server", "idle_timeout", Kind::Text),
    key("server", "docs", Kind::Switch),
    key("server", "shutdown_grace", Kind::Text),
    key("server", "tls_cert", Kind::Text),
    key("server", "tls_key", Kind::Text),
    known_as("DATABASE_URL", key("database", "url", Kind::Secret)),
    key("database", "max_connections", Kind::Number),
    key("database", "timeout", Kind::Text),
    known_as("REDIS_URL", key("redis", "url", Kind::Secret)),
    key("redis", "timeout", Kind::Text),
    key("sessions", "store", Kind::Text),
    key("sessions", "ttl", Kind::Text),
    key("sessions", "max_per_user", Kind::Number),
    key("cache", "kind", Kind::Text),
    key("cache", "memcached_url", Kind::Secret),
    key("cache", "ttl", Kind::Text),
    key("signup", "mode", Kind::Text),
    key("passwords", "min_length", Kind::Number),
    key("passwords", "memory_kib", Kind::Number),
    key("passwords", "iterations", Kind::Number),
    key("passwords", "parallelism", Kind::Number),
    key("passwords", "max_concurrent", Kind::Number),
    key("passwords", "max_queue", Kind::Number),
    key("passwords", "pepper", Kind::Secret),
    key("tokens", "issuer", Kind::Text),
    key("tokens", "audience", Kind::Text),
    key("tokens", "ttl", Kind::Text),
    key("tokens", "algorithm", Kind::Text),
    key("tokens", "rotate_every", Kind::Text),
    key("tokens", "key_encryption_key", Kind::Secret),
    key("log", "level", Kind::Text),
    key("log", "format", Kind::Text),
];
