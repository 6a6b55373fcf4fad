//! What is told of a signing key.

use serde::Serialize;

use crate::UserStore;
use crate::error::Result;
use crate::jwt::SigningAlgorithm;
use crate::jwt::key::{KeyState, Keyring};
use crate::model::timestamp::Timestamp;
use crate::op::row::signing_keys;

/// A signing key, without the key itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct KeyInfo {
    /// Its name: the thumbprint of the public key (RFC 7638).
    pub kid: String,
    /// What it signs with.
    pub algorithm: SigningAlgorithm,
    /// Where it is in its life.
    pub state: KeyState,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it signs.
    pub signs_at: Timestamp,
    /// When it verifies nothing any more: for a retiring key and one that is gone.
    pub gone_at: Option<Timestamp>,
}

impl KeyInfo {
    pub(super) fn of(ring: &Keyring, kid: &str, now: Timestamp) -> Option<Self> {
        let key = ring.keys().iter().find(|key| key.kid == kid)?;
        Some(Self {
            kid: key.kid.clone(),
            algorithm: key.algorithm,
            state: ring.state(kid, now)?,
            created_at: key.created_at,
            signs_at: key.signs_at,
            gone_at: ring.gone_at(kid, now),
        })
    }
}

pub(super) async fn list_keys(store: &UserStore) -> Result<Vec<KeyInfo>> {
    let (ring, now) = (Keyring::new(signing_keys::all(store.reads()).await?), store.clock().now());
    Ok(ring.keys().iter().filter_map(|key| KeyInfo::of(&ring, &key.kid, now)).collect())
}
