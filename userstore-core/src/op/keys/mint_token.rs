//! Access tokens made by hand.

use std::time::Duration;

use super::apply::new_key;
use super::known::unavailable;
use super::sign::sign;
use crate::UserStore;
use crate::error::{Error, Result, Violation};
use crate::jwt::AccessToken;
use crate::jwt::sign::{NewSubject, NewToken};
use crate::model::audit::{Action, ActorKind, TargetKind};
use crate::model::role::Status;
use crate::model::scope::{Scope, Scopes};
use crate::model::user::User;
use crate::model::username::Username;
use crate::op::audit::{About, Note, Who};
use crate::op::row::users;

/// The longest that a user's token may live.
const USER_TTL: Duration = Duration::from_hours(24);
/// The longest that a service's token may live.
const SERVICE_TTL: Duration = Duration::from_hours(90 * 24);
/// How far a token is off whose time is to be wrong.
const OFF: Duration = Duration::from_hours(1);
const SERVICE_CHARS: usize = 128;
/// The client that tokens are issued to, unless another one asks.
const CLIENT: &str = "userstore";

/// What an access token made by hand is to be. The faults are for tests of clients, which have to see such a token
/// refused.
#[derive(Debug, Clone, Default)]
pub struct TokenRequest {
    /// What it may do; by default, all that the role of its user gives.
    pub scopes: Option<Scopes>,
    /// How long it lives; by default as long as a token of `POST /login`.
    pub ttl: Option<Duration>,
    /// Whom it is for, if not the audience of the settings.
    pub audience: Option<String>,
    /// The client that asked for it; by default `userstore`.
    pub client_id: Option<String>,
    /// A fault: its time was over an hour ago.
    pub expired: bool,
    /// A fault: its time comes in an hour.
    pub not_yet_valid: bool,
    /// A fault: it is signed with a key that nobody knows.
    pub unknown_key: bool,
}

pub(super) async fn for_user(store: &UserStore, name: &str, request: &TokenRequest) -> Result<AccessToken> {
    let name = Username::parse(name).map_err(|_| Error::NotFound("user"))?;
    let (user, _) = users::find_named(store.reads(), name.as_str()).await?.ok_or(Error::NotFound("user"))?;
    if user.status == Status::Blocked {
        return Err(Error::AccountBlocked);
    }
    let (token, scopes) = issue(store, &user, request).await?;
    noted(store, About::user(&user), scopes, request, token).await
}

/// The token, once it is on record that it was made: whoever has the database in hand can speak for anybody.
async fn noted(
    store: &UserStore,
    whose: About,
    scopes: Scopes,
    request: &TokenRequest,
    token: AccessToken,
) -> Result<AccessToken> {
    let ttl = request.ttl.unwrap_or(store.settings().tokens.ttl);
    let note = Note::new(store, Who::of(ActorKind::Operator, None), Action::MintToken).about(whose);
    let note = note.with("scope", scopes.to_string()).with("ttl", ttl.as_secs());
    note.write_alone(store.database()).await?;
    Ok(token)
}

/// Issues a token to a user, and tells what it may do.
pub(in crate::op) async fn issue(
    store: &UserStore,
    user: &User,
    request: &TokenRequest,
) -> Result<(AccessToken, Scopes)> {
    let given = Scopes::of_role(user.role);
    let scopes = request.scopes.unwrap_or(given);
    within(scopes, given)?;
    let subject =
        NewSubject::User { id: user.id, username: user.username.as_str(), role: user.role, epoch: user.epoch };
    Ok((mint(store, subject, scopes, USER_TTL, request).await?, scopes))
}

pub(super) async fn for_service(store: &UserStore, service: &str, request: &TokenRequest) -> Result<AccessToken> {
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if !(1..=SERVICE_CHARS).contains(&service.len()) || !service.bytes().all(is_known) {
        let rule = "must be 1 to 128 ASCII letters, digits, `.`, `_` and `-`";
        return Err(Error::invalid(Violation::at("/service", rule)));
    }
    let scopes = request.scopes.filter(|scopes| !scopes.is_empty());
    let scopes = scopes.ok_or_else(|| Error::invalid(Violation::at("/scope", "must name what the service may do")))?;
    let token = mint(store, NewSubject::Service(service), scopes, SERVICE_TTL, request).await?;
    let whose = About::of(TargetKind::Service, None, Some(service.to_owned()));
    noted(store, whose, scopes, request, token).await
}

/// Refuses the first scope that is not given.
fn within(asked: Scopes, given: Scopes) -> Result<()> {
    match Scope::ALL.iter().find(|scope| asked.contains(**scope) && !given.contains(**scope)) {
        Some(scope) => Err(Error::InsufficientScope(*scope)),
        None => Ok(()),
    }
}

async fn mint(
    store: &UserStore,
    subject: NewSubject<'_>,
    scopes: Scopes,
    longest: Duration,
    request: &TokenRequest,
) -> Result<AccessToken> {
    let tokens = &store.settings().tokens;
    let ttl = request.ttl.unwrap_or(tokens.ttl);
    if !(Duration::from_secs(1)..=longest).contains(&ttl) {
        let rule = format!("must be from 1s to {}h", longest.as_secs() / 3600);
        return Err(Error::invalid(Violation::at("/ttl", rule)));
    }
    let now = store.clock().now();
    let issued_at = if request.expired { now.minus(OFF).minus(ttl) } else { now };
    let not_before = if request.not_yet_valid { now.plus(OFF) } else { issued_at };
    let token = NewToken {
        issuer: &tokens.issuer,
        audience: request.audience.as_deref().unwrap_or(&tokens.audience),
        subject,
        id: store.random().uuid(now),
        client_id: request.client_id.as_deref().unwrap_or(CLIENT),
        scopes,
        issued_at,
        not_before,
        expires_at: issued_at.max(not_before).plus(ttl),
    };
    if request.unknown_key {
        return token.sign(&new_key(tokens.algorithm).await?).map_err(unavailable);
    }
    sign(store, &token).await
}
