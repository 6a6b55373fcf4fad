//! Sets of public keys (RFC 7517, section 5), of which only what is safe to use is kept.

use std::collections::HashMap;

use jsonwebtoken::Algorithm;
use serde_json::Value;

use super::error::{KeySetError, TokenError};
use super::jwk::VerifyingKey;
use crate::model::json::parse_object;

/// The keys that tokens are verified with.
#[derive(Debug, Default)]
pub struct Jwks {
    keys: Vec<VerifyingKey>,
    by_kid: HashMap<String, usize>,
}

impl Jwks {
    /// The most bytes of a key set: 256 KiB.
    pub const MAX_BYTES: usize = 256 * 1024;

    /// Reads a key set, and keeps the keys that verify signatures: Ed25519, ECDSA on P-256 and P-384, RSA of 2048 to
    /// 8192 bits. Symmetric keys, keys for encryption (`use`, `key_ops`), malformed ones and those published with their
    /// private part are left out, and so are all that share a `kid` with another that could be used.
    ///
    /// A key without `alg` has its type's (`EdDSA`, ES256, ES384, RS256), and no token chooses another.
    ///
    /// # Errors
    /// [`KeySetError`] for more than 256 KiB, for what is not one JSON object, and where there is no list of `keys`. A
    /// set without one usable key is no error, but [empty](Jwks::is_empty).
    pub fn parse(text: &[u8]) -> Result<Self, KeySetError> {
        if text.len() > Self::MAX_BYTES {
            return Err(KeySetError::TooLarge);
        }
        let set = parse_object(text).map_err(|_| KeySetError::NotJson)?;
        let entries = set.get("keys").and_then(Value::as_array).ok_or(KeySetError::NoKeys)?;
        let mut keys: Vec<VerifyingKey> = entries.iter().filter_map(VerifyingKey::read).collect();
        let mut count: HashMap<String, usize> = HashMap::new();
        for kid in keys.iter().filter_map(|key| key.kid.clone()) {
            *count.entry(kid).or_default() += 1;
        }
        keys.retain(|key| key.kid.as_ref().is_none_or(|kid| count[kid] == 1));
        let by_kid = keys.iter().enumerate().filter_map(|(index, key)| Some((key.kid.clone()?, index))).collect();
        Ok(Self { keys, by_kid })
    }

    /// How many keys can be used.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no key can be used.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key of this name.
    pub(super) fn named(&self, kid: &str) -> Result<&VerifyingKey, TokenError> {
        self.by_kid.get(kid).map(|index| &self.keys[*index]).ok_or(TokenError::UnknownKey)
    }

    /// The one key of this algorithm.
    pub(super) fn only(&self, algorithm: Algorithm) -> Result<&VerifyingKey, TokenError> {
        let mut fitting = self.keys.iter().filter(|key| key.algorithm == algorithm);
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Ok(key),
            (None, _) => Err(TokenError::UnknownKey),
            (Some(_), Some(_)) => Err(TokenError::AmbiguousKey),
        }
    }
}
