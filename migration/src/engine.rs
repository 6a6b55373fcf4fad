//! What differs between SQLite, PostgreSQL and MySQL or MariaDB.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DbBackend, Statement};

/// Text that is compared and ordered byte by byte, in any spelling of any script. SQLite does so by itself, and MySQL by
/// what [`create_table`] says of the whole table.
pub(crate) fn bytewise<'c>(manager: &SchemaManager<'_>, column: &'c mut ColumnDef) -> &'c mut ColumnDef {
    match manager.get_database_backend() {
        DbBackend::Postgres => column.extra(r#"COLLATE "C""#),
        _ => column,
    }
}

/// Creates a table. MySQL commits it by itself, so that one killed half-way through a migration finds it there.
pub(crate) async fn create_table(manager: &SchemaManager<'_>, mut table: TableCreateStatement) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::MySql {
        table.if_not_exists().engine("InnoDB").character_set("utf8mb4").collate(collation(manager).await?);
    }
    manager.create_table(table).await
}

/// Creates an index of this table, where MySQL does not have it from a migration killed half-way.
pub(crate) async fn create_index(
    manager: &SchemaManager<'_>,
    table: &str,
    name: &str,
    mut index: IndexCreateStatement,
) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::MySql && manager.has_index(table, name).await? {
        return Ok(());
    }
    manager.create_index(index.name(name).to_owned()).await
}

/// Of the binary collations, the one that does not leave out blanks at the end.
async fn collation(manager: &SchemaManager<'_>) -> Result<&'static str, DbErr> {
    let connection = manager.get_connection();
    let ask = Statement::from_string(DbBackend::MySql, "SELECT VERSION()");
    let version: Option<String> =
        connection.query_one_raw(ask).await?.map(|row| row.try_get_by_index(0)).transpose()?;
    let is_mariadb = version.is_some_and(|version| version.contains("MariaDB"));
    Ok(if is_mariadb { "utf8mb4_nopad_bin" } else { "utf8mb4_0900_bin" })
}
