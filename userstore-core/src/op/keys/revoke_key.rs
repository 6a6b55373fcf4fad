//! Ending a signing key, with all that it signed.

use super::apply::change;
use super::known::known;
use super::list_keys::KeyInfo;
use crate::UserStore;
use crate::error::Result;
use crate::jwt::key::Keyring;
use crate::model::audit::{Action, ActorKind};
use crate::op::audit::{Note, Who};

pub(super) async fn revoke_key(store: &UserStore, kid: &str) -> Result<KeyInfo> {
    // Whoever cannot open the keys there are would put one in its place that the others cannot open.
    known(store).await?;
    revoke_lost_key(store, kid).await
}

pub(super) async fn revoke_lost_key(store: &UserStore, kid: &str) -> Result<KeyInfo> {
    let (revoked, told) = (kid.to_owned(), kid.to_owned());
    let note = Note::new(store, Who::of(ActorKind::Operator, None), Action::RevokeKey);
    let revoke = move |ring: &Keyring, now| ring.revoke(&revoked, now);
    change(store, note, revoke, move |ring, now| KeyInfo::of(ring, &told, now)).await
}
