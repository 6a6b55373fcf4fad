//! Which outside issuers are trusted, and where their keys are.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::Url;
use serde::Deserialize;

use crate::config::duration;
use crate::error::{Error, Result};

/// One outside issuer whose tokens are accepted: an entry of `[[issuers]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct IssuerSettings {
    /// What its tokens have as `iss`, to the letter.
    pub issuer: String,
    /// What its tokens have to have as `aud`, or among it.
    pub audience: String,
    /// Where it publishes its keys (RFC 7517): `https`, or `http` to a loopback address. Of this and `jwks_file`, one.
    #[serde(default)]
    pub jwks_url: Option<String>,
    /// A file that holds its keys, of 256 KiB at most.
    #[serde(default)]
    pub jwks_file: Option<PathBuf>,
    /// How far ahead the `exp` of its tokens may be: 24 hours, unless another length is set.
    #[serde(default = "default_max_ttl", deserialize_with = "duration::deserialize")]
    pub max_ttl: Duration,
}

const fn default_max_ttl() -> Duration {
    Duration::from_hours(24)
}

impl IssuerSettings {
    /// An issuer, with no place for its keys yet.
    #[must_use]
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            audience: audience.into(),
            jwks_url: None,
            jwks_file: None,
            max_ttl: default_max_ttl(),
        }
    }

    /// Looks for settings that make no sense. Nothing is read or fetched.
    ///
    /// # Errors
    /// [`Error::Settings`] names the key, and says what to do.
    pub fn validate(&self) -> Result<()> {
        let name = &self.issuer;
        let wrong = |key: &str, rule: &str| Err(Error::Settings(format!("issuers.{key} {rule} (issuer {name:?})")));
        if name.is_empty() {
            return wrong("issuer", "must not be empty; set it to what the tokens have as `iss`");
        }
        if self.audience.is_empty() {
            return wrong("audience", "must not be empty; set it to what the tokens have as `aud`");
        }
        if self.max_ttl.is_zero() {
            return wrong("max_ttl", "must be longer than nothing; 24h is the default");
        }
        match (&self.jwks_url, &self.jwks_file) {
            (Some(_), Some(_)) => wrong("jwks_url", "and jwks_file are both set; keep one of them"),
            (None, None) => wrong("jwks_url", "is missing; set it, or jwks_file, to where the keys are"),
            (Some(url), None) => match url_fault(url) {
                Some(rule) => wrong("jwks_url", rule),
                None => Ok(()),
            },
            (None, Some(file)) if file.as_os_str().is_empty() => wrong("jwks_file", "must not be empty"),
            (None, Some(_)) => Ok(()),
        }
    }
}

/// What is wrong with the address of a key set.
fn url_fault(text: &str) -> Option<&'static str> {
    let Ok(url) = Url::parse(text) else { return Some("must be a URL, such as https://issuer.example/jwks.json") };
    if !url.username().is_empty() || url.password().is_some() {
        return Some("must have no user or password in it");
    }
    match url.scheme() {
        "https" => None,
        "http" if is_loopback(&url) => None,
        "http" => Some("must be https: plain http is for loopback addresses alone"),
        _ => Some("must start with https://"),
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
    host == "localhost" || address.is_some_and(|address| address.is_loopback())
}
