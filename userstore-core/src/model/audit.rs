//! What the audit log tells.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::model::id::AuditId;
use crate::model::json::Object;
use crate::model::role::{UnknownWord, words};
use crate::model::timestamp::Timestamp;

/// What was done, or tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// Somebody created an account of their own.
    SignUp,
    /// A username and a password were to open a session.
    SignIn,
    /// A username and a password were to become an access token.
    LogIn,
    /// A session was ended by whoever has its token.
    SignOut,
    /// An account was created for somebody.
    CreateUser,
    /// The JSON object of an account was changed.
    UpdateData,
    /// An owner changed the password.
    ChangePassword,
    /// Somebody else set a new password.
    SetPassword,
    /// An account got another role.
    GrantRole,
    /// An account was blocked, or the reason was changed.
    BlockUser,
    /// A blocked account was let in again.
    UnblockUser,
    /// One session was ended, by its id.
    EndSession,
    /// Every session and access token of an account was ended.
    EndSessions,
    /// An account was deleted.
    DeleteUser,
    /// Somebody who is no administrator asked for what takes one.
    Administer,
    /// A member was created under an id that the store chose.
    CreateMember,
    /// A member was created or replaced under an id.
    PutMember,
    /// A member was deleted.
    DeleteMember,
    /// An access token was made by hand.
    MintToken,
    /// A new signing key was made, or let sign.
    RotateKeys,
    /// A signing key was ended, with all that it signed.
    RevokeKey,
    /// Signing keys that lay open were encrypted.
    EncryptKeys,
}

words!(
    Action,
    "sign_up, sign_in, log_in, sign_out, create_user, update_data, change_password, set_password, grant_role, \
     block_user, unblock_user, end_session, end_sessions, delete_user, administer, create_member, put_member, \
     delete_member, mint_token, rotate_keys, revoke_key, encrypt_keys",
    SignUp = "sign_up",
    SignIn = "sign_in",
    LogIn = "log_in",
    SignOut = "sign_out",
    CreateUser = "create_user",
    UpdateData = "update_data",
    ChangePassword = "change_password",
    SetPassword = "set_password",
    GrantRole = "grant_role",
    BlockUser = "block_user",
    UnblockUser = "unblock_user",
    EndSession = "end_session",
    EndSessions = "end_sessions",
    DeleteUser = "delete_user",
    Administer = "administer",
    CreateMember = "create_member",
    PutMember = "put_member",
    DeleteMember = "delete_member",
    MintToken = "mint_token",
    RotateKeys = "rotate_keys",
    RevokeKey = "revoke_key",
    EncryptKeys = "encrypt_keys"
);

/// What kind of actor it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ActorKind {
    /// A user, with a session or an access token.
    User,
    /// Whoever has the database in hand: the command line, or the program that the store is part of.
    Operator,
    /// Somebody who has shown no token.
    Anyone,
    /// A service, with an access token that was minted for it.
    Service,
    /// Somebody whom an outside issuer knows.
    Outsider,
    /// The store itself.
    System,
}

words!(
    ActorKind,
    "user, operator, anyone, service, outsider, system",
    User = "user",
    Operator = "operator",
    Anyone = "anyone",
    Service = "service",
    Outsider = "outsider",
    System = "system"
);

/// What kind of thing something was done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TargetKind {
    /// An account.
    User,
    /// A member of the directory.
    Member,
    /// A signing key.
    Key,
    /// A service, which has no account.
    Service,
}

words!(TargetKind, "user, member, key, service", User = "user", Member = "member", Key = "key", Service = "service");

/// The outcome of what was done.
pub(crate) const DONE: &str = "done";
/// In a filter: every outcome but that.
pub(crate) const REFUSED: &str = "refused";

/// One entry of the audit log: who did what to whom, from where, with what outcome. Names and ids are as they were then.
/// There is no password, no token, no key and nothing of anybody's data in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AuditEntry {
    /// Names the entry.
    pub id: AuditId,
    /// When it was; for an entry that counts, when that was written.
    pub at: Timestamp,
    /// What was done, or tried.
    pub action: Action,
    /// `done`, or the [code](crate::Error::code) of the refusal.
    pub outcome: String,
    /// How often: like refusals are counted, and written once a minute.
    pub times: u64,
    /// What kind of actor it was.
    pub actor_kind: ActorKind,
    /// Which one: the id of the user.
    pub actor_id: Option<String>,
    /// Its name then: the username, the service's, or the outside issuer's word for it.
    pub actor_name: Option<String>,
    /// What kind of thing it was done to; none where that is not known, as with a username that nobody has.
    pub target_kind: Option<TargetKind>,
    /// Which one: the id of the user or of the member, the `kid` of the key.
    pub target_id: Option<String>,
    /// Its name then: the username, or the service's. Members are told by their ids alone.
    pub target_name: Option<String>,
    /// The address it was asked from, where that is known.
    pub ip: Option<String>,
    /// What the client calls itself, where that is known.
    pub user_agent: Option<String>,
    /// What names the request, in its answer and in the log of the server.
    pub request_id: Option<String>,
    /// More about it, by the action.
    pub detail: Object,
}

/// Which entries are wanted: those for which everything named here holds.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// What the user with this name, in any spelling, did, and what was done to it.
    pub user: Option<String>,
    /// Of this action.
    pub action: Option<Action>,
    /// With this outcome, one of [`OUTCOMES`](Self::OUTCOMES): `done`, `refused` for every other, or the code of a
    /// refusal.
    pub outcome: Option<String>,
    /// Not before this time.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
    /// Of those, the last so many.
    pub last: Option<u64>,
}

impl AuditFilter {
    /// Every outcome that there is to ask for.
    pub const OUTCOMES: &'static [&'static str] = &[
        DONE,
        REFUSED,
        "invalid_credentials",
        "forbidden",
        "account_blocked",
        "signup_closed",
        "last_admin",
        "too_many_requests",
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_as_it_is_shown() {
        for action in Action::ALL {
            assert_eq!(action.as_str().parse(), Ok(*action));
            assert_eq!(serde_json::to_value(action).unwrap(), action.as_str());
            assert!(action.as_str().len() <= 32);
        }
        for kind in ActorKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        for kind in TargetKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        let all: Vec<&str> = Action::ALL.iter().map(|action| action.as_str()).collect();
        let told = "".parse::<Action>().unwrap_err().to_string();
        assert_eq!(told, format!("must be one of {}", all.join(", ")));
    }
}
