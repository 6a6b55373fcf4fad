//! The table `signing_keys`.

use std::fmt;

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, DeriveValueType, QueryOrder as _};

use super::{Copied, corrupt, only};
use crate::jwt::key::StoredKey;
use crate::model::timestamp::Timestamp;

/// A private key as it is stored, which `Debug` does not show.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub(crate) struct PrivateKey(Vec<u8>);

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_keys")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    kid: String,
    algorithm: String,
    private_key: PrivateKey,
    created_at: i64,
    signs_at: i64,
    signed_until: Option<i64>,
    revoked_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Copied for Entity {
    type Key = String;

    const TABLE: &'static str = "signing_keys";
    const KEY: Column = Column::Kid;
    const CHANGES: &'static [&'static str] = &["SUM(signs_at)", "SUM(signed_until)", "COUNT(revoked_at)"];

    fn key(row: &Model) -> String {
        row.kid.clone()
    }

    fn shown(key: &String) -> String {
        key.clone()
    }

    /// No token depends on a key that has not signed.
    fn is_unused(row: &Model) -> bool {
        row.signed_until.is_none() && row.revoked_at.is_none()
    }
}

impl Model {
    fn read(self) -> Result<StoredKey, DbErr> {
        Ok(StoredKey {
            algorithm: self.algorithm.parse().map_err(|_| corrupt("signing_keys", "algorithm"))?,
            kid: self.kid,
            private: self.private_key.0,
            created_at: Timestamp::from_millis(self.created_at),
            signs_at: Timestamp::from_millis(self.signs_at),
            signed_until: self.signed_until.map(Timestamp::from_millis),
            revoked_at: self.revoked_at.map(Timestamp::from_millis),
        })
    }
}

/// Every key, also those that are gone, in the order they sign.
pub(crate) async fn all(db: &impl ConnectionTrait) -> Result<Vec<StoredKey>, DbErr> {
    let rows = Entity::find().order_by_asc(Column::SignsAt).order_by_asc(Column::Kid).all(db).await?;
    rows.into_iter().map(Model::read).collect()
}

/// Whether there is a key of this name.
pub(crate) async fn exists(db: &impl ConnectionTrait, kid: &str) -> Result<bool, DbErr> {
    Ok(only(Entity::find_by_id(kid), db).await?.is_some())
}

/// Adds a key.
pub(crate) async fn insert(db: &impl ConnectionTrait, key: StoredKey) -> Result<(), DbErr> {
    let row = ActiveModel {
        kid: Set(key.kid),
        algorithm: Set(key.algorithm.as_str().to_owned()),
        private_key: Set(PrivateKey(key.private)),
        created_at: Set(key.created_at.as_millis()),
        signs_at: Set(key.signs_at.as_millis()),
        signed_until: Set(key.signed_until.map(Timestamp::as_millis)),
        revoked_at: Set(key.revoked_at.map(Timestamp::as_millis)),
    };
    Entity::insert(row).exec_without_returning(db).await.map(drop)
}

async fn set(db: &impl ConnectionTrait, kid: &str, column: Column, value: impl Into<Expr>) -> Result<(), DbErr> {
    let update = Entity::update_many().col_expr(column, value.into()).filter(Column::Kid.eq(kid));
    update.filter(Column::RevokedAt.is_null()).exec(db).await.map(drop)
}

/// Sets when a key signs.
pub(crate) async fn set_signs_at(db: &impl ConnectionTrait, kid: &str, at: Timestamp) -> Result<(), DbErr> {
    set(db, kid, Column::SignsAt, Expr::value(at.as_millis())).await
}

/// Sets when the last token of a key expires.
pub(crate) async fn set_signed_until(db: &impl ConnectionTrait, kid: &str, at: Timestamp) -> Result<(), DbErr> {
    set(db, kid, Column::SignedUntil, Expr::value(at.as_millis())).await
}

/// Sets when a key was revoked.
pub(crate) async fn set_revoked_at(db: &impl ConnectionTrait, kid: &str, at: Timestamp) -> Result<(), DbErr> {
    set(db, kid, Column::RevokedAt, Expr::value(at.as_millis())).await
}

/// Stores a private key in another form, also one that was revoked.
pub(crate) async fn set_private(db: &impl ConnectionTrait, kid: &str, private: Vec<u8>) -> Result<(), DbErr> {
    let update = Entity::update_many().col_expr(Column::PrivateKey, Expr::value(private));
    update.filter(Column::Kid.eq(kid)).exec(db).await.map(drop)
}

/// Removes a key.
pub(crate) async fn delete(db: &impl ConnectionTrait, kid: &str) -> Result<(), DbErr> {
    Entity::delete_by_id(kid).exec(db).await.map(drop)
}
