//! What a token opens in the member directory.

use sea_orm::ConnectionTrait;

use super::authenticate::Caller;
use super::members::{DeleteMembers, ReadMembers, Right, WriteMembers};
use super::row::users;
use crate::UserStore;
use crate::error::{Error, Result};
use crate::model::id::UserId;
use crate::model::scope::{Scope, Scopes};
use crate::model::timestamp::Timestamp;
use crate::model::user::User;

/// Somebody who has shown a token, and what it may do to the member directory: see [`UserStore::bearer`]. Each scope
/// opens a door; without the scope there is none.
#[derive(Debug, Clone)]
pub struct Bearer {
    store: UserStore,
    caller: Caller,
    scopes: Scopes,
}

pub(crate) async fn bearer(store: &UserStore, token: &str) -> Result<Bearer> {
    Ok(Bearer::of_session(store.clone(), store.authenticate(token).await?))
}

/// What a session gives at the moment: what its user's role does.
fn scopes_of(user: &User) -> Scopes {
    Scopes::of_role(user.role)
}

impl Bearer {
    pub(super) fn of_session(store: UserStore, caller: Caller) -> Self {
        let scopes = scopes_of(caller.user());
        Self { store, caller, scopes }
    }

    /// What the token may do, by its own scopes and by the role of its user.
    #[must_use]
    pub fn scopes(&self) -> Scopes {
        self.scopes
    }

    /// The user behind the token, where there is one.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId> {
        Some(self.caller.user().id)
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
        let (user, _) = users::find(tx, self.caller.user().id).await?.ok_or(Error::Unauthenticated)?;
        if !self.caller.session().is_live(&user, now) {
            return Err(Error::Unauthenticated);
        }
        if scopes_of(&user).contains(scope) { Ok(()) } else { Err(Error::InsufficientScope(scope)) }
    }
}
