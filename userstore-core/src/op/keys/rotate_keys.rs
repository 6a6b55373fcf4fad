//! Handing over from one signing key to the next.

use super::apply::change;
use super::known::known;
use super::list_keys::KeyInfo;
use crate::UserStore;
use crate::error::Result;
use crate::jwt::key::Keyring;

pub(super) async fn rotate_keys(store: &UserStore) -> Result<KeyInfo> {
    // Whoever cannot open the keys there are would add one that the others cannot open.
    known(store).await?;
    let next = |ring: &Keyring, now| {
        let next = ring.waiting(now).or_else(|| ring.active(now))?;
        KeyInfo::of(ring, &next.kid, now)
    };
    change(store, Keyring::rotate, next).await
}

pub(super) async fn rotate_keys_now(store: &UserStore) -> Result<KeyInfo> {
    known(store).await?;
    let active = |ring: &Keyring, now| KeyInfo::of(ring, &ring.active(now)?.kid, now);
    change(store, |ring, now| Ok(ring.rotate_now(now)), active).await
}
