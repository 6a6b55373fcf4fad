//! What is the same for every table that is copied to another database: its rows as they are, in pages.

use std::collections::BTreeMap;

use sea_orm::entity::prelude::*;
use sea_orm::{InsertMany, IntoActiveModel, QueryOrder as _, QuerySelect as _, Statement};

/// A table that is copied row by row.
pub(crate) trait Copied:
    EntityTrait<Model: PartialEq + IntoActiveModel<Self::ActiveModel> + Sync, ActiveModel: Send>
{
    /// The type of its primary key.
    type Key: Ord + Clone + Into<Value> + Send + Sync + 'static;

    /// Its name.
    const TABLE: &'static str;
    /// The column of its primary key.
    const KEY: Self::Column;
    /// What changes of the whole table, besides the number of its rows, when somebody writes to it: aggregates in SQL
    /// that every database has.
    const CHANGES: &'static [&'static str];

    /// The row's primary key.
    fn key(row: &Self::Model) -> Self::Key;

    /// The key as a message may show it: never a secret, nor the hash of one.
    fn shown(key: &Self::Key) -> String;

    /// Whether a store has the row from the day it was made and has not used it, so that a copy may take its place.
    fn is_unused(_row: &Self::Model) -> bool {
        false
    }
}

/// What a table was like at one moment: how many rows it had, and what [`Copied::CHANGES`] gave.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Mark {
    pub(crate) rows: u64,
    changes: Vec<String>,
}

/// At most `most` rows after this key, in the order that the database gives the keys.
pub(crate) async fn page<E: Copied>(
    db: &impl ConnectionTrait,
    after: Option<E::Key>,
    most: usize,
) -> Result<Vec<E::Model>, DbErr> {
    let mut select = E::find().order_by_asc(E::KEY).limit(most as u64);
    if let Some(after) = after {
        select = select.filter(E::KEY.gt(after));
    }
    select.all(db).await
}

/// The rows that have one of the keys of these.
pub(crate) async fn like<E: Copied>(
    db: &impl ConnectionTrait,
    rows: &[E::Model],
) -> Result<BTreeMap<E::Key, E::Model>, DbErr> {
    if rows.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = E::find().filter(E::KEY.is_in(rows.iter().map(E::key))).all(db).await?;
    Ok(found.into_iter().map(|row| (E::key(&row), row)).collect())
}

/// Adds these rows, every one of them or none.
pub(crate) async fn insert<E: Copied>(db: &impl ConnectionTrait, rows: Vec<E::Model>) -> Result<(), DbErr> {
    if rows.is_empty() {
        return Ok(());
    }
    InsertMany::<E::ActiveModel>::many(rows).exec_without_returning(db).await.map(drop)
}

/// Removes the rows with these keys.
pub(crate) async fn remove<E: Copied>(db: &impl ConnectionTrait, keys: Vec<E::Key>) -> Result<(), DbErr> {
    if keys.is_empty() {
        return Ok(());
    }
    E::delete_many().filter(E::KEY.is_in(keys)).exec(db).await.map(drop)
}

/// What the table is like now, in one look.
pub(crate) async fn mark<E: Copied>(db: &impl ConnectionTrait) -> Result<Mark, DbErr> {
    // As text, since each database gives its aggregates another type of number.
    let as_text = |aggregate: &&str| format!("CAST(COALESCE({aggregate}, 0) AS CHAR(40))");
    let columns: Vec<String> = [&"COUNT(*)"].into_iter().chain(E::CHANGES).map(as_text).collect();
    let sql = format!("SELECT {} FROM {}", columns.join(", "), E::TABLE);
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound(E::TABLE.to_owned()))?;
    let text = |index| row.try_get_by_index::<String>(index).map(|text| text.trim_end().to_owned());
    let count = text(0)?.parse().map_err(|_| DbErr::Type(format!("the number of rows of {}", E::TABLE)))?;
    Ok(Mark { rows: count, changes: (1..columns.len()).map(text).collect::<Result<_, _>>()? })
}
