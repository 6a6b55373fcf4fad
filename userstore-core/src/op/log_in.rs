//! Logging in: a username and a password become an access token.

use std::time::Duration;

use super::keys::{sign, within};
use super::sign_in::verify;
use crate::UserStore;
use crate::error::Result;
use crate::jwt::AccessToken;
use crate::jwt::sign::{NewSubject, NewToken};
use crate::model::password::Password;
use crate::model::scope::Scopes;

/// The client that tokens are issued to, unless another one asks.
pub(super) const CLIENT: &str = "userstore";

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
    let user = verify(store, username, password).await?;
    let given = Scopes::of_role(user.role);
    let scopes = scopes.unwrap_or(given);
    within(scopes, given)?;
    let (tokens, now) = (&store.settings().tokens, store.clock().now());
    let token = NewToken {
        issuer: &tokens.issuer,
        audience: &tokens.audience,
        subject: NewSubject::User { id: user.id, username: user.username.as_str(), role: user.role, epoch: user.epoch },
        id: store.random().uuid(now),
        client_id: CLIENT,
        scopes,
        issued_at: now,
        not_before: now,
        expires_at: now.plus(tokens.ttl),
    };
    Ok(LogIn { token: sign(store, &token).await?, expires_in: tokens.ttl, scopes })
}
