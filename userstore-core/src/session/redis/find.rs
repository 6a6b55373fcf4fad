//! Finding the session that a token opens.

use std::sync::Arc;

use deadpool_redis::redis::cmd;

use super::record::Record;
use super::{PART, RedisSessions};
use crate::cache::Slot;
use crate::error::Result;
use crate::model::session::{Session, TokenHash};
use crate::op::row::ended_sessions;
use crate::redis::Exchange;
use crate::session::shown;

/// A session as it was read from these bytes, in this process of Redis. It is looked for in Redis all the same: what is
/// spared is only the reading of the same bytes.
#[derive(Debug)]
pub(super) struct Read {
    bytes: Vec<u8>,
    run_id: String,
    session: Arc<Session>,
}

impl Read {
    fn is_of(&self, bytes: &[u8], run_id: &str) -> bool {
        self.bytes == bytes && self.run_id == run_id
    }
}

impl RedisSessions {
    /// The session that a token opens, live or not, and what the cache in the same Redis has under a key: in one round
    /// trip.
    pub(super) async fn find_beside(&self, hash: TokenHash, key: &str) -> Result<(Option<Arc<Session>>, Slot)> {
        let mut exchange = self.link.begin(PART).await?;
        let mut get = cmd("MGET");
        get.arg(self.record_key(hash)).arg(exchange.of_this_run(key));
        let (record, slot): (Option<Vec<u8>>, Option<Vec<u8>>) = exchange.query(&get).await?;
        let slot = Slot::read(slot);
        if let (Some(bytes), Some(read)) = (&record, self.read.get(&hash))
            && read.is_of(bytes, exchange.run_id())
        {
            return Ok((Some(Arc::clone(&read.session)), slot));
        }
        let session = self.accept(&mut exchange, hash, record.clone()).await?.map(shown);
        if let (Some(bytes), Some(session)) = (record, &session) {
            let (run_id, session) = (exchange.run_id().to_owned(), Arc::clone(session));
            // Of one that had to be checked first, other bytes are read from now on.
            if Record::read(Some(&bytes)).is_some_and(|record| record.is_checked_in(&run_id)) {
                self.read.insert(hash, Arc::new(Read { bytes, run_id, session }));
            }
        }
        Ok((session, slot))
    }

    /// The session of a hash. To `MGET`, what is of the wrong type is nothing, and a session that is over.
    pub(super) async fn get(&self, exchange: &mut Exchange<'_>, hash: TokenHash) -> Result<Option<Session>> {
        let (record,) = exchange.query(cmd("MGET").arg(self.record_key(hash))).await?;
        self.accept(exchange, hash, record).await
    }

    /// The session of a record that was just read, unless it was ended.
    async fn accept(
        &self,
        exchange: &mut Exchange<'_>,
        hash: TokenHash,
        bytes: Option<Vec<u8>>,
    ) -> Result<Option<Session>> {
        let Some(record) = Record::read(bytes.as_deref()) else { return Ok(None) };
        if record.is_checked_in(exchange.run_id()) {
            return Ok(Some(record.into_session()));
        }
        // Boxed, as it is seldom needed: every look-up's future would have to hold it.
        Box::pin(self.check(exchange, hash, bytes.unwrap_or_default(), record.into_session())).await
    }

    /// Asks the database about a session that another process of Redis has taken on, and notes the answer.
    pub(super) async fn check(
        &self,
        exchange: &mut Exchange<'_>,
        hash: TokenHash,
        bytes: Vec<u8>,
        session: Session,
    ) -> Result<Option<Session>> {
        let is_ended = !ended_sessions::among(self.database.reads(), &[hash]).await?.is_empty();
        let key = self.record_key(hash);
        // On the connection that gave the record: what is noted holds for that process of Redis alone.
        exchange.prolong();
        let noted = if is_ended {
            exchange.query::<()>(cmd("DEL").arg(key)).await.map(|()| false)
        } else {
            let checked = Record::new(&session, exchange.run_id()).to_bytes();
            exchange.run(self.confirm.key(key).arg(bytes).arg(checked)).await
        };
        // What the database said holds also where it could not be noted.
        let is_there = noted.unwrap_or_else(|error| {
            tracing::debug!(error = &error as &dyn std::error::Error, "a session was not noted as checked");
            true
        });
        Ok((is_there && !is_ended).then_some(session))
    }
}
