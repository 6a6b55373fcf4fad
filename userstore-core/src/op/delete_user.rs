//! Deleting an account.

use super::actor::{Actor, Target};
use super::audit::Note;
use super::change_password::clean_up;
use super::row::users;
use crate::UserStore;
use crate::database::Written;
use crate::error::{Error, Result};
use crate::model::audit::Action;
use crate::model::precondition::Precondition;
use crate::model::user::User;

pub(super) async fn delete_user(
    store: &UserStore,
    actor: &Actor,
    target: &Target,
    precondition: &Precondition,
) -> Result<()> {
    let note = Note::new(store, actor, Action::DeleteUser);
    let refused = note.clone().about(target.named(actor));
    let (actor, target, precondition, now) = (actor.clone(), target.clone(), precondition.clone(), store.clock().now());
    let write = store.writes().run(move |tx| {
        Box::pin(async move {
            let (user, _) = actor.open(tx, &target, &precondition, now).await?;
            if user.is_active_admin() && !users::has_other_admin(tx, user.id).await? {
                return Err(Error::LastAdmin);
            }
            users::delete(tx, user.id).await?;
            note.about_user(&user).write(tx).await?;
            Ok(Written::of_user(user.id, user))
        })
    });
    let user = write.await.map_err(|error| refused.refused(store, error))?;
    // Whoever has the name next inherits nothing.
    store.limits().forget(user.username.as_str()).await;
    // What is kept elsewhere of its sessions, such as addresses, goes too.
    clean_up(store, &User { epoch: user.epoch + 1, kept_session: None, ..user }).await;
    Ok(())
}
