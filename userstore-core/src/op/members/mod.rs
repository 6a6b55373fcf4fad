//! The doors to the member directory: one for each scope.

mod create_member;
mod delete_member;
mod get_member;
mod list_members;
mod put_member;

use std::sync::Arc;

use sea_orm::ConnectionTrait;

use super::actor::Actor;
use super::audit::{Note, Who};
use super::bearer::Bearer;
use crate::UserStore;
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::model::audit::{Action, ActorKind};
use crate::model::member::{Member, MemberFilter, MemberId, NewMember, Put};
use crate::model::page::{Page, PageRequest};
use crate::model::precondition::Precondition;
use crate::model::scope::Scope;
use crate::model::timestamp::Timestamp;

/// What a door that writes was opened with.
#[derive(Debug, Clone)]
pub(crate) enum Right {
    /// A token with the scope.
    Bearer(Bearer),
    /// The database itself.
    Operator,
}

impl Right {
    /// What an administrator has: every scope.
    pub(super) fn of(store: &UserStore, actor: &Actor) -> Self {
        match actor {
            Actor::Caller(caller) => Self::Bearer(Bearer::of_session(store.clone(), caller.clone())),
            Actor::Operator => Self::Operator,
        }
    }

    /// What is noted of what is done with it.
    fn note(&self, store: &UserStore, action: Action) -> Note {
        let who = match self {
            Self::Bearer(bearer) => bearer.who(),
            Self::Operator => Who::of(ActorKind::Operator, None),
        };
        Note::new(store, who, action)
    }

    /// Makes sure, in the transaction that writes, that it has not ended.
    async fn still_holds(&self, tx: &impl ConnectionTrait, scope: Scope, now: Timestamp) -> Result<()> {
        match self {
            Self::Bearer(bearer) => bearer.still_holds(tx, scope, now).await,
            Self::Operator => Ok(()),
        }
    }
}

/// Reading members, opened by the scope `members:read` ([`Bearer::read_members`]) or by an administrator
/// ([`Admin::read_members`](crate::Admin::read_members)).
///
/// Every operation can fail with [`Error::Unavailable`].
#[derive(Debug, Clone)]
pub struct ReadMembers {
    store: UserStore,
}

impl ReadMembers {
    pub(super) fn new(store: UserStore) -> Self {
        Self { store }
    }

    /// The member with this id.
    ///
    /// # Errors
    /// [`Error::NotFound`]; see [`ReadMembers`].
    pub async fn get_member(&self, id: MemberId) -> Result<Arc<Member>> {
        get_member::get_member(&self.store, id).await
    }

    /// Members by id.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a cursor of another list; see [`ReadMembers`].
    pub async fn list_members(&self, filter: &MemberFilter, page: PageRequest) -> Result<Page<Arc<Member>>> {
        list_members::list_members(&self.store, filter, &page).await
    }
}

/// Creating and replacing members, opened by the scope `members:write` ([`Bearer::write_members`]) or by an
/// administrator ([`Admin::write_members`](crate::Admin::write_members)).
///
/// Every operation can fail with [`Error::Invalid`], which lists every broken rule of [`NewMember`]; with
/// [`Error::NameTaken`]; with [`Error::Unavailable`]; and with [`Error::Unauthenticated`] or
/// [`Error::InsufficientScope`] when the right it was opened with has ended meanwhile.
#[derive(Debug, Clone)]
pub struct WriteMembers {
    store: UserStore,
    right: Right,
}

impl WriteMembers {
    pub(super) fn new(store: UserStore, right: Right) -> Self {
        Self { store, right }
    }

    /// Creates a member, under an id that the store chooses: one greater than all it has chosen before, and not in use.
    ///
    /// # Errors
    /// See [`WriteMembers`].
    pub async fn create_member(&self, new: NewMember) -> Result<Arc<Member>> {
        create_member::create_member(&self.store, &self.right, new).await
    }

    /// Puts a member in the place of the one with this id, whole, or creates it under this id.
    ///
    /// # Errors
    /// [`Error::PreconditionFailed`]; see [`WriteMembers`].
    pub async fn put_member(&self, id: MemberId, new: NewMember, precondition: &Precondition) -> Result<Put> {
        put_member::put_member(&self.store, &self.right, id, new, precondition).await
    }
}

/// Deleting members, opened by the scope `members:delete` ([`Bearer::delete_members`]) or by an administrator
/// ([`Admin::delete_members`](crate::Admin::delete_members)).
///
/// Every operation can fail with [`Error::Unavailable`], and with [`Error::Unauthenticated`] or
/// [`Error::InsufficientScope`] when the right it was opened with has ended meanwhile.
#[derive(Debug, Clone)]
pub struct DeleteMembers {
    store: UserStore,
    right: Right,
}

impl DeleteMembers {
    pub(super) fn new(store: UserStore, right: Right) -> Self {
        Self { store, right }
    }

    /// Deletes a member, for good.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::PreconditionFailed`]; see [`DeleteMembers`].
    pub async fn delete_member(&self, id: MemberId, precondition: &Precondition) -> Result<()> {
        delete_member::delete_member(&self.store, &self.right, id, precondition).await
    }
}
