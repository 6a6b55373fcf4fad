//! Verbs: one operation, one file, which owns its rule and its transaction.

mod account;
mod actor;
mod admin;
mod authenticate;
mod bearer;
mod change;
mod change_password;
mod create_user;
mod delete_user;
mod diagnose;
mod grant_role;
mod list_sessions;
mod list_users;
mod members;
pub(crate) mod row;
mod set_status;
mod sign_in;
mod sign_up;
mod sweep;

pub use self::account::Account;
pub(crate) use self::actor::Actor;
pub use self::admin::Admin;
pub use self::authenticate::Caller;
pub use self::bearer::Bearer;
pub(crate) use self::bearer::bearer;
pub use self::diagnose::{Finding, Verdict};
pub use self::members::{DeleteMembers, ReadMembers, WriteMembers};
pub use self::sign_in::SignIn;
pub use self::sign_up::Anyone;
pub(crate) use self::sweep::sweep_until_dropped;
