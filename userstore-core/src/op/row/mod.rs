//! Table rows, one file for each table. Nothing of them leaves the operations.

pub(crate) mod audit_log;
pub(crate) mod copied;
pub(crate) mod ended_sessions;
pub(crate) mod member_ids;
pub(crate) mod members;
pub(crate) mod sessions;
pub(crate) mod signing_keys;
pub(crate) mod store_state;
pub(crate) mod users;

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, Select};

pub(crate) use self::copied::Copied;

/// A row that does not say what the store once wrote.
fn corrupt(table: &str, column: &str) -> DbErr {
    DbErr::Type(format!("table {table}: a value of column {column} is not one that userstore writes"))
}

/// The row that a select by a unique key finds, if there is one.
///
/// `Select::one` would say `LIMIT` with a parameter, and a statement with such a one SQLite prepares anew each time: its
/// value may change the plan. Without it the look-up takes half the time.
async fn only<E: EntityTrait>(select: Select<E>, db: &impl ConnectionTrait) -> Result<Option<E::Model>, DbErr> {
    Ok(select.all(db).await?.pop())
}
