//! The door that is open to anyone, and signing up through it.

use std::sync::Arc;

use super::audit::{Note, Who};
use super::authenticate::{Caller, authenticate};
use super::create_user::create_user;
use super::keys::known;
use super::log_in::{LogIn, log_in};
use super::sign_in::{SignIn, sign_in};
use crate::UserStore;
use crate::config::SignupMode;
use crate::error::{Error, Result};
use crate::jwt::PublishedKeys;
use crate::model::audit::{Action, ActorKind};
use crate::model::password::Password;
use crate::model::role::Role;
use crate::model::scope::Scopes;
use crate::model::user::{Signup, User};

/// What anyone may do.
#[derive(Debug, Clone)]
pub struct Anyone(UserStore);

impl Anyone {
    pub(crate) fn new(store: UserStore) -> Self {
        Self(store)
    }

    /// Creates an account with the role `user`, while sign-up is open.
    ///
    /// # Errors
    /// [`Error::SignupClosed`]; [`Error::Invalid`] at `/username` or `/password`, all broken rules at once;
    /// [`Error::UsernameTaken`]; [`Error::TooManyRequests`]; [`Error::Busy`]; [`Error::Unavailable`].
    pub async fn sign_up(&self, signup: Signup) -> Result<Arc<User>> {
        let store = &self.0;
        let done = match store.settings().signup.mode {
            SignupMode::Closed => Err(Error::SignupClosed),
            SignupMode::Open => create_user(store, None, signup, Role::User).await,
        };
        done.map_err(|error| Note::new(store, Who::of(ActorKind::Anyone, None), Action::SignUp).refused(store, error))
    }

    /// Opens a session with a username, in any spelling, and a password.
    ///
    /// An unknown name and a wrong password are answered alike, after the same work. The session keeps where it was
    /// opened from, as [`UserStore::for_client`] was told.
    ///
    /// # Errors
    /// [`Error::InvalidCredentials`]; [`Error::AccountBlocked`] when the password is right;
    /// [`Error::Invalid`] at `/password` for one over 1,024 bytes; [`Error::TooManyRequests`], alike for names that are
    /// there and names that are not; [`Error::Busy`]; [`Error::Unavailable`].
    pub async fn sign_in(&self, username: &str, password: Password) -> Result<SignIn> {
        sign_in(&self.0, username, password).await
    }

    /// Issues an access token for a username, in any spelling, and a password; with all the scopes of the user's role, or
    /// with those asked for.
    ///
    /// # Errors
    /// As for [`Anyone::sign_in`]; [`Error::InsufficientScope`] for a scope that the role does not give.
    pub async fn log_in(&self, username: &str, password: Password, scopes: Option<Scopes>) -> Result<LogIn> {
        log_in(&self.0, username, password, scopes).await
    }

    /// The keys that verify access tokens, as they are published.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn published_keys(&self) -> Result<PublishedKeys> {
        Ok(known(&self.0).await?.published().clone())
    }

    /// Tells who shows a session's token.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] unless it is the token of a live session; [`Error::SessionNeeded`] for an access token
    /// that is good; [`Error::Unavailable`].
    pub async fn authenticate(&self, token: &str) -> Result<Caller> {
        authenticate(&self.0, token).await
    }
}
