//! One row: which store this is, and what its servers have to agree on.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DbBackend, Statement};

use crate::engine::create_table;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum StoreState {
    Table,
    Id,
    Store,
    Term,
    IsOpen,
    Changes,
}

#[expect(elided_lifetimes_in_paths, reason = "the trait is written so, and async_trait compares lifetimes")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table(StoreState::Table)
            .col(ColumnDef::new(StoreState::Id).small_integer().not_null().primary_key())
            .col(ColumnDef::new(StoreState::Store).string_len(32).not_null())
            .col(ColumnDef::new(StoreState::Term).big_integer().not_null())
            .col(ColumnDef::new(StoreState::IsOpen).boolean().not_null())
            .col(ColumnDef::new(StoreState::Changes).big_integer().not_null())
            .to_owned();
        create_table(manager, table).await?;
        let found = Query::select().column(StoreState::Id).from(StoreState::Table).to_owned();
        if manager.get_connection().query_one(&found).await?.is_some() {
            return Ok(());
        }
        let store = random(manager).await?;
        let row = Query::insert()
            .into_table(StoreState::Table)
            .columns([StoreState::Id, StoreState::Store, StoreState::Term, StoreState::IsOpen, StoreState::Changes])
            .values_panic([1.into(), store.into(), 0.into(), false.into(), 0.into()])
            .to_owned();
        manager.execute(row).await
    }
}

/// 128 random bits in hexadecimal, as far as the database has them: no secret, only different from other stores'.
async fn random(manager: &SchemaManager<'_>) -> Result<String, DbErr> {
    let (backend, connection) = (manager.get_database_backend(), manager.get_connection());
    let sql = match backend {
        DbBackend::Postgres => "SELECT REPLACE(CAST(gen_random_uuid() AS text), '-', '')",
        DbBackend::MySql => "SELECT MD5(CONCAT(UUID(), RAND(), RAND()))",
        _ => "SELECT LOWER(HEX(RANDOMBLOB(16)))",
    };
    let row = connection.query_one_raw(Statement::from_string(backend, sql)).await?;
    row.map(|row| row.try_get_by_index(0)).transpose()?.ok_or_else(|| DbErr::Custom("no row".to_owned()))
}
