//! The keys that sign access tokens.

use sea_orm_migration::prelude::*;

use crate::engine::{bytewise, create_table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum SigningKeys {
    Table,
    Kid,
    Algorithm,
    PrivateKey,
    CreatedAt,
    SignsAt,
    SignedUntil,
    RevokedAt,
}

#[expect(elided_lifetimes_in_paths, reason = "the trait is written so, and async_trait compares lifetimes")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table(SigningKeys::Table)
            .col(bytewise(manager, ColumnDef::new(SigningKeys::Kid).string_len(64).not_null()).primary_key())
            .col(ColumnDef::new(SigningKeys::Algorithm).string_len(16).not_null())
            .col(ColumnDef::new(SigningKeys::PrivateKey).blob().not_null())
            .col(ColumnDef::new(SigningKeys::CreatedAt).big_integer().not_null())
            .col(ColumnDef::new(SigningKeys::SignsAt).big_integer().not_null())
            .col(ColumnDef::new(SigningKeys::SignedUntil).big_integer())
            .col(ColumnDef::new(SigningKeys::RevokedAt).big_integer())
            .to_owned();
        create_table(manager, table).await
    }
}
