//! A user store that a program can link: accounts with a password and any JSON, sessions, roles, a directory of
//! members, and the rules that hold them together, on a database that is one file.
//!
//! ```
//! use userstore_core::{Data, Password, Signup, UserStore};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let url = format!("sqlite://{}?mode=rwc", folder.path().join("users.db").display());
//! let store = UserStore::connect(&url).await?;
//!
//! // Anyone may sign up, and in.
//! let password = || Password::new("correct horse battery");
//! let signup = Signup { username: "Alice".to_owned(), password: password(), data: Data::default() };
//! let alice = store.anyone().sign_up(signup).await?;
//! assert_eq!(alice.username.as_str(), "alice");
//! let signed_in = store.anyone().sign_in("ALICE", password()).await?;
//!
//! // Whoever shows the token is Alice, and has the door to her account.
//! let caller = store.authenticate(signed_in.token.reveal()).await?;
//! assert_eq!(caller.account().get().await?.id, alice.id);
//! assert!(caller.admin().is_err());
//!
//! caller.sign_out().await?;
//! assert!(store.authenticate(signed_in.token.reveal()).await.is_err());
//! # store.close().await;
//! # Ok(())
//! # }
//! ```
//!
//! # Doors
//!
//! What may be done depends on who asks, and each right is a type: without the right there is no value to call the
//! operation on.
//!
//! | door | opened by | operations |
//! | --- | --- | --- |
//! | [`Anyone`] | [`UserStore::anyone`] | sign up, sign in, show a token |
//! | [`Account`] | [`Caller::account`], [`Admin::account_of`] | read, change, delete one account and its sessions |
//! | [`Admin`] | [`Caller::admin`], [`UserStore::operator`] | create, list, block accounts; grant roles; read the audit log |
//! | [`ReadMembers`] | [`Bearer::read_members`], [`Admin::read_members`] | get and list members of the directory |
//! | [`WriteMembers`] | [`Bearer::write_members`], [`Admin::write_members`] | create and replace them |
//! | [`DeleteMembers`] | [`Bearer::delete_members`], [`Admin::delete_members`] | delete them |
//!
//! A [`Bearer`] is whoever shows a token ([`UserStore::bearer`]); its [`Scopes`] are those that the role of its user
//! gives.
//!
//! # What holds
//!
//! - A denial holds for every operation that starts after it was answered: a session ended, a user blocked, demoted or
//!   deleted, a password changed. Another process on the same database learns of it within 100 milliseconds.
//! - What was answered is on disk. A process killed at any moment leaves nothing half done.
//! - Every change is noted with it, in one transaction: [`Admin::audit`] tells who did what to whom.
//! - [`Precondition`] makes a change only to the state that was read, so no update is lost.
//! - Secrets have no `Display`, and their `Debug` shows nothing: [`Password`], [`SessionToken`], [`config::Secret`].
//! - Time is the [`Clock`]'s: a test moves it.
//!
//! # Features
//!
//! - `load`: [`config::load`], which reads settings from a file and the environment. Nothing else in this crate does.

pub mod config;
pub mod figures;
pub mod jwt;
pub mod json {
    //! JSON as the store reads it: strictly.
    pub use crate::model::json::{MalformedJson, Object, find_nul, parse_object, pointer};
}

mod cache;
mod clock;
mod database;
mod error;
mod gate;
mod limits;
mod model;
mod op;
mod password;
mod random;
mod redis;
#[cfg(test)]
mod servers;
mod session;
mod store;
mod tls;

pub use self::clock::Clock;
pub use self::config::Settings;
pub use self::error::{Error, Place, Result, Violation};
pub use self::limits::Limit;
pub use self::model::audit::{Action, ActorKind, AuditEntry, AuditFilter, TargetKind};
pub use self::model::client::Client;
pub use self::model::data::Data;
pub use self::model::id::{AuditId, InvalidId, SessionId, UserId};
pub use self::model::member::{InvalidMemberId, Member, MemberFilter, MemberId, NewMember, Put};
pub use self::model::page::{Cursor, Page, PageRequest};
pub use self::model::password::Password;
pub use self::model::precondition::{Precondition, States, Tag};
pub use self::model::role::{Role, Status, UnknownWord};
pub use self::model::scope::{Scope, Scopes, UnknownScope};
pub use self::model::session::{Session, SessionToken};
pub use self::model::timestamp::{InvalidTimestamp, Timestamp};
pub use self::model::user::{Signup, User, UserFilter};
pub use self::model::username::{Username, UsernameError};
pub use self::op::{
    Account, Admin, Anyone, AuditFollower, Bearer, Caller, CopiedTable, CopyProgress, DeleteMembers, Finding, KeyInfo,
    Keys, LogIn, ReadMembers, SignIn, TokenReport, TokenRequest, Verdict, WriteMembers,
};
pub use self::store::{Builder, Migration, UserStore};
