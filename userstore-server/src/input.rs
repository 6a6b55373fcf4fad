//! What comes in, read strictly: nothing is guessed, nothing ignored.

mod body;
mod form;
mod members;
mod precondition;
mod query;
pub(crate) mod shape;

pub(crate) use self::body::{Body, LIMIT as BODY_LIMIT};
pub(crate) use self::form::{Credentials, DataPatch, LogInBody, NewData, NewPassword, NewRole, NewStatus};
pub(crate) use self::precondition::{Conditions, none_match};
pub(crate) use self::query::{MemberList, SessionList, UserList};
