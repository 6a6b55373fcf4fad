//! One error type, in the caller's words.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::limits::Limit;
use crate::model::scope::Scope;

/// A result whose error is the store's.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation was not carried out. Nothing was changed, unless a variant says otherwise.
///
/// `Display` gives a sentence that can be shown to the caller: it holds no SQL, path or secret. What lies beneath an
/// [`Unavailable`](Error::Unavailable) is in [`source`](std::error::Error::source), for the log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No live session stands behind the token, and it is no access token that is accepted.
    #[error("the token is not valid, or not any more")]
    Unauthenticated,
    /// Unknown username or wrong password: which of the two is not told.
    #[error("the username or the password is wrong")]
    InvalidCredentials,
    /// The current password, asked for once more, was wrong.
    #[error("the current password is wrong")]
    WrongPassword,
    /// The caller may not do this.
    #[error("this account may not do that")]
    Forbidden,
    /// The token does not carry the scope that this needs, or the role of its user does not give it.
    #[error("this needs the scope {0}")]
    InsufficientScope(Scope),
    /// An access token was shown where the token of a session is needed.
    #[error("an access token does not open accounts; sign in for a session")]
    SessionNeeded,
    /// The password is right, but an administrator has blocked the account.
    #[error("this account is blocked")]
    AccountBlocked,
    /// Only administrators create accounts here.
    #[error("sign-up is closed; ask an administrator for an account")]
    SignupClosed,
    /// There is no such record.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Another account has this username.
    #[error("this username is taken")]
    UsernameTaken,
    /// Another member has this name.
    #[error("another member has this name")]
    NameTaken,
    /// A signing key waits already for its time.
    #[error("the next key waits already to sign; let it sign now, or revoke it first")]
    KeyWaiting,
    /// The change would leave no active administrator.
    #[error("this is the last active admin; make another one first")]
    LastAdmin,
    /// The record is not, or no longer, in the state the caller named.
    #[error("the record has changed since it was read, or is not there; read it again")]
    PreconditionFailed,
    /// Some of the input breaks a rule; every broken rule is listed.
    #[error("the input is not valid: {}", Violations(.0))]
    Invalid(Vec<Violation>),
    /// There were too many attempts from this client, or on this account: nothing was tried.
    #[error("too many attempts; try again in {} s", seconds(*.retry_after))]
    TooManyRequests {
        /// When trying again makes sense.
        retry_after: Duration,
        /// The limit that was reached.
        limit: Limit,
    },
    /// Too many passwords are being hashed; the request was not started.
    #[error("too busy; try again in {} s", .retry_after.as_secs())]
    Busy {
        /// When trying again makes sense.
        retry_after: Duration,
    },
    /// A part that the store stands on does not answer. A change that was under way may or may not have been made.
    #[error("the {part} is not available")]
    Unavailable {
        /// Which part: `database`, `sessions`, `hashing of passwords`.
        part: &'static str,
        /// What it said; for the log, not for the caller.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The database to copy to is the one to copy from.
    #[error("the database to copy to is the one to copy from, or a copy of its file")]
    SameDatabase,
    /// The database to copy to holds something else than a copy of this one. Nothing of it was changed.
    #[error(
        "the database to copy to has a row in {table}, {row}, that this one has not, or has otherwise; copy to an empty \
         database, or go on with a copy of this one that was begun"
    )]
    NotACopy {
        /// The table.
        table: &'static str,
        /// The row's key.
        row: String,
    },
    /// The database to copy to does not take a row. What was copied before it is there.
    #[error(
        "the database to copy to refuses the row {row} of {table}: to it, another row has the same unique value, or \
         a value does not fit; change it here, and go on with the copy"
    )]
    RowRefused {
        /// The table.
        table: &'static str,
        /// The row's key.
        row: String,
    },
    /// A row was copied, but is not the same there.
    #[error("the row {row} of {table} is not the same in the copy; do not use it: copy to an empty database once more")]
    CopyDiffers {
        /// The table.
        table: &'static str,
        /// The row's key.
        row: String,
    },
    /// Somebody has written to the database while it was copied. The copy is not complete.
    #[error(
        "the database was changed while it was copied; stop the servers and run it again, to an empty database if rows \
         are found that differ"
    )]
    SourceChanged,
    /// The settings do not make sense.
    #[error("{0}")]
    Settings(String),
}

impl Error {
    /// A stable word for the kind of error, the same on every surface.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::InvalidCredentials | Self::WrongPassword => "invalid_credentials",
            Self::Forbidden | Self::InsufficientScope(_) | Self::SessionNeeded => "forbidden",
            Self::AccountBlocked => "account_blocked",
            Self::SignupClosed => "signup_closed",
            Self::NotFound(_) => "not_found",
            Self::UsernameTaken => "username_taken",
            Self::NameTaken => "name_taken",
            Self::KeyWaiting => "key_waiting",
            Self::LastAdmin => "last_admin",
            Self::PreconditionFailed => "precondition_failed",
            Self::Invalid(_) => "validation_failed",
            Self::TooManyRequests { .. } => "too_many_requests",
            Self::Busy { .. } | Self::Unavailable { .. } => "unavailable",
            Self::SameDatabase => "same_database",
            Self::NotACopy { .. } => "not_a_copy",
            Self::RowRefused { .. } => "row_refused",
            Self::CopyDiffers { .. } => "copy_differs",
            Self::SourceChanged => "source_changed",
            Self::Settings(_) => "invalid_settings",
        }
    }

    /// What went wrong, and what lies beneath: for whoever runs the store, and not for its clients.
    #[must_use]
    pub fn with_causes(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(inner) = cause {
            let inner_text = inner.to_string();
            if !text.contains(&inner_text) {
                text = format!("{text}: {inner_text}");
            }
            cause = inner.source();
        }
        text
    }

    /// One broken rule.
    #[must_use]
    pub fn invalid(violation: Violation) -> Self {
        Self::Invalid(vec![violation])
    }

    pub(crate) fn unavailable(part: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable { part, source: source.into() }
    }
}

/// One broken rule: where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What the rule is about.
    pub place: Place,
    /// What to do, without repeating the input.
    pub detail: Cow<'static, str>,
}

/// What a broken rule is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A JSON pointer (RFC 6901) into the input.
    Pointer(String),
    /// A parameter of a list.
    Parameter(&'static str),
}

impl Violation {
    /// About the value that a JSON pointer names, such as `/password`.
    pub fn at(pointer: impl Into<String>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { place: Place::Pointer(pointer.into()), detail: detail.into() }
    }

    /// About a parameter of a list, such as `limit`.
    pub fn parameter(name: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { place: Place::Parameter(name), detail: detail.into() }
    }
}

/// Whole seconds, after which a time is over.
fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

struct Violations<'a>(&'a [Violation]);

impl fmt::Display for Violations<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Violation { place, detail }) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            let name = match place {
                Place::Pointer(pointer) => pointer.trim_start_matches('/'),
                Place::Parameter(name) => name,
            };
            write!(f, "{separator}{name} {detail}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_told_once() {
        let error = Error::Unavailable { part: "database", source: "file is not a database".into() };
        assert_eq!(error.with_causes(), "the database is not available: file is not a database");
        let error = Error::unavailable("database", error);
        assert_eq!(error.with_causes(), "the database is not available: file is not a database");
    }
}
