//! The signing keys as they are for a while: opened once, for many requests.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::UserStore;
use crate::cache::{KeysDigest, Local, signing_keys_key};
use crate::config::Tokens;
use crate::error::{Error, Result};
use crate::figures::KeyAge;
use crate::jwt::key::{KeyEncryptionKey, KeyError, KeyState, Keyring, SigningKey, StoredKey};
use crate::jwt::{PublishedKeys, Verifier};
use crate::model::timestamp::Timestamp;
use crate::op::row::signing_keys;

/// What the keys say from the moment they were loaded until one of them changes its state.
#[derive(Debug)]
pub(crate) struct KnownKeys {
    ring: Keyring,
    digest: KeysDigest,
    loaded_at: Timestamp,
    holds_until: Option<Timestamp>,
    active: SigningKey,
    verifier: Verifier,
    published: PublishedKeys,
}

/// The keys as they are now.
///
/// # Errors
/// [`Error::Unavailable`] where they cannot be read, or not be opened with the settings there are.
pub(crate) async fn known(store: &UserStore) -> Result<Arc<KnownKeys>> {
    let now = store.clock().now();
    match store.cache().here().and_then(Local::keys).filter(|keys| keys.holds(now)) {
        Some(keys) => Ok(keys),
        // Boxed, as it is seldom needed.
        None => Box::pin(load(store, now)).await,
    }
}

async fn load(store: &UserStore, now: Timestamp) -> Result<Arc<KnownKeys>> {
    let last = store.last_keys().filter(|keys| keys.holds(now));
    if let (Some(shared), Some(keys)) = (store.cache().shared(), &last) {
        let digest = || async { Ok(Some(digest(&signing_keys::all(store.reads()).await?))) };
        if shared
            .record(shared.name(&signing_keys_key()), None, digest)
            .await?
            .is_some_and(|digest| *digest == keys.digest)
        {
            return Ok(Arc::clone(keys));
        }
    }
    let ticket = store.cache().here().map(Local::ticket);
    let stored = signing_keys::all(store.reads()).await?;
    // To open them again is work for nothing where they are the same.
    let digest = digest(&stored);
    if let Some(keys) = last.filter(|keys| keys.digest == digest) {
        return Ok(keys);
    }
    let keys = KnownKeys::open(Keyring::new(stored), digest, &store.settings().tokens, now).map_err(unavailable)?;
    let keys = Arc::new(keys);
    match (store.cache().here(), ticket) {
        (Some(cache), Some(ticket)) => cache.remember_keys(ticket, &keys),
        _ => store.remember_last_keys(&keys),
    }
    Ok(keys)
}

/// Tells one state of the keys from all others.
fn digest(keys: &[StoredKey]) -> KeysDigest {
    let mut digest = Sha256::new();
    for key in keys {
        let StoredKey { kid, algorithm, private, created_at, signs_at, signed_until, revoked_at } = key;
        let times = [Some(*created_at), Some(*signs_at), *signed_until, *revoked_at];
        let times = times.map(|time| time.map_or(i64::MIN, Timestamp::as_millis).to_be_bytes());
        for part in [kid.as_bytes(), algorithm.as_str().as_bytes(), private, times.as_flattened()] {
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
    }
    KeysDigest(digest.finalize().into())
}

/// What cannot be opened is no fault of whoever asks.
pub(super) fn unavailable(error: KeyError) -> Error {
    Error::unavailable("set of signing keys", error)
}

/// The key that the settings have for the others.
pub(super) fn key_encryption_key(tokens: &Tokens) -> Result<Option<KeyEncryptionKey>, KeyError> {
    tokens.key_encryption_key.as_ref().map(|key| KeyEncryptionKey::new(key.reveal())).transpose()
}

impl KnownKeys {
    fn open(ring: Keyring, digest: KeysDigest, tokens: &Tokens, now: Timestamp) -> Result<Self, KeyError> {
        let with = key_encryption_key(tokens)?;
        let open = |key: &StoredKey| SigningKey::open(&key.kid, key.algorithm, &key.private, with.as_ref());
        let active = open(ring.active(now).ok_or(KeyError::NotFound)?)?;
        let keys = ring.published(now).into_iter().map(|key| Ok(open(key)?.public().clone()));
        let published = PublishedKeys { keys: keys.collect::<Result<_, KeyError>>()? };
        let jwks = published.to_jwks().map_err(|_| KeyError::Unusable)?;
        Ok(Self {
            holds_until: ring.holds_until(now),
            loaded_at: now,
            active,
            verifier: Verifier::new(&tokens.issuer, &tokens.audience, jwks),
            published,
            ring,
            digest,
        })
    }

    /// Whether the states are still what they were.
    fn holds(&self, now: Timestamp) -> bool {
        self.loaded_at <= now && self.holds_until.is_none_or(|until| now < until)
    }

    /// Whether tokens of this key are accepted.
    pub(crate) fn accept(&self, kid: &str) -> bool {
        self.published.keys.iter().any(|key| key.kid() == kid)
    }

    pub(crate) fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    pub(crate) fn published(&self) -> &PublishedKeys {
        &self.published
    }

    /// How old those are that are published.
    pub(crate) fn ages(&self, now: Timestamp) -> Vec<KeyAge> {
        let age = |key: &StoredKey| {
            let state = self.ring.state(&key.kid, now)?;
            let age = now.since(key.created_at);
            Some(KeyAge { kid: key.kid.clone(), algorithm: key.algorithm, state, age })
        };
        self.ring.published(now).into_iter().filter_map(age).collect()
    }

    /// The key that signs.
    pub(super) fn active(&self) -> &SigningKey {
        &self.active
    }

    pub(super) fn ring(&self) -> &Keyring {
        &self.ring
    }

    /// Whether every private key that is in use is encrypted in the database.
    pub(crate) fn are_sealed(&self) -> bool {
        let is_used = |key: &&StoredKey| self.ring.state(&key.kid, self.loaded_at) != Some(KeyState::Gone);
        self.ring.keys().iter().filter(is_used).all(|key| crate::jwt::key::is_sealed(&key.private))
    }
}
