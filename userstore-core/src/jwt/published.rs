//! The public keys, as they are published.

use jsonwebtoken::jwk::{AlgorithmParameters, Jwk};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::algorithm::SigningAlgorithm;
use super::error::KeySetError;
use super::jwks::Jwks;

/// One public key in its published form (RFC 7517, section 4). It has no place for a private part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicJwk {
    kid: String,
    algorithm: SigningAlgorithm,
    parts: Parts,
}

/// What a public key is made of, base64url (RFC 7518, section 6; RFC 8037, section 2).
#[derive(Debug, Clone, PartialEq, Eq)]
enum Parts {
    Ed25519 { x: String },
    P256 { x: String, y: String },
    Rsa { n: String, e: String },
}

impl PublicJwk {
    /// The key's name: its thumbprint (RFC 7638).
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What it verifies.
    #[must_use]
    pub const fn algorithm(&self) -> SigningAlgorithm {
        self.algorithm
    }

    pub(super) fn new(kid: String, algorithm: SigningAlgorithm, jwk: Jwk) -> Option<Self> {
        let parts = match (algorithm, jwk.algorithm) {
            (SigningAlgorithm::EdDsa, AlgorithmParameters::OctetKeyPair(key)) => Parts::Ed25519 { x: key.x },
            (SigningAlgorithm::Es256, AlgorithmParameters::EllipticCurve(key)) => Parts::P256 { x: key.x, y: key.y },
            (SigningAlgorithm::Rs256, AlgorithmParameters::RSA(key)) => Parts::Rsa { n: key.n, e: key.e },
            _ => return None,
        };
        Some(Self { kid, algorithm, parts })
    }
}

impl Serialize for PublicJwk {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let mut put =
            |entries: &[(&str, &str)]| entries.iter().try_for_each(|(key, value)| map.serialize_entry(key, value));
        put(&[("kid", &self.kid), ("use", "sig"), ("alg", self.algorithm.as_str())])?;
        match &self.parts {
            Parts::Ed25519 { x } => put(&[("kty", "OKP"), ("crv", "Ed25519"), ("x", x)])?,
            Parts::P256 { x, y } => put(&[("kty", "EC"), ("crv", "P-256"), ("x", x), ("y", y)])?,
            Parts::Rsa { n, e } => put(&[("kty", "RSA"), ("n", n), ("e", e)])?,
        }
        map.end()
    }
}

/// What `GET /.well-known/jwks.json` answers (RFC 7517, section 5).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PublishedKeys {
    /// The keys that sign, will sign, and have signed tokens that still live.
    pub keys: Vec<PublicJwk>,
}

impl PublishedKeys {
    /// The keys as a verifier elsewhere reads them from what is published.
    ///
    /// # Errors
    /// [`KeySetError::TooLarge`] for more keys than a key set may have.
    pub fn to_jwks(&self) -> Result<Jwks, KeySetError> {
        Jwks::parse(&serde_json::to_vec(self).map_err(|_| KeySetError::NotJson)?)
    }
}
