//! A new password, and the end of all that was issued under the old one.

use super::actor::{self, Actor, Target};
use super::audit::Note;
use super::row::users::{self, PasswordHash};
use super::try_password::try_password;
use crate::UserStore;
use crate::database::Written;
use crate::error::{Error, Result, Violation};
use crate::model::audit::Action;
use crate::model::id::SessionId;
use crate::model::password::Password;
use crate::model::precondition::Precondition;
use crate::model::user::User;

pub(super) async fn change_password(
    store: &UserStore,
    actor: &Actor,
    target: &Target,
    current: Option<Password>,
    new: Password,
) -> Result<()> {
    let (user, stored) = actor::find(store.reads(), target).await?.ok_or(Error::NotFound("user"))?;
    let own = matches!(target, Target::Own(_));
    let current = match (own, current) {
        (true, None) => {
            return Err(Error::invalid(Violation::at("/current_password", "is needed for your own account")));
        }
        (false, Some(_)) => {
            let detail = "is not asked for when an admin sets another's password; leave it out";
            return Err(Error::invalid(Violation::at("/current_password", detail)));
        }
        (_, current) => current,
    };
    let action = if own { Action::ChangePassword } else { Action::SetPassword };
    let note = Note::new(store, actor, action);
    let passwords = store.passwords();
    let prepared = passwords.check(&new, Some(&user.username), "/new_password").map_err(Error::invalid)?;
    if let Some(current) = current {
        let found = async { Ok(Some((user.clone(), stored.clone()))) };
        let tried = try_password(store, user.username.as_str(), &current, "/current_password", found).await;
        if let Err(error) = tried.and_then(|tried| tried.verified.ok_or(Error::WrongPassword)) {
            return Err(note.about_user(&user).refused(store, error));
        }
    }
    let hash = passwords.hash(prepared).await?;
    let verified = own.then_some(stored);
    let kept = if own { actor.session().map(|session| session.id) } else { None };
    raise_epoch(store, actor, target, kept, Some(NewHash { hash, verified }), note).await?;
    if !own {
        // That is how an owner whom an attack keeps out gets in.
        store.limits().forget(user.username.as_str()).await;
    }
    Ok(())
}

pub(super) async fn end_all(store: &UserStore, actor: &Actor, target: &Target) -> Result<()> {
    let note = Note::new(store, actor, Action::EndSessions);
    raise_epoch(store, actor, target, None, None, note).await
}

#[derive(Clone)]
struct NewHash {
    hash: PasswordHash,
    /// The hash that the current password was checked against: it must not have changed since.
    verified: Option<PasswordHash>,
}

/// Raises a user's epoch, which ends all sessions but `kept`, and sets the new password with it. Nothing of this is
/// shown, so the user's tag stays.
async fn raise_epoch(
    store: &UserStore,
    actor: &Actor,
    target: &Target,
    kept: Option<SessionId>,
    new: Option<NewHash>,
    note: Note,
) -> Result<()> {
    let refused = note.clone().about(target.named(actor));
    let (actor, target, now) = (actor.clone(), target.clone(), store.clock().now());
    let write = store.writes().run(move |tx| {
        Box::pin(async move {
            let (before, stored) = actor.open(tx, &target, &Precondition::NONE, now).await?;
            if let Some(NewHash { hash, verified }) = new {
                let verified = verified.unwrap_or(stored);
                if !users::replace_hash(tx, before.id, verified, hash).await? {
                    return Err(Error::WrongPassword);
                }
            }
            let after = User { epoch: before.epoch + 1, kept_session: kept, ..before.clone() };
            if !users::update(tx, &before, &after).await? {
                return Err(Error::unavailable("database", "the row was changed by another transaction"));
            }
            note.about_user(&after).write(tx).await?;
            Ok(Written::of_user(after.id, after))
        })
    });
    let user = write.await.map_err(|error| refused.refused(store, error))?;
    clean_up(store, &user).await;
    Ok(())
}

/// The sessions are over already; that their records go as well is no part of the promise.
pub(super) async fn clean_up(store: &UserStore, user: &User) {
    match store.sessions().clean_up(user).await {
        Ok(ended) => store.counts().sessions_ended.add(ended),
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "records of ended sessions were left for later");
        }
    }
}
