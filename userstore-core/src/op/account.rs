//! The door to one account: what its owner and an administrator may both do.

use std::sync::Arc;

use super::actor::{self, Actor, Target};
use super::audit::Note;
use super::{change, change_password, delete_user, list_sessions};
use crate::UserStore;
use crate::error::{Error, Result};
use crate::model::audit::Action;
use crate::model::data::Data;
use crate::model::id::SessionId;
use crate::model::json::Object;
use crate::model::page::{Page, PageRequest};
use crate::model::password::Password;
use crate::model::precondition::Precondition;
use crate::model::session::Session;
use crate::model::user::User;

/// One account, opened by its owner ([`Caller::account`](crate::Caller::account)) or by an administrator
/// ([`Admin::account_of`](crate::Admin::account_of)).
///
/// Every operation can fail with [`Error::Unavailable`]; with [`Error::Unauthenticated`] or [`Error::Forbidden`] when
/// the right it was opened with has ended meanwhile; and, opened by an administrator, with [`Error::NotFound`] when
/// there is no such account.
#[derive(Debug, Clone)]
pub struct Account {
    store: UserStore,
    actor: Actor,
    target: Target,
}

impl Account {
    pub(crate) fn new(store: UserStore, actor: Actor, target: Target) -> Self {
        Self { store, actor, target }
    }

    /// The user as it is now.
    ///
    /// # Errors
    /// See [`Account`].
    pub async fn get(&self) -> Result<Arc<User>> {
        match (&self.target, &self.actor) {
            // The token was checked against this very state of the user.
            (Target::Own(_), Actor::Caller(caller)) => Ok(Arc::clone(caller.user())),
            // Boxed, as the future of the usual way would else be as large.
            _ => Box::pin(self.find()).await.map(Arc::new),
        }
    }

    async fn find(&self) -> Result<User> {
        let found = actor::find(self.store.reads(), &self.target).await?;
        found.map(|(user, _)| user).ok_or(match self.target {
            Target::Own(_) => Error::Unauthenticated,
            Target::Named(_) => Error::NotFound("user"),
        })
    }

    /// Puts `data` in the place of the user's whole data.
    ///
    /// # Errors
    /// [`Error::PreconditionFailed`]; see [`Account`].
    pub async fn replace_data(&self, data: Data, precondition: &Precondition) -> Result<Arc<User>> {
        self.change(precondition, move |user| {
            user.data = data;
            Ok(())
        })
        .await
    }

    /// Applies a JSON merge patch (RFC 7396) to the user's data: what is null in it goes, what is not in it stays.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the result is too large or too deep; [`Error::PreconditionFailed`]; see [`Account`].
    pub async fn merge_data(&self, patch: &Object, precondition: &Precondition) -> Result<Arc<User>> {
        let patch = patch.clone();
        self.change(precondition, move |user| {
            user.data = user.data.merge(&patch)?;
            Ok(())
        })
        .await
    }

    async fn change<F>(&self, precondition: &Precondition, alter: F) -> Result<Arc<User>>
    where
        F: FnOnce(&mut User) -> Result<()> + Clone + Send + Sync + 'static,
    {
        let note = Note::new(&self.store, &self.actor, Action::UpdateData);
        change::change(&self.store, &self.actor, &self.target, precondition, note, alter).await
    }

    /// Sets a new password. Every other session of the user ends; the one that asks for it stays.
    ///
    /// The owner has to say the current password; an administrator sets another's without it.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a password that is against the policy, or a current password that is missing or not
    /// asked for; [`Error::WrongPassword`]; [`Error::TooManyRequests`]; [`Error::Busy`]; see [`Account`].
    pub async fn change_password(&self, current: Option<Password>, new: Password) -> Result<()> {
        change_password::change_password(&self.store, &self.actor, &self.target, current, new).await
    }

    /// Deletes the account. Everything of it is gone at once: a new user of the same name inherits nothing.
    ///
    /// # Errors
    /// [`Error::LastAdmin`]; [`Error::PreconditionFailed`]; see [`Account`].
    pub async fn delete(&self, precondition: &Precondition) -> Result<()> {
        delete_user::delete_user(&self.store, &self.actor, &self.target, precondition).await
    }

    /// The user's live sessions, oldest first.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a cursor of another list; see [`Account`].
    pub async fn list_sessions(&self, page: PageRequest) -> Result<Page<Session>> {
        let user = self.find().await?;
        list_sessions::list_sessions(&self.store, &self.actor, &user, &page).await
    }

    /// Ends one session of the user.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the user has no such live session; see [`Account`].
    pub async fn end_session(&self, id: SessionId) -> Result<()> {
        let user = self.find().await?;
        let note = Note::new(&self.store, &self.actor, Action::EndSession).about_user(&user);
        let note = note.with("session", id.to_string());
        let ended = self.store.sessions().end(&user, id, None, self.store.clock().now(), note).await?;
        if !ended {
            return Err(Error::NotFound("session"));
        }
        self.store.counts().sessions_ended.one();
        Ok(())
    }

    /// Ends every session of the user, and every access token.
    ///
    /// # Errors
    /// See [`Account`].
    pub async fn end_sessions(&self) -> Result<()> {
        change_password::end_all(&self.store, &self.actor, &self.target).await
    }
}
