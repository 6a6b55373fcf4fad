//! Accounts.

use sea_orm_migration::prelude::*;

use crate::engine::{bytewise, create_index, create_table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Users {
    Table,
    Id,
    Username,
    PasswordHash,
    Role,
    Status,
    BlockedReason,
    Data,
    Version,
    Epoch,
    KeptSession,
    CreatedAt,
    UpdatedAt,
}

#[expect(elided_lifetimes_in_paths, reason = "the trait is written so, and async_trait compares lifetimes")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table(Users::Table)
            .col(ColumnDef::new(Users::Id).uuid().not_null().primary_key())
            .col(bytewise(manager, ColumnDef::new(Users::Username).string_len(255).not_null()))
            .col(ColumnDef::new(Users::PasswordHash).string_len(512).not_null())
            .col(ColumnDef::new(Users::Role).string_len(16).not_null())
            .col(ColumnDef::new(Users::Status).string_len(16).not_null())
            .col(ColumnDef::new(Users::BlockedReason).text())
            .col(ColumnDef::new(Users::Data).text().not_null())
            .col(ColumnDef::new(Users::Version).big_integer().not_null())
            .col(ColumnDef::new(Users::Epoch).big_integer().not_null())
            .col(ColumnDef::new(Users::KeptSession).uuid())
            .col(ColumnDef::new(Users::CreatedAt).big_integer().not_null())
            .col(ColumnDef::new(Users::UpdatedAt).big_integer().not_null())
            .to_owned();
        create_table(manager, table).await?;
        let username = Index::create().table(Users::Table).col(Users::Username).unique().to_owned();
        create_index(manager, "users", "uq_users_username", username).await?;
        // Lists of one role or status go along these, in the order they are shown.
        for (name, column) in [("ix_users_role", Users::Role), ("ix_users_status", Users::Status)] {
            let index = Index::create().table(Users::Table).col(column).col(Users::Username).to_owned();
            create_index(manager, "users", name, index).await?;
        }
        Ok(())
    }
}
