//! Sessions that were ended, where sessions are kept outside the database: what is kept there may come back from a copy.

use sea_orm_migration::prelude::*;

use crate::engine::{create_index, create_table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum EndedSessions {
    Table,
    TokenHash,
    ExpiresAt,
}

#[expect(elided_lifetimes_in_paths, reason = "the trait is written so, and async_trait compares lifetimes")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table(EndedSessions::Table)
            .col(ColumnDef::new(EndedSessions::TokenHash).binary_len(32).not_null().primary_key())
            .col(ColumnDef::new(EndedSessions::ExpiresAt).big_integer().not_null())
            .to_owned();
        create_table(manager, table).await?;
        let expired = Index::create().table(EndedSessions::Table).col(EndedSessions::ExpiresAt).to_owned();
        create_index(manager, "ended_sessions", "ix_ended_sessions_expires_at", expired).await
    }
}
