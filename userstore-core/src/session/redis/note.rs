//! What the database is told of sessions that were ended.

use super::RedisSessions;
use crate::database::Written;
use crate::error::Result;
use crate::model::id::UserId;
use crate::model::session::TokenHash;
use crate::model::timestamp::Timestamp;
use crate::op::Note;
use crate::op::row::{ended_sessions, users};

impl RedisSessions {
    /// Notes in the database that sessions were ended.
    pub(super) async fn note(&self, ended: Vec<(TokenHash, Timestamp)>) -> Result<()> {
        let write = self.database.writes().run(move |tx| {
            Box::pin(async move {
                ended_sessions::insert(tx, &ended).await?;
                Ok(Written::of_sessions(ended.into_iter().map(|(hash, _)| hash).collect(), ()))
            })
        });
        write.await
    }

    /// Notes in the database that a session of this user was ended; in the audit log as well, where it was not before.
    pub(super) async fn note_end(
        &self,
        user: UserId,
        hash: TokenHash,
        expires_at: Timestamp,
        note: Note,
    ) -> Result<()> {
        let write = self.database.writes().run(move |tx| {
            Box::pin(async move {
                // Of two who end it at once, one is first.
                users::lock_alone(tx, user).await?;
                if ended_sessions::among(tx, &[hash]).await?.is_empty() {
                    note.write(tx).await?;
                }
                ended_sessions::insert(tx, &[(hash, expires_at)]).await?;
                Ok(Written::of_sessions(vec![hash], ()))
            })
        });
        write.await
    }
}
