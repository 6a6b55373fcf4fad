//! Verbs: one operation, one file, which owns its rule and its transaction.

pub(crate) mod access;
mod account;
mod actor;
mod admin;
mod audit;
mod authenticate;
mod bearer;
mod change;
mod change_password;
mod copy;
mod create_user;
mod delete_user;
mod diagnose;
mod grant_role;
mod keys;
mod list_sessions;
mod list_users;
mod log_in;
mod members;
pub(crate) mod row;
mod set_status;
mod sign_in;
mod sign_up;
mod sweep;
mod try_password;

pub(crate) use self::access::Verified;
pub use self::account::Account;
pub(crate) use self::actor::Actor;
pub use self::admin::Admin;
pub use self::audit::AuditFollower;
pub(crate) use self::audit::{Audit, Note, flush as flush_audit, keep_written as keep_audit_written};
pub use self::authenticate::Caller;
pub use self::bearer::Bearer;
pub(crate) use self::bearer::bearer;
pub(crate) use self::copy::copy;
pub use self::copy::{CopiedTable, CopyProgress};
pub use self::diagnose::{Finding, Verdict};
pub use self::keys::{KeyInfo, Keys, TokenReport, TokenRequest};
pub(crate) use self::keys::{KnownKeys, begin as begin_keys, known as known_keys};
pub use self::log_in::LogIn;
pub use self::members::{DeleteMembers, ReadMembers, WriteMembers};
pub use self::sign_in::SignIn;
pub use self::sign_up::Anyone;
#[cfg(test)]
pub(crate) use self::sweep::sweep_audit;
pub(crate) use self::sweep::sweep_until_dropped;
