//! The table `member_ids`: one row, which knows the last id that the store chose.

use sea_orm::QuerySelect as _;
use sea_orm::entity::prelude::*;

use super::{Copied, corrupt, only};

/// The id of the row.
const ONE: i16 = 1;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "member_ids")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    id: i16,
    last: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Copied for Entity {
    type Key = i16;

    const TABLE: &'static str = "member_ids";
    const KEY: Column = Column::Id;
    const CHANGES: &'static [&'static str] = &["SUM(last)"];

    fn key(row: &Model) -> i16 {
        row.id
    }

    fn shown(key: &i16) -> String {
        key.to_string()
    }

    fn is_unused(row: &Model) -> bool {
        row.last == 0
    }
}

/// The last id that the store chose, 0 before the first. Until the end of the transaction nobody else gets to know it.
pub(crate) async fn lock(db: &impl ConnectionTrait) -> Result<i64, DbErr> {
    let row = only(Entity::find_by_id(ONE).lock_exclusive(), db).await?;
    row.map(|row| row.last).ok_or_else(|| corrupt("member_ids", "id"))
}

/// Notes the last id that the store chose.
pub(crate) async fn set(db: &impl ConnectionTrait, last: i64) -> Result<(), DbErr> {
    let update = Entity::update_many().col_expr(Column::Last, Expr::value(last)).filter(Column::Id.eq(ONE));
    update.exec(db).await.map(drop)
}
