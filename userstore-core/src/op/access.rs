//! What stands behind an access token: its claims, and the live user where it speaks for one.

use std::sync::Arc;
use std::time::Duration;

use super::audit::Who;
use super::authenticate::find_user;
use super::keys::{self, KnownKeys};
use super::row::{signing_keys, users};
use crate::UserStore;
use crate::cache::Local;
use crate::error::{Error, Result};
use crate::jwt::compact::{Compact, MAX_BYTES};
use crate::jwt::{Claims, Subject, TokenError};
use crate::model::audit::ActorKind;
use crate::model::id::UserId;
use crate::model::role::Status;
use crate::model::scope::Scopes;
use crate::model::session::TokenHash;
use crate::model::timestamp::Timestamp;
use crate::model::user::User;

/// How long a token of an outside issuer is remembered: its key may leave the issuer's set.
const OUTSIDE: Duration = Duration::from_mins(1);

/// The most characters that are remembered of the name of somebody who has no account here.
const NAME_CHARS: usize = 255;

/// A token whose signature, times, issuer and audience were found good: what has to be remembered of it, and no more,
/// whatever it carries.
#[derive(Debug)]
pub(crate) struct Verified {
    /// The user that it speaks for, and the epoch it was issued in.
    user: Option<(UserId, i64)>,
    /// Where it speaks for no user: whose it is, as the audit log has it.
    other: Option<(ActorKind, Box<str>)>,
    scopes: Scopes,
    /// The store's own key that has signed it.
    own_key: Option<String>,
    until: Timestamp,
}

/// An access token that is accepted.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    verified: Arc<Verified>,
    /// The user that it speaks for.
    user: Option<Arc<User>>,
}

/// Why an access token is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("the user of the token is not there any more")]
    UserGone,
    #[error("the user of the token is blocked")]
    UserBlocked,
    #[error(
        "all that was issued to the user before was ended: by a new password, by blocking, or by ending its sessions"
    )]
    Ended,
    /// Nothing is known against it: the store could not look.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Failed(error) => error,
            refusal => {
                tracing::debug!(%refusal, "an access token was refused");
                Self::Unauthenticated
            }
        }
    }
}

impl Verified {
    fn new(claims: &Claims, own_key: Option<&str>, until: Timestamp) -> Self {
        let (user, other) = match &claims.subject {
            Subject::User { id, epoch, .. } => (Some((*id, *epoch)), None),
            Subject::Service(name) => (None, Some((ActorKind::Service, named(name)))),
            Subject::Outside(name) => {
                (None, Some((ActorKind::Outsider, named(&format!("{name} at {}", claims.issuer)))))
            }
        };
        Self { user, other, scopes: claims.scopes, own_key: own_key.map(str::to_owned), until }
    }

    fn alive(&self, user: &User) -> Result<(), Refusal> {
        match self.user {
            Some(_) if user.status == Status::Blocked => Err(Refusal::UserBlocked),
            Some(issued) if issued != (user.id, user.epoch) => Err(Refusal::Ended),
            _ => Ok(()),
        }
    }
}

/// A name as the audit log has it: what somebody else's issuer says may be of any length, and hold anything.
fn named(name: &str) -> Box<str> {
    name.chars().filter(|c| !c.is_control()).take(NAME_CHARS).collect::<String>().into()
}

impl Access {
    /// Whose token it is.
    pub(crate) fn who(&self) -> Who {
        match (&self.user, &self.verified.other) {
            (Some(user), _) => Who::user(user),
            (None, Some((kind, name))) => Who::of(*kind, Some(name)),
            (None, None) => Who::of(ActorKind::Anyone, None),
        }
    }

    /// The user that the token speaks for; a service, and whoever an outside issuer knows, has no account here.
    pub(crate) fn user(&self) -> Option<&Arc<User>> {
        self.user.as_ref()
    }

    /// What the token may do: what it says, and no more than the live role of its user gives.
    pub(crate) fn scopes(&self, user: Option<&User>) -> Scopes {
        let given = user.map_or(Scopes::ALL, |user| Scopes::of_role(user.role));
        self.verified.scopes.and(given)
    }

    /// Whether the token still speaks for this state of its user.
    pub(crate) fn is_live(&self, user: &User) -> bool {
        self.verified.alive(user).is_ok()
    }
}

/// Finds out what an access token is worth.
pub(crate) async fn check(store: &UserStore, token: &str) -> Result<Access, Refusal> {
    if token.len() > MAX_BYTES {
        return Err(TokenError::TooLarge.into());
    }
    let (hash, now) = (TokenHash::of_access_token(token), store.clock().now());
    let verified = match store.cache().token(&hash).filter(|verified| now < verified.until) {
        Some(verified) => verified,
        // Boxed, as it is seldom needed.
        None => Box::pin(verify(store, token, hash, now)).await?,
    };
    if let Some(kid) = &verified.own_key
        && !keys::known(store).await?.accept(kid)
    {
        return Err(TokenError::UnknownKey.into());
    }
    let user = match verified.user {
        Some((id, epoch)) => Some(live_user(store, id, epoch).await?),
        None => None,
    };
    if let Some(user) = &user {
        verified.alive(user)?;
    }
    Ok(Access { verified, user })
}

async fn verify(store: &UserStore, token: &str, hash: TokenHash, now: Timestamp) -> Result<Arc<Verified>, Refusal> {
    let compact = Compact::parse(token)?;
    let issuer = compact.issuer()?;
    let verified = if store.issuers().know(issuer) {
        let claims = store.issuers().verify_compact(&compact, now).await?;
        Verified::new(&claims, None, claims.accepted_until().min(now.plus(OUTSIDE)))
    } else if issuer == store.settings().tokens.issuer {
        let keys = keys_for(store, &compact).await?;
        let claims = keys.verifier().verify_compact(&compact, now)?;
        Verified::new(&claims, compact.kid(), claims.accepted_until())
    } else {
        return Err(TokenError::WrongIssuer.into());
    };
    let verified = Arc::new(verified);
    store.cache().remember_token(hash, &verified);
    Ok(verified)
}

/// The keys, read again where the token names one that another process may have made a moment ago.
async fn keys_for(store: &UserStore, token: &Compact<'_>) -> Result<Arc<KnownKeys>> {
    let keys = keys::known(store).await?;
    let Some(kid) = token.kid().filter(|kid| kid.len() <= 64 && !keys.accept(kid)) else { return Ok(keys) };
    if let Some(cache) = store.cache().here()
        && signing_keys::exists(store.reads(), kid).await?
    {
        cache.forget_keys();
        return keys::known(store).await;
    }
    Ok(keys)
}

/// The user as it is now, who is read again where what was issued belongs to a later state than the one remembered.
pub(super) async fn live_user(store: &UserStore, id: UserId, epoch: i64) -> Result<Arc<User>, Refusal> {
    if let Some(user) = store.cache().here().and_then(|cache| cache.user(&id)).filter(|user| epoch <= user.epoch) {
        return Ok(user);
    }
    Box::pin(async move {
        if let Some(shared) = store.cache().shared() {
            return find_user(store, shared, id).await?.ok_or(Refusal::UserGone);
        }
        let ticket = store.cache().here().map(Local::ticket);
        let found = users::find(store.reads(), id).await.map_err(Error::from)?;
        let user = Arc::new(found.ok_or(Refusal::UserGone)?.0);
        if let (Some(cache), Some(ticket)) = (store.cache().here(), ticket) {
            cache.remember_user(ticket, &user);
        }
        Ok(user)
    })
    .await
}
