//! Handing over from one signing key to the next.

use super::apply::change;
use super::known::known;
use super::list_keys::KeyInfo;
use crate::UserStore;
use crate::error::Result;
use crate::jwt::key::Keyring;
use crate::model::audit::{Action, ActorKind};
use crate::model::timestamp::Timestamp;
use crate::op::audit::{Note, Who};

pub(super) async fn rotate_keys(store: &UserStore) -> Result<KeyInfo> {
    // Whoever cannot open the keys there are would add one that the others cannot open.
    known(store).await?;
    change(store, note(store), Keyring::rotate, next).await
}

/// The key that waits, or else the active one.
pub(super) fn next(ring: &Keyring, now: Timestamp) -> Option<KeyInfo> {
    let next = ring.waiting(now).or_else(|| ring.active(now))?;
    KeyInfo::of(ring, &next.kid, now)
}

fn note(store: &UserStore) -> Note {
    Note::new(store, Who::of(ActorKind::Operator, None), Action::RotateKeys)
}

pub(super) async fn rotate_keys_now(store: &UserStore) -> Result<KeyInfo> {
    known(store).await?;
    let active = |ring: &Keyring, now| KeyInfo::of(ring, &ring.active(now)?.kid, now);
    change(store, note(store), |ring, now| Ok(ring.rotate_now(now)), active).await
}
