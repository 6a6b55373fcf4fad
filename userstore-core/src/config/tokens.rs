//! Settings of access tokens.

use std::time::Duration;

use serde::Deserialize;

use super::{Secret, duration};
use crate::error::{Error, Result};
use crate::jwt::{IssuerSettings, Issuers, SigningAlgorithm};

/// Access tokens that the store issues (RFC 9068).
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Tokens {
    /// What they have as `iss`: the address of the service, where others verify them.
    pub issuer: String,
    /// What they have as `aud`.
    pub audience: String,
    /// How long a token of `POST /login` lives, 24 hours at most.
    #[serde(deserialize_with = "duration::deserialize")]
    pub ttl: Duration,
    /// What keys that are made from now on sign with.
    pub algorithm: SigningAlgorithm,
    /// Makes the next signing key when the active one has signed for so long, an hour at least; unset, keys are rotated
    /// by hand.
    #[serde(deserialize_with = "duration::deserialize_some")]
    pub rotate_every: Option<Duration>,
    /// A secret of 32 characters or more that the private keys are encrypted with in the database (AES-256-GCM), kept
    /// outside of it. Keys made without it are encrypted at the next start with it.
    pub key_encryption_key: Option<Secret>,
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            issuer: "userstore".to_owned(),
            audience: "userstore".to_owned(),
            ttl: Duration::from_mins(15),
            algorithm: SigningAlgorithm::default(),
            rotate_every: None,
            key_encryption_key: None,
        }
    }
}

impl Tokens {
    /// Checks these settings, and that the outside issuers go with them.
    pub(super) fn validate(&self, issuers: &[IssuerSettings]) -> Result<()> {
        let refuse = |message: &str| Err(Error::Settings(message.to_owned()));
        if self.issuer.is_empty() || self.audience.is_empty() {
            return refuse("tokens.issuer and tokens.audience must not be empty");
        }
        if !(Duration::from_secs(1)..=Duration::from_hours(24)).contains(&self.ttl) {
            return refuse("tokens.ttl must be from 1s to 24h");
        }
        if self.rotate_every.is_some_and(|every| every < Duration::from_hours(1)) {
            return refuse("tokens.rotate_every must be 1h or longer, such as 90days");
        }
        let key = self.key_encryption_key.as_ref();
        if key.is_some_and(|key| key.reveal().chars().count() < 32) {
            return refuse(
                "tokens.key_encryption_key must be 32 characters or longer; make one with: openssl rand -hex 32",
            );
        }
        if issuers.iter().any(|outside| outside.issuer == self.issuer) {
            return refuse("issuers.issuer must not be tokens.issuer: that is the store itself");
        }
        Issuers::new(issuers.to_vec()).map(drop)
    }
}
