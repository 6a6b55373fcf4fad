//! Giving an account another role. Its sessions stand: a role is read live.

use std::sync::Arc;

use super::actor::{Actor, Target};
use super::audit::Note;
use super::change::change;
use crate::UserStore;
use crate::error::Result;
use crate::model::audit::Action;
use crate::model::precondition::Precondition;
use crate::model::role::Role;
use crate::model::user::User;

pub(super) async fn grant_role(
    store: &UserStore,
    actor: &Actor,
    target: &Target,
    role: Role,
    precondition: &Precondition,
) -> Result<Arc<User>> {
    let note = Note::new(store, actor, Action::GrantRole);
    change(store, actor, target, precondition, note, move |user| {
        user.role = role;
        Ok(())
    })
    .await
}
