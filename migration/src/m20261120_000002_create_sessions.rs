//! Sessions, where the database keeps them.

use sea_orm_migration::prelude::*;

use crate::engine::{create_index, create_table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Sessions {
    Table,
    Id,
    TokenHash,
    UserId,
    Epoch,
    CreatedAt,
    ExpiresAt,
    UserAgent,
    Ip,
}

#[derive(DeriveIden)]
enum Users {
    Table,
    Id,
}

#[expect(elided_lifetimes_in_paths, reason = "the trait is written so, and async_trait compares lifetimes")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table(Sessions::Table)
            .col(ColumnDef::new(Sessions::Id).uuid().not_null().primary_key())
            .col(ColumnDef::new(Sessions::TokenHash).binary_len(32).not_null())
            .col(ColumnDef::new(Sessions::UserId).uuid().not_null())
            .col(ColumnDef::new(Sessions::Epoch).big_integer().not_null())
            .col(ColumnDef::new(Sessions::CreatedAt).big_integer().not_null())
            .col(ColumnDef::new(Sessions::ExpiresAt).big_integer().not_null())
            .col(ColumnDef::new(Sessions::UserAgent).string_len(1024))
            .col(ColumnDef::new(Sessions::Ip).string_len(45))
            .foreign_key(
                ForeignKey::create()
                    .name("fk_sessions_user_id")
                    .from(Sessions::Table, Sessions::UserId)
                    .to(Users::Table, Users::Id)
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned();
        create_table(manager, table).await?;
        let token_hash = Index::create().table(Sessions::Table).col(Sessions::TokenHash).unique().to_owned();
        create_index(manager, "sessions", "uq_sessions_token_hash", token_hash).await?;
        let of_user = Index::create().table(Sessions::Table).col(Sessions::UserId).col(Sessions::Id).to_owned();
        create_index(manager, "sessions", "ix_sessions_user_id", of_user).await?;
        let expired = Index::create().table(Sessions::Table).col(Sessions::ExpiresAt).to_owned();
        create_index(manager, "sessions", "ix_sessions_expires_at", expired).await
    }
}
