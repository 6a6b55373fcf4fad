//! Which database the settings name.

use super::server::Target as ServerTarget;
use super::sqlite::Target as SqliteTarget;
use crate::config;
use crate::error::{Error, Result};

/// A database by its URL.
#[derive(Debug, Clone)]
pub(super) enum Url {
    Sqlite(SqliteTarget),
    Server(ServerTarget),
}

impl Url {
    pub(super) fn parse(settings: &config::Database, existing_only: bool) -> Result<Self> {
        let url = settings.url.reveal();
        let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
        match scheme {
            "sqlite" => SqliteTarget::parse(settings, existing_only).map(Self::Sqlite),
            "postgres" | "postgresql" | "mysql" | "mariadb" => ServerTarget::parse(settings).map(Self::Server),
            _ => Err(Error::Settings(
                "database.url must start with sqlite://, postgres:// or mysql://, as sqlite://userstore.db?mode=rwc does"
                    .to_owned(),
            )),
        }
    }
}
