//! Who acts, and on whom.

use sea_orm::ConnectionTrait;

use super::audit::About;
use super::authenticate::Caller;
use super::row::users::{self, PasswordHash};
use crate::error::{Error, Result};
use crate::model::audit::TargetKind;
use crate::model::id::UserId;
use crate::model::precondition::Precondition;
use crate::model::session::Session;
use crate::model::timestamp::Timestamp;
use crate::model::user::User;
use crate::model::username::Username;

/// Who acts: the one who asked, with the session it asked with, or the operator, who holds the database itself.
#[derive(Debug, Clone)]
pub(crate) enum Actor {
    Caller(Caller),
    Operator,
}

/// Whose account is acted on.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    /// The actor's own.
    Own(UserId),
    /// Another's, by name; `None` for text that is nobody's name.
    Named(Option<Username>),
}

impl Actor {
    /// The session it acts with.
    pub(crate) fn session(&self) -> Option<&Session> {
        match self {
            Self::Caller(caller) => Some(caller.session()),
            Self::Operator => None,
        }
    }

    /// The account that `name` means to an administrator: `me` is its own.
    pub(crate) fn target(&self, name: &str) -> Target {
        match self {
            Self::Caller(caller) if caller.is_named(name) => Target::Own(caller.user().id),
            _ => Target::Named(Username::parse(name).ok()),
        }
    }

    /// Reads the account that is to be changed, in the transaction that changes it, and makes sure that the actor
    /// still has the right: what was checked when the request came in may have ended since.
    pub(crate) async fn open(
        &self,
        tx: &impl ConnectionTrait,
        target: &Target,
        precondition: &Precondition,
        now: Timestamp,
    ) -> Result<(User, PasswordHash)> {
        let found = match target {
            Target::Own(id) => users::lock(tx, *id).await?,
            Target::Named(Some(name)) => users::lock_named(tx, name.as_str()).await?,
            Target::Named(None) => None,
        };
        match (self, target) {
            (Self::Caller(caller), Target::Own(_)) => match &found {
                Some((user, _)) if caller.session().is_live(user, now) => {}
                _ => return Err(Error::Unauthenticated),
            },
            (Self::Caller(caller), Target::Named(_)) => {
                let (admin, _) = users::find(tx, caller.user().id).await?.ok_or(Error::Unauthenticated)?;
                if !caller.session().is_live(&admin, now) {
                    return Err(Error::Unauthenticated);
                }
                if !admin.is_active_admin() {
                    return Err(Error::Forbidden);
                }
            }
            (Self::Operator, _) => {}
        }
        precondition.check(found.as_ref().map(|(user, _)| user.tag()).as_ref())?;
        found.ok_or(Error::NotFound("user"))
    }
}

impl Target {
    /// What is known of the account without a look at it.
    pub(crate) fn named(&self, actor: &Actor) -> About {
        match (self, actor) {
            (Self::Own(_), Actor::Caller(caller)) => About::user(caller.user()),
            (Self::Own(id), Actor::Operator) => About::of(TargetKind::User, Some(id.to_string()), None),
            (Self::Named(name), _) => {
                About::of(TargetKind::User, None, name.as_ref().map(|name| name.as_str().to_owned()))
            }
        }
    }
}

/// The account and its password's hash, where there is one.
pub(crate) async fn find(db: &impl ConnectionTrait, target: &Target) -> Result<Option<(User, PasswordHash)>> {
    Ok(match target {
        Target::Own(id) => users::find(db, *id).await?,
        Target::Named(Some(name)) => users::find_named(db, name.as_str()).await?,
        Target::Named(None) => None,
    })
}
