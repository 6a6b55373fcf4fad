//! Which Redis, and how to reach it.

use std::fmt;

use deadpool_redis::redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _, RedisConnectionInfo};
use reqwest::Url;
use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;

use crate::config::Secret;
use crate::error::{Error, Result};

/// A Redis, and who asks there.
pub(crate) struct Target {
    pub(super) host: String,
    pub(super) port: u16,
    /// User, password and number of the database.
    pub(super) login: RedisConnectionInfo,
    pub(super) tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, tls, .. } = self;
        let is_tls = tls.is_some();
        f.debug_struct("Target")
            .field("host", host)
            .field("port", port)
            .field("is_tls", &is_tls)
            .finish_non_exhaustive()
    }
}

impl Target {
    pub(super) fn new(url: &Secret) -> Result<Self> {
        let Parsed { is_tls, info } = parse(url)?;
        let ConnectionAddr::Tcp(host, port) = info.addr() else { return Err(refuse()) };
        let tls = if is_tls {
            let name = ServerName::try_from(host.clone()).map_err(|_| refuse())?;
            let config = crate::tls::as_the_machine().map_err(|error| {
                Error::Settings(format!(
                    "redis.url needs the machine's certificates, which cannot be used: {error}; install ca-certificates"
                ))
            })?;
            Some((TlsConnector::from(std::sync::Arc::new(config)), name))
        } else {
            None
        };
        Ok(Self { host: host.clone(), port: *port, login: info.redis_settings().clone(), tls })
    }
}

/// Checks a URL as [`Link::new`](super::Link::new) does, without a look at certificates.
pub(crate) fn check(url: &Secret) -> Result<()> {
    parse(url).map(drop)
}

struct Parsed {
    is_tls: bool,
    info: ConnectionInfo,
}

fn parse(url: &Secret) -> Result<Parsed> {
    let mut url = Url::parse(url.reveal()).map_err(|_| refuse())?;
    let is_tls = match url.scheme() {
        "redis" => false,
        "rediss" => true,
        _ => return Err(refuse()),
    };
    if url.host_str().is_none_or(str::is_empty) || url.query().is_some() || url.fragment().is_some() {
        return Err(refuse());
    }
    // TLS is put around the connection here; redis-rs would ask for a provider of the whole process.
    url.set_scheme("redis").map_err(|()| refuse())?;
    let info = url.into_connection_info().map_err(|_| refuse())?;
    let is_tcp = matches!(info.addr(), ConnectionAddr::Tcp(..));
    if is_tcp && info.redis_settings().db() >= 0 { Ok(Parsed { is_tls, info }) } else { Err(refuse()) }
}

fn refuse() -> Error {
    Error::Settings(
        "redis.url must be redis://HOST or redis://USER:PASSWORD@HOST:6379/0, or rediss://… for TLS, with special \
         characters of the password percent-encoded"
            .to_owned(),
    )
}
