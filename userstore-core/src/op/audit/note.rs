//! An entry on its way into the log.

use sea_orm::{ConnectionTrait, DbErr};
use serde_json::Value;

use crate::UserStore;
use crate::database::{Database, Written};
use crate::error::{Error, Result};
use crate::model::audit::{Action, ActorKind, AuditEntry, DONE, TargetKind};
use crate::model::client::Client;
use crate::model::id::AuditId;
use crate::model::json::Object;
use crate::model::member::MemberId;
use crate::model::user::User;
use crate::op::actor::Actor;
use crate::op::row::audit_log;

/// Who did it.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    pub(crate) kind: ActorKind,
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
}

impl Who {
    /// One of a kind, with this name where it has one.
    pub(crate) fn of(kind: ActorKind, name: Option<&str>) -> Self {
        Self { kind, id: None, name: name.map(str::to_owned) }
    }

    pub(crate) fn user(user: &User) -> Self {
        let name = Some(user.username.as_str().to_owned());
        Self { kind: ActorKind::User, id: Some(user.id.to_string()), name }
    }
}

impl From<&Actor> for Who {
    fn from(actor: &Actor) -> Self {
        match actor {
            Actor::Caller(caller) => Self::user(caller.user()),
            Actor::Operator => Self::of(ActorKind::Operator, None),
        }
    }
}

/// What it was done to.
#[derive(Debug, Clone)]
pub(crate) struct About {
    kind: TargetKind,
    id: Option<String>,
    name: Option<String>,
}

impl About {
    pub(crate) fn of(kind: TargetKind, id: Option<String>, name: Option<String>) -> Self {
        Self { kind, id, name }
    }

    pub(crate) fn user(user: &User) -> Self {
        Self::of(TargetKind::User, Some(user.id.to_string()), Some(user.username.as_str().to_owned()))
    }
}

/// An entry, as an operation writes it: it says what was done until it is told otherwise.
#[derive(Debug, Clone)]
#[must_use = "what is not written was not noted"]
pub(crate) struct Note(AuditEntry);

impl Note {
    /// An entry of now, by the client whose handle of the store this is.
    pub(crate) fn new(store: &UserStore, who: impl Into<Who>, action: Action) -> Self {
        let (who, client, at) = (who.into(), store.client(), store.clock().now());
        Self(AuditEntry {
            id: AuditId::new(store.audit().id(store.random(), at)),
            at,
            action,
            outcome: DONE.to_owned(),
            times: 1,
            actor_kind: who.kind,
            actor_id: who.id,
            actor_name: who.name,
            target_kind: None,
            target_id: None,
            target_name: None,
            ip: client.and_then(Client::its_ip).map(|ip| ip.to_string()),
            user_agent: client.and_then(Client::its_user_agent).map(str::to_owned),
            request_id: client.and_then(Client::its_request_id).map(str::to_owned),
            detail: Object::new(),
        })
    }

    /// An entry of nobody's, for tests of what has no store.
    #[cfg(test)]
    pub(crate) fn sample() -> Self {
        let at = crate::model::timestamp::Timestamp::from_millis(1_763_645_897_000);
        Self(AuditEntry {
            id: AuditId::new(crate::random::Random.uuid(at)),
            at,
            action: Action::SignIn,
            outcome: DONE.to_owned(),
            times: 1,
            actor_kind: ActorKind::Anyone,
            actor_id: None,
            actor_name: None,
            target_kind: None,
            target_id: None,
            target_name: None,
            ip: None,
            user_agent: None,
            request_id: None,
            detail: Object::new(),
        })
    }

    /// Says what it was done to.
    pub(crate) fn about(mut self, About { kind, id, name }: About) -> Self {
        (self.0.target_kind, self.0.target_id, self.0.target_name) = (Some(kind), id, name);
        self
    }

    pub(crate) fn about_user(self, user: &User) -> Self {
        self.about(About::user(user))
    }

    pub(crate) fn about_member(self, id: MemberId) -> Self {
        self.about(About::of(TargetKind::Member, Some(id.to_string()), None))
    }

    pub(crate) fn about_key(self, kid: &str) -> Self {
        self.about(About::of(TargetKind::Key, Some(kid.to_owned()), None))
    }

    /// Says one thing more: never a secret, and nothing of anybody's data.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.detail.insert(name.to_owned(), value.into());
        self
    }

    /// Writes the entry, in the transaction of what it tells.
    pub(crate) async fn write(&self, tx: &impl ConnectionTrait) -> Result<(), DbErr> {
        audit_log::insert(tx, &self.0).await
    }

    /// Writes the entry in a transaction of its own: for what changes nothing in the database.
    pub(crate) async fn write_alone(self, database: &Database) -> Result<()> {
        let write = database.writes().run(move |tx| {
            Box::pin(async move {
                self.write(tx).await?;
                Ok(Written::new(()))
            })
        });
        write.await
    }

    /// The same; where the database takes no writes now, the entry is kept in memory, and written once it does: what was
    /// possible without the log, because it writes nothing else, stays so.
    pub(crate) async fn write_or_keep(self, store: &UserStore) {
        if let Err(error) = self.clone().write_alone(store.database()).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "an entry of the audit log was not written yet");
            store.audit().refusals.keep(vec![self.0]);
        }
    }

    /// Notes that it was refused, where somebody was denied something, and gives the error back. It is written beside
    /// the requests: whoever tries a thousand times costs no more than a count.
    pub(crate) fn refused(self, store: &UserStore, error: Error) -> Error {
        if is_denial(&error) {
            let mut entry = self.0;
            error.code().clone_into(&mut entry.outcome);
            store.audit().refusals.add(entry);
        }
        error
    }
}

impl From<AuditEntry> for Note {
    fn from(entry: AuditEntry) -> Self {
        Self(entry)
    }
}

impl From<Note> for AuditEntry {
    fn from(note: Note) -> Self {
        note.0
    }
}

/// Whether somebody was denied something; the others are mistakes, and parts that do not work.
fn is_denial(error: &Error) -> bool {
    match error {
        Error::InvalidCredentials
        | Error::WrongPassword
        | Error::Forbidden
        | Error::InsufficientScope(_)
        | Error::AccountBlocked
        | Error::SignupClosed
        | Error::LastAdmin
        | Error::TooManyRequests { .. } => true,
        Error::Unauthenticated
        | Error::SessionNeeded
        | Error::NotFound(_)
        | Error::UsernameTaken
        | Error::NameTaken
        | Error::KeyWaiting
        | Error::PreconditionFailed
        | Error::Invalid(_)
        | Error::Busy { .. }
        | Error::Unavailable { .. }
        | Error::SameDatabase
        | Error::NotACopy { .. }
        | Error::RowRefused { .. }
        | Error::CopyDiffers { .. }
        | Error::SourceChanged
        | Error::Settings(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::audit::{AuditFilter, REFUSED};
    use crate::model::scope::Scope;

    #[test]
    fn every_outcome_can_be_asked_for() {
        let limit = crate::Limit { name: "limit", quota: 1, window: Duration::from_secs(1) };
        let denials = [
            Error::InvalidCredentials,
            Error::WrongPassword,
            Error::Forbidden,
            Error::InsufficientScope(Scope::ReadMembers),
            Error::AccountBlocked,
            Error::SignupClosed,
            Error::LastAdmin,
            Error::TooManyRequests { retry_after: Duration::from_secs(1), limit },
        ];
        let mut outcomes = vec![DONE, REFUSED];
        for denial in denials {
            assert!(is_denial(&denial), "{denial:?}");
            outcomes.push(denial.code());
        }
        outcomes.dedup();
        assert_eq!(AuditFilter::OUTCOMES, outcomes);
    }
}
