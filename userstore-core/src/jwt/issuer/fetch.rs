//! Where an issuer's keys come from: an address or a file, neither of which is trusted to be short or quick.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Client, StatusCode, Url, redirect};

use super::settings::IssuerSettings;
use crate::error::{Error, Result};
use crate::jwt::error::KeySetError;
use crate::jwt::jwks::Jwks;

/// The longest that a fetch takes, from the look-up of the name to the last byte.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Where the keys are.
#[derive(Debug)]
pub(super) enum Source {
    Url { client: Client, url: Url },
    File(PathBuf),
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("no answer within 5 s")]
    TimedOut,
    #[error("the request failed: {0}")]
    Request(reqwest::Error),
    #[error("the answer has status {0}, where 200 is wanted; redirects are not followed")]
    Status(StatusCode),
    #[error("the file cannot be read: {0}")]
    File(std::io::Error),
    #[error("it is no regular file")]
    NoRegularFile,
    #[error(transparent)]
    KeySet(#[from] KeySetError),
    #[error("it holds no key that can be used")]
    Empty,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url { url, .. } => f.write_str(url.as_str()),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

impl Source {
    pub(super) fn of(settings: &IssuerSettings) -> Result<Self> {
        if let Some(path) = &settings.jwks_file {
            return Ok(Self::File(path.clone()));
        }
        let wrong = |what: &str| Error::Settings(format!("issuers.jwks_url {what} (issuer {:?})", settings.issuer));
        let text = settings.jwks_url.as_deref().unwrap_or_default();
        let url = Url::parse(text).map_err(|_| wrong("must be a URL"))?;
        let client = client(url.scheme() == "https").map_err(|error| {
            wrong(&format!("needs the machine's certificates, which cannot be used: {error}; install ca-certificates"))
        })?;
        Ok(Self::Url { client, url })
    }

    /// Fetches the keys.
    ///
    /// # Errors
    /// [`FetchError`] where it takes more than 5 s or 256 KiB, for any status but 200, a redirect included, and for a
    /// set without one usable key.
    pub(super) async fn fetch(&self) -> Result<Jwks, FetchError> {
        let text = match self {
            Self::Url { client, url } => {
                tokio::time::timeout(TIMEOUT, download(client, url)).await.map_err(|_| FetchError::TimedOut)??
            }
            Self::File(path) => {
                let path = path.clone();
                let read = tokio::task::spawn_blocking(move || read(&path)).await;
                read.map_err(|error| FetchError::File(error.into()))??
            }
        };
        let keys = Jwks::parse(&text)?;
        if keys.is_empty() { Err(FetchError::Empty) } else { Ok(keys) }
    }
}

/// A client that goes where it is told: no redirect, no proxy of the environment. With `tls`, it trusts whom the
/// machine trusts; without, nobody.
fn client(tls: bool) -> Result<Client, Box<dyn std::error::Error>> {
    let config = if tls { crate::tls::as_the_machine()? } else { crate::tls::of_nobody()? };
    let client = Client::builder()
        .tls_backend_preconfigured(config)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .user_agent(concat!("userstore/", env!("CARGO_PKG_VERSION")))
        .pool_max_idle_per_host(0)
        .build()?;
    Ok(client)
}

async fn download(client: &Client, url: &Url) -> Result<Vec<u8>, FetchError> {
    let request = |error: reqwest::Error| FetchError::Request(error.without_url());
    let mut answer = client.get(url.clone()).send().await.map_err(request)?;
    if answer.status() != StatusCode::OK {
        return Err(FetchError::Status(answer.status()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(request)? {
        if body.len() + chunk.len() > Jwks::MAX_BYTES {
            return Err(KeySetError::TooLarge.into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Reads a regular file, no further than a key set may be long.
fn read(path: &Path) -> Result<Vec<u8>, FetchError> {
    use std::io::Read as _;

    // Looked at before it is opened: to open a pipe is to wait for whoever writes to it.
    if !std::fs::metadata(path).map_err(FetchError::File)?.is_file() {
        return Err(FetchError::NoRegularFile);
    }
    let file = std::fs::File::open(path).map_err(FetchError::File)?;
    let mut text = Vec::new();
    let limit = Jwks::MAX_BYTES as u64 + 1;
    file.take(limit).read_to_end(&mut text).map_err(FetchError::File)?;
    Ok(text)
}
