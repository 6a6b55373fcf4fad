//! The door to everybody's accounts, and to every door of the member directory.

use std::sync::Arc;

use super::account::Account;
use super::actor::Actor;
use super::audit::{self, AuditFollower};
use super::create_user::{check_username, create_user};
use super::diagnose::{Finding, diagnose};
use super::grant_role::grant_role;
use super::list_users::list_users;
use super::members::{DeleteMembers, ReadMembers, Right, WriteMembers};
use super::set_status::set_status;
use crate::UserStore;
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::model::audit::{AuditEntry, AuditFilter};
use crate::model::page::{Page, PageRequest};
use crate::model::precondition::Precondition;
use crate::model::role::{Role, Status};
use crate::model::user::{Signup, User, UserFilter};

/// Everybody's accounts, opened by an administrator ([`Caller::admin`](crate::Caller::admin)) or by the operator, who
/// holds the database itself ([`UserStore::operator`](crate::UserStore::operator)).
///
/// Where an operation takes a `name`, that is a username in any spelling, or `me` for the administrator's own account.
/// Every operation can fail with [`Error::Unavailable`]; with [`Error::Unauthenticated`] or [`Error::Forbidden`] when
/// the administrator's right has ended meanwhile; and, where it takes a name, with [`Error::NotFound`].
#[derive(Debug, Clone)]
pub struct Admin {
    store: UserStore,
    actor: Actor,
}

impl Admin {
    pub(crate) fn new(store: UserStore, actor: Actor) -> Self {
        Self { store, actor }
    }

    /// The door to one account. Whether there is one, its operations tell.
    #[must_use]
    pub fn account_of(&self, name: &str) -> Account {
        Account::new(self.store.clone(), self.actor.clone(), self.actor.target(name))
    }

    /// Creates an account with any role, also while sign-up is closed and under names that are reserved.
    ///
    /// # Errors
    /// [`Error::Invalid`]; [`Error::UsernameTaken`]; [`Error::Busy`]; see [`Admin`].
    pub async fn create_user(&self, signup: Signup, role: Role) -> Result<Arc<User>> {
        create_user(&self.store, Some(&self.actor), signup, role).await
    }

    /// Whether [`create_user`](Self::create_user) would take this username, as things stand: worth asking before
    /// somebody types a password.
    ///
    /// # Errors
    /// [`Error::Invalid`]; [`Error::UsernameTaken`]; [`Error::Unavailable`].
    pub async fn check_username(&self, username: &str) -> Result<()> {
        check_username(&self.store, username).await
    }

    /// Users by username, in the order of its bytes.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a cursor of another list; see [`Admin`].
    pub async fn list_users(&self, filter: &UserFilter, page: PageRequest) -> Result<Page<Arc<User>>> {
        list_users(&self.store, filter, &page).await
    }

    /// Gives an account a role. It holds from the next request on; sessions stand.
    ///
    /// # Errors
    /// [`Error::LastAdmin`]; [`Error::PreconditionFailed`]; see [`Admin`].
    pub async fn grant_role(&self, name: &str, role: Role, precondition: &Precondition) -> Result<Arc<User>> {
        grant_role(&self.store, &self.actor, &self.actor.target(name), role, precondition).await
    }

    /// Blocks an account: it cannot sign in, and every session and access token it has is over for good. The reason,
    /// of 500 characters at most, is shown to administrators.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `/reason`; [`Error::LastAdmin`]; [`Error::PreconditionFailed`]; see [`Admin`].
    pub async fn block_user(
        &self,
        name: &str,
        reason: Option<String>,
        precondition: &Precondition,
    ) -> Result<Arc<User>> {
        self.set_status(name, Status::Blocked, reason, precondition).await
    }

    /// Lets a blocked account sign in again.
    ///
    /// # Errors
    /// [`Error::PreconditionFailed`]; see [`Admin`].
    pub async fn unblock_user(&self, name: &str, precondition: &Precondition) -> Result<Arc<User>> {
        self.set_status(name, Status::Active, None, precondition).await
    }

    /// Blocks or unblocks, as `status` says; a reason goes with blocking alone.
    ///
    /// # Errors
    /// As for [`Admin::block_user`].
    pub async fn set_status(
        &self,
        name: &str,
        status: Status,
        reason: Option<String>,
        precondition: &Precondition,
    ) -> Result<Arc<User>> {
        set_status(&self.store, &self.actor, &self.actor.target(name), status, reason, precondition).await
    }

    /// The door to reading members.
    #[must_use]
    pub fn read_members(&self) -> ReadMembers {
        ReadMembers::new(self.store.clone())
    }

    /// The door to creating and replacing members.
    #[must_use]
    pub fn write_members(&self) -> WriteMembers {
        WriteMembers::new(self.store.clone(), Right::of(&self.store, &self.actor))
    }

    /// The door to deleting members.
    #[must_use]
    pub fn delete_members(&self) -> DeleteMembers {
        DeleteMembers::new(self.store.clone(), Right::of(&self.store, &self.actor))
    }

    /// The audit log: who did what to whom, from where, with what outcome; oldest first.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a cursor of another list; [`Error::Unavailable`].
    pub async fn audit(&self, filter: &AuditFilter, page: PageRequest) -> Result<Page<AuditEntry>> {
        audit::list(&self.store, filter, &page).await
    }

    /// The entries of the audit log that there are, and then those that come.
    #[must_use]
    pub fn follow_audit(&self, filter: AuditFilter) -> AuditFollower {
        AuditFollower::new(self.store.clone(), filter)
    }

    /// Looks over the store and says what is not as it should be, and what to do about it.
    pub async fn diagnose(&self) -> Vec<Finding> {
        diagnose(&self.store).await
    }
}
