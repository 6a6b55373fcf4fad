//! Sessions in the database.

use std::pin::Pin;
use std::sync::Arc;

use super::{Answer, Created, SessionStore, Swept};
use crate::database::{Database, Written};
use crate::error::Error;
use crate::model::id::SessionId;
use crate::model::session::{Session, TokenHash};
use crate::model::timestamp::Timestamp;
use crate::model::user::User;
use crate::op::Note;
use crate::op::row::{sessions, store_state, users};

/// How many expired sessions are removed in one transaction.
const SWEEP: u64 = 500;

/// Sessions in a table of their own.
#[derive(Debug)]
pub(crate) struct DatabaseSessions(Arc<Database>);

impl DatabaseSessions {
    pub(crate) fn new(database: Arc<Database>) -> Self {
        Self(database)
    }
}

impl SessionStore for DatabaseSessions {
    fn create<'a>(
        &'a self,
        user: &'a User,
        hash: TokenHash,
        session: &'a Session,
        most: u16,
        note: Note,
    ) -> Answer<'a, Created> {
        let (user, session) = (user.clone(), session.clone());
        Box::pin(self.0.writes().run(move |tx| {
            Box::pin(async move {
                // Two who sign in at once do not both count the same sessions.
                users::lock_alone(tx, user.id).await?;
                let user_gone = |error| match error {
                    error if crate::database::violates_reference(&error) => Error::InvalidCredentials,
                    error => error.into(),
                };
                if sessions::insert_if_room(tx, &user, hash, &session, most).await.map_err(user_gone)? {
                    note.write(tx).await?;
                    return Ok(Written::new(Created { removed: 0, unwritten: None }));
                }
                let left = u64::from(most).saturating_sub(1);
                let ended = sessions::remove_over(tx, &user, session.created_at, Some(left)).await?;
                sessions::insert(tx, hash, &session).await.map_err(user_gone)?;
                note.write(tx).await?;
                let removed = ended.len() as u64;
                Ok(Written::of_sessions(ended, Created { removed, unwritten: None }))
            })
        }))
    }

    fn find(&self, hash: TokenHash) -> Answer<'_, Option<Session>> {
        Box::pin(async move { Ok(sessions::find(self.0.reads(), hash).await?) })
    }

    fn is_up(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        Box::pin(async move { store_state::get(self.0.reads()).await.is_ok() })
    }

    fn list<'a>(
        &'a self,
        user: &'a User,
        after: Option<SessionId>,
        most: usize,
        now: Timestamp,
    ) -> Answer<'a, Vec<Session>> {
        Box::pin(async move { Ok(sessions::list_live(self.0.reads(), user, after, most, now).await?) })
    }

    fn end<'a>(
        &'a self,
        user: &'a User,
        id: SessionId,
        _token: Option<TokenHash>,
        now: Timestamp,
        note: Note,
    ) -> Answer<'a, bool> {
        let user = user.clone();
        Box::pin(self.0.writes().run(move |tx| {
            Box::pin(async move {
                let ended = sessions::remove_live(tx, &user, id, now).await?;
                if ended.is_some() {
                    note.write(tx).await?;
                }
                Ok(Written::of_sessions(ended.into_iter().collect(), ended.is_some()))
            })
        }))
    }

    fn clean_up<'a>(&'a self, user: &'a User) -> Answer<'a, u64> {
        let user = user.clone();
        Box::pin(self.0.writes().run(move |tx| {
            Box::pin(async move {
                let ended = sessions::remove_over(tx, &user, Timestamp::from_millis(0), None).await?;
                let count = ended.len() as u64;
                Ok(Written::of_sessions(ended, count))
            })
        }))
    }

    fn sweep(&self, now: Timestamp) -> Answer<'_, Swept> {
        Box::pin(self.0.writes().run(move |tx| {
            Box::pin(async move {
                let removed = sessions::remove_expired(tx, now, SWEEP).await?;
                let sessions = removed.len() as u64;
                Ok(Written::of_sessions(removed, Swept { sessions, more: sessions == SWEEP }))
            })
        }))
    }
}
