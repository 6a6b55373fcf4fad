//! Signature algorithms, by the names of RFC 7518, section 3.1, and RFC 8037, section 3.1.

use std::fmt;
use std::str::FromStr;

use jsonwebtoken::Algorithm;
use serde::{Deserialize, Serialize};

/// What the store can sign with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum SigningAlgorithm {
    /// Ed25519 (RFC 8037): the fastest to sign, and the shortest.
    #[default]
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// RSA of 2048 bits, PKCS #1 v1.5, with SHA-256: for clients that know nothing else.
    #[serde(rename = "RS256")]
    Rs256,
}

impl SigningAlgorithm {
    /// Every value.
    pub const ALL: &'static [Self] = &[Self::EdDsa, Self::Es256, Self::Rs256];

    /// The name that stands for it in a token, in settings and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }

    pub(super) const fn of_library(self) -> Algorithm {
        match self {
            Self::EdDsa => Algorithm::EdDSA,
            Self::Es256 => Algorithm::ES256,
            Self::Rs256 => Algorithm::RS256,
        }
    }
}

impl fmt::Display for SigningAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that names no algorithm that the store signs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownAlgorithm;

impl fmt::Display for UnknownAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be one of EdDSA, ES256, RS256")
    }
}

impl std::error::Error for UnknownAlgorithm {}

impl FromStr for SigningAlgorithm {
    type Err = UnknownAlgorithm;

    fn from_str(text: &str) -> Result<Self, UnknownAlgorithm> {
        Self::ALL.iter().copied().find(|algorithm| algorithm.as_str() == text).ok_or(UnknownAlgorithm)
    }
}

/// The asymmetric algorithm of this name, in this spelling; `Ed25519` is what RFC 9864 calls `EdDSA` with that curve.
pub(super) fn asymmetric(name: &str) -> Option<Algorithm> {
    Some(match name {
        "EdDSA" | "Ed25519" => Algorithm::EdDSA,
        "ES256" => Algorithm::ES256,
        "ES384" => Algorithm::ES384,
        "RS256" => Algorithm::RS256,
        "RS384" => Algorithm::RS384,
        "RS512" => Algorithm::RS512,
        "PS256" => Algorithm::PS256,
        "PS384" => Algorithm::PS384,
        "PS512" => Algorithm::PS512,
        _ => return None,
    })
}

/// Whether a name means no signature, or one that whoever checks it can make: `none` and HMAC, in any case.
pub(super) fn is_forgeable(name: &str) -> bool {
    let name = name.trim();
    let is_hmac = name.as_bytes().get(..2).is_some_and(|start| start.eq_ignore_ascii_case(b"HS"));
    name.is_empty() || name.eq_ignore_ascii_case("none") || is_hmac
}
