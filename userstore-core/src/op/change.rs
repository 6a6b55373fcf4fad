//! Changing what is shown of a user: one way, for every operation that does.

use std::sync::Arc;

use super::actor::{Actor, Target};
use super::audit::Note;
use super::row::users;
use crate::UserStore;
use crate::database::Written;
use crate::error::{Error, Result};
use crate::model::json::Object;
use crate::model::precondition::Precondition;
use crate::model::user::User;

/// Reads a user, alters it and writes it back, with a note of that, in one transaction. A change that shows nothing new writes nothing, so
/// that the user's tag stays as it was.
///
/// # Errors
/// What `alter` says; [`Error::LastAdmin`] when no active administrator would be left;
/// [`Error::PreconditionFailed`]; [`Error::NotFound`]; what became of the actor's right.
pub(crate) async fn change<F>(
    store: &UserStore,
    actor: &Actor,
    target: &Target,
    precondition: &Precondition,
    note: Note,
    alter: F,
) -> Result<Arc<User>>
where
    F: FnOnce(&mut User) -> Result<()> + Clone + Send + Sync + 'static,
{
    let refused = note.clone().about(target.named(actor));
    let (actor, target, precondition, now) = (actor.clone(), target.clone(), precondition.clone(), store.clock().now());
    let write = store.writes().run(move |tx| {
        Box::pin(async move {
            let (before, _) = actor.open(tx, &target, &precondition, now).await?;
            let mut after = before.clone();
            alter(&mut after)?;
            if !shows_change(&before, &after) {
                // An answer that it is so says that everybody knows, also where an earlier try could not.
                return Ok(Written::of_user(before.id, Arc::new(before)));
            }
            if before.is_active_admin() && !after.is_active_admin() && !users::has_other_admin(tx, before.id).await? {
                return Err(Error::LastAdmin);
            }
            after.version += 1;
            after.updated_at = now.max(before.updated_at);
            if !users::update(tx, &before, &after).await? {
                return Err(Error::unavailable("database", "the row was changed by another transaction"));
            }
            let note = note.about_user(&after);
            let note = if before.role == after.role { note } else { note.with("role", from_to(&before, &after)) };
            note.write(tx).await?;
            Ok(Written::of_user(after.id, Arc::new(after)))
        })
    });
    write.await.map_err(|error| refused.refused(store, error))
}

/// The role before and after.
fn from_to(before: &User, after: &User) -> Object {
    let role = |user: &User| user.role.as_str().into();
    [("from".to_owned(), role(before)), ("to".to_owned(), role(after))].into_iter().collect()
}

fn shows_change(before: &User, after: &User) -> bool {
    before.role != after.role
        || before.status != after.status
        || before.blocked_reason != after.blocked_reason
        || before.data.to_text() != after.data.to_text()
}
