//! What a token opens in the member directory.

use sea_orm::ConnectionTrait;

use super::access::{self, Access};
use super::audit::Who;
use super::authenticate::Caller;
use super::members::{DeleteMembers, ReadMembers, Right, WriteMembers};
use super::row::users;
use crate::UserStore;
use crate::error::{Error, Result};
use crate::model::id::UserId;
use crate::model::scope::{Scope, Scopes};
use crate::model::session::TokenHash;
use crate::model::timestamp::Timestamp;

/// Somebody who has shown a token, and what it may do to the member directory: see [`UserStore::bearer`]. Each scope
/// opens a door; without the scope there is none.
#[derive(Debug, Clone)]
pub struct Bearer {
    store: UserStore,
    token: Token,
    scopes: Scopes,
}

/// What was shown.
#[derive(Debug, Clone)]
enum Token {
    Session(Caller),
    Access(Access),
}

pub(crate) async fn bearer(store: &UserStore, token: &str) -> Result<Bearer> {
    if TokenHash::is_for(token) {
        return Ok(Bearer::of_session(store.clone(), store.authenticate(token).await?));
    }
    let access = access::check(store, token).await?;
    let scopes = access.scopes(access.user().map(|user| &**user));
    Ok(Bearer { store: store.clone(), token: Token::Access(access), scopes })
}

impl Bearer {
    /// A session gives what its user's role does.
    pub(super) fn of_session(store: UserStore, caller: Caller) -> Self {
        let scopes = Scopes::of_role(caller.user().role);
        Self { store, token: Token::Session(caller), scopes }
    }

    /// What the token may do, by its own scopes and by the role of its user.
    #[must_use]
    pub fn scopes(&self) -> Scopes {
        self.scopes
    }

    /// The user behind the token. A service, and whoever an outside issuer speaks of, has no account here.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId> {
        match &self.token {
            Token::Session(caller) => Some(caller.user().id),
            Token::Access(access) => access.user().map(|user| user.id),
        }
    }

    /// Who it is.
    pub(super) fn who(&self) -> Who {
        match &self.token {
            Token::Session(caller) => Who::user(caller.user()),
            Token::Access(access) => access.who(),
        }
    }

    /// The door to reading members.
    ///
    /// # Errors
    /// [`Error::InsufficientScope`] without `members:read`.
    pub fn read_members(&self) -> Result<ReadMembers> {
        self.holds(Scope::ReadMembers)?;
        Ok(ReadMembers::new(self.store.clone()))
    }

    /// The door to creating and replacing members.
    ///
    /// # Errors
    /// [`Error::InsufficientScope`] without `members:write`.
    pub fn write_members(&self) -> Result<WriteMembers> {
        self.holds(Scope::WriteMembers)?;
        Ok(WriteMembers::new(self.store.clone(), Right::Bearer(self.clone())))
    }

    /// The door to deleting members.
    ///
    /// # Errors
    /// [`Error::InsufficientScope`] without `members:delete`.
    pub fn delete_members(&self) -> Result<DeleteMembers> {
        self.holds(Scope::DeleteMembers)?;
        Ok(DeleteMembers::new(self.store.clone(), Right::Bearer(self.clone())))
    }

    fn holds(&self, scope: Scope) -> Result<()> {
        if self.scopes.contains(scope) { Ok(()) } else { Err(Error::InsufficientScope(scope)) }
    }

    /// Makes sure, in the transaction that writes, that the token still has the scope: what was found when the request
    /// came in may have ended since.
    pub(super) async fn still_holds(&self, tx: &impl ConnectionTrait, scope: Scope, now: Timestamp) -> Result<()> {
        let Some(id) = self.user_id() else { return Ok(()) };
        let (user, _) = users::find(tx, id).await?.ok_or(Error::Unauthenticated)?;
        let (is_live, scopes) = match &self.token {
            Token::Session(caller) => (caller.session().is_live(&user, now), Scopes::of_role(user.role)),
            Token::Access(access) => (access.is_live(&user), access.scopes(Some(&user))),
        };
        if !is_live {
            return Err(Error::Unauthenticated);
        }
        if scopes.contains(scope) { Ok(()) } else { Err(Error::InsufficientScope(scope)) }
    }
}
