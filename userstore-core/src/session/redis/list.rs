//! Listing the sessions of a user.

use deadpool_redis::redis::cmd;

use super::RedisSessions;
use super::index::Entry;
use super::record::Record;
use crate::error::Result;
use crate::model::session::{Session, TokenHash};
use crate::model::timestamp::Timestamp;
use crate::model::user::User;
use crate::op::row::ended_sessions;
use crate::redis::Exchange;

impl RedisSessions {
    /// The live sessions that a user's index names, in the order of their ids.
    pub(super) async fn entries(&self, exchange: &Exchange<'_>, user: &User, now: Timestamp) -> Result<Vec<Entry>> {
        let all: Vec<(String, String)> = exchange.query(cmd("HGETALL").arg(self.index_key(user.id))).await?;
        let entries = all.iter().filter_map(|(id, text)| Entry::read(id, text));
        let mut live: Vec<Entry> = entries.filter(|entry| entry.is_live(user, now)).collect();
        live.sort_unstable_by_key(|entry| entry.id);
        Ok(live)
    }

    /// The sessions of these entries whose records are there and were not ended.
    pub(super) async fn read(&self, exchange: &Exchange<'_>, user: &User, entries: &[Entry]) -> Result<Vec<Session>> {
        let mut get = cmd("MGET");
        for entry in entries {
            get.arg(self.record_key(entry.hash));
        }
        let records: Vec<Option<Vec<u8>>> = exchange.query(&get).await?;
        let records = entries.iter().zip(&records).filter_map(|(entry, bytes)| {
            let record = Record::read(bytes.as_deref())?;
            Some((entry, record.is_checked_in(exchange.run_id()), record.into_session()))
        });
        let records: Vec<_> =
            records.filter(|(entry, _, session)| session.id == entry.id && session.user_id == user.id).collect();
        let unchecked: Vec<TokenHash> =
            records.iter().filter(|(_, is_checked, _)| !is_checked).map(|(entry, ..)| entry.hash).collect();
        let ended = ended_sessions::among(self.database.reads(), &unchecked).await?;
        let standing = records.into_iter().filter(|(entry, ..)| !ended.contains(&entry.hash));
        Ok(standing.map(|(.., session)| session).collect())
    }
}
