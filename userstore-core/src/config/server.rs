//! How the server listens.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::{Network, Origins, duration};
use crate::error::{Error, Result};

/// How the server listens.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Server {
    /// The address to listen on. The default, 127.0.0.1, is reached from this machine alone.
    pub host: IpAddr,
    /// The port to listen on; 0 takes a free one.
    pub port: u16,
    /// How many threads serve requests; by default one for each core.
    pub workers: Option<u16>,
    /// The proxies in front of the server: what they say in `X-Forwarded-For`, or else in `Forwarded` (RFC 7239), is
    /// believed. With none, a client is known by where its connection comes from.
    pub trusted_proxies: Vec<Network>,
    /// The origins whose web pages may use the REST API from a browser; by default none. What a page may do is no more
    /// than anybody may with the token it has.
    pub cors_origins: Origins,
    /// Whether the OpenAPI document and the page that shows it are served, at `/openapi.json` and `/docs`.
    pub docs: bool,
    /// How many connections are open at the same time. One more closes the one that has done nothing for longest, and
    /// waits where all of them are at work.
    pub max_connections: u32,
    /// How long a client may take to send the head of a request: what comes before its body. Then its connection is
    /// closed.
    #[serde(deserialize_with = "duration::deserialize")]
    pub header_timeout: Duration,
    /// How long a client may take to send the body of a request. Then the request is refused.
    #[serde(deserialize_with = "duration::deserialize")]
    pub body_timeout: Duration,
    /// How long a connection stays open that brings no request.
    #[serde(deserialize_with = "duration::deserialize")]
    pub idle_timeout: Duration,
    /// How long running requests may take to finish once the server was told to stop.
    #[serde(deserialize_with = "duration::deserialize")]
    pub shutdown_grace: Duration,
    /// The certificate to serve HTTPS with, and those that vouch for it, in a PEM file (RFC 7468). It is read again when
    /// it changes. Without it, HTTP is served in clear text.
    pub tls_cert: Option<PathBuf>,
    /// The private key of that certificate, in a PEM file.
    pub tls_key: Option<PathBuf>,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 8000,
            workers: None,
            trusted_proxies: Vec::new(),
            cors_origins: Origins::default(),
            docs: true,
            max_connections: 10_000,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(50),
            shutdown_grace: Duration::from_secs(15),
            tls_cert: None,
            tls_key: None,
        }
    }
}

impl Server {
    pub(super) fn validate(&self) -> Result<()> {
        let refuse = |message: &str| Err(Error::Settings(message.to_owned()));
        if self.workers == Some(0) {
            return refuse("server.workers must be 1 or more");
        }
        if self.max_connections == 0 {
            return refuse("server.max_connections must be 1 or more");
        }
        for (name, time) in [
            ("header_timeout", self.header_timeout),
            ("body_timeout", self.body_timeout),
            ("idle_timeout", self.idle_timeout),
        ] {
            if time.is_zero() {
                return refuse(&format!("server.{name} must be longer than nothing, such as 10s"));
            }
        }
        match (&self.tls_cert, &self.tls_key) {
            (Some(_), None) => refuse("server.tls_cert needs the key of the certificate; set server.tls_key"),
            (None, Some(_)) => refuse("server.tls_key needs the certificate of the key; set server.tls_cert"),
            _ => Ok(()),
        }
    }
}
