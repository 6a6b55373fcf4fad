//! The table `store_state`: one row, which says which store this is and what its servers have to agree on.

use sea_orm::QuerySelect as _;
use sea_orm::entity::prelude::*;

use super::{corrupt, only};

/// The id of the row.
const ONE: i16 = 1;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "store_state")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    id: i16,
    store: String,
    term: i64,
    is_open: bool,
    changes: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What the row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    /// Which store this is: random, and told to nobody but the shared cache.
    pub(crate) store: String,
    /// The number of the term in which the shared cache is used.
    pub(crate) term: i64,
    /// Whether the term has not been closed.
    pub(crate) is_open: bool,
    /// How many changes there were that caches in other processes have to know of.
    pub(crate) changes: i64,
}

fn read(row: Option<Model>) -> Result<State, DbErr> {
    let Model { store, term, is_open, changes, .. } = row.ok_or_else(|| corrupt("store_state", "id"))?;
    Ok(State { store, term, is_open, changes })
}

/// What the row says now.
pub(crate) async fn get(db: &impl ConnectionTrait) -> Result<State, DbErr> {
    read(only(Entity::find_by_id(ONE), db).await?)
}

/// What the row says, which nobody else changes until the end of the transaction. Whoever changes what depends on
/// several rows, such as that there is an administrator, holds this lock; SQLite has one writer anyway.
pub(crate) async fn lock(tx: &impl ConnectionTrait) -> Result<State, DbErr> {
    read(only(Entity::find_by_id(ONE).lock_exclusive(), tx).await?)
}

/// What the row says, which nobody changes until the end of the transaction; many can hold this at the same time.
pub(crate) async fn hold(tx: &impl ConnectionTrait) -> Result<State, DbErr> {
    read(only(Entity::find_by_id(ONE).lock_shared(), tx).await?)
}

/// Closes the term, if it is open.
pub(crate) async fn close(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let close = Entity::update_many().col_expr(Column::IsOpen, Expr::value(false)).filter(Column::Id.eq(ONE));
    close.filter(Column::IsOpen.eq(true)).exec(db).await.map(drop)
}

/// Opens the next term, if this one is closed and the last.
pub(crate) async fn open_next(db: &impl ConnectionTrait, term: i64) -> Result<(), DbErr> {
    let open = Entity::update_many()
        .col_expr(Column::IsOpen, Expr::value(true))
        .col_expr(Column::Term, Expr::value(term + 1))
        .filter(Column::Id.eq(ONE))
        .filter(Column::Term.eq(term));
    open.filter(Column::IsOpen.eq(false)).exec(db).await.map(drop)
}

/// Counts a change, and gives its number, which no other change has.
pub(crate) async fn count_change(tx: &impl ConnectionTrait) -> Result<i64, DbErr> {
    let number = lock(tx).await?.changes + 1;
    let count = Entity::update_many().col_expr(Column::Changes, Expr::value(number)).filter(Column::Id.eq(ONE));
    count.exec(tx).await?;
    Ok(number)
}
