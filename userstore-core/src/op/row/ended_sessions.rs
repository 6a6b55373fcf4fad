//! The table `ended_sessions`: what was ended of the sessions that are kept outside the database.

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, QuerySelect as _};

use super::{Copied, corrupt};
use crate::model::session::TokenHash;
use crate::model::timestamp::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ended_sessions")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    token_hash: Vec<u8>,
    expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Copied for Entity {
    type Key = Vec<u8>;

    const TABLE: &'static str = "ended_sessions";
    const KEY: Column = Column::TokenHash;
    const CHANGES: &'static [&'static str] = &["MAX(expires_at)"];

    fn key(row: &Model) -> Vec<u8> {
        row.token_hash.clone()
    }

    /// It is the hash of a secret.
    fn shown(_: &Vec<u8>) -> String {
        "…".to_owned()
    }
}

/// Notes that sessions were ended, those that are noted already included, until they would have expired.
pub(crate) async fn insert(db: &impl ConnectionTrait, ended: &[(TokenHash, Timestamp)]) -> Result<(), DbErr> {
    for (hash, expires_at) in ended {
        let row = ActiveModel { token_hash: Set(hash.to_vec()), expires_at: Set(expires_at.as_millis()) };
        Entity::insert(row).on_conflict_do_nothing().exec_without_returning(db).await?;
    }
    Ok(())
}

/// Those of the sessions with these tokens that were ended.
pub(crate) async fn among(db: &impl ConnectionTrait, hashes: &[TokenHash]) -> Result<Vec<TokenHash>, DbErr> {
    if hashes.is_empty() {
        return Ok(Vec::new());
    }
    let hashes = hashes.iter().map(|hash| hash.to_vec());
    let rows = Entity::find().filter(Column::TokenHash.is_in(hashes)).all(db).await?;
    let hash =
        |row: Model| TokenHash::from_bytes(&row.token_hash).ok_or_else(|| corrupt("ended_sessions", "token_hash"));
    rows.into_iter().map(hash).collect()
}

/// Forgets at most `most` of those that had expired at `now`; says how many.
pub(crate) async fn remove_expired(db: &impl ConnectionTrait, now: Timestamp, most: u64) -> Result<u64, DbErr> {
    let expired: Vec<Vec<u8>> = Entity::find()
        .select_only()
        .column(Column::TokenHash)
        .filter(Column::ExpiresAt.lte(now.as_millis()))
        .limit(most)
        .into_tuple()
        .all(db)
        .await?;
    if expired.is_empty() {
        return Ok(0);
    }
    Ok(Entity::delete_many().filter(Column::TokenHash.is_in(expired)).exec(db).await?.rows_affected)
}

#[cfg(test)]
mod tests {
    use sea_orm::{DbBackend, QueryTrait as _};

    use super::*;

    #[test]
    fn what_is_noted_already_is_left_as_it_is_on_every_database() {
        for (backend, expected) in [
            (DbBackend::Sqlite, r#"ON CONFLICT ("token_hash") DO NOTHING"#),
            (DbBackend::Postgres, r#"ON CONFLICT ("token_hash") DO NOTHING"#),
            (DbBackend::MySql, "ON DUPLICATE KEY UPDATE `token_hash` = `token_hash`"),
        ] {
            let row = ActiveModel { token_hash: Set(vec![7; 32]), expires_at: Set(9) };
            let sql = Entity::insert(row).on_conflict_do_nothing().build(backend).to_string();
            assert!(sql.ends_with(expected), "{sql}");
        }
    }
}
