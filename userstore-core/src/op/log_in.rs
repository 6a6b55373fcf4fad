//! Logging in: a username and a password become an access token.

use std::time::Duration;

use super::keys::{TokenRequest, issue};
use super::sign_in::{note, verify};
use crate::UserStore;
use crate::error::Result;
use crate::jwt::AccessToken;
use crate::model::audit::Action;
use crate::model::password::Password;
use crate::model::scope::Scopes;

/// An access token just issued.
#[derive(Debug)]
#[non_exhaustive]
pub struct LogIn {
    /// The token; the store keeps no copy.
    pub token: AccessToken,
    /// How long it lives.
    pub expires_in: Duration,
    /// What it may do.
    pub scopes: Scopes,
}

pub(super) async fn log_in(
    store: &UserStore,
    username: &str,
    password: Password,
    scopes: Option<Scopes>,
) -> Result<LogIn> {
    let result = open(store, username, password, scopes).await;
    store.counts().log_ins.count(&result);
    result
}

async fn open(store: &UserStore, username: &str, password: Password, scopes: Option<Scopes>) -> Result<LogIn> {
    let user = verify(store, Action::LogIn, username, password).await?;
    let request = TokenRequest { scopes, ..TokenRequest::default() };
    let note = note(store, Action::LogIn, Some(&user));
    let (token, scopes) = match issue(store, &user, &request).await {
        Ok(issued) => issued,
        Err(error) => return Err(note.refused(store, error)),
    };
    note.with("scope", scopes.to_string()).write_or_keep(store).await;
    Ok(LogIn { token, expires_in: store.settings().tokens.ttl, scopes })
}
