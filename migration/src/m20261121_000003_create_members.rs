//! The member directory, and the last id that was given out in it.

use sea_orm_migration::prelude::*;

use crate::engine::{bytewise, create_index, create_table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Members {
    Table,
    MemberId,
    Name,
    Email,
    Phone,
    Version,
    Incarnation,
    CreatedAt,
    UpdatedAt,
}

#[derive(DeriveIden)]
enum MemberIds {
    Table,
    Id,
    Last,
}

#[expect(elided_lifetimes_in_paths, reason = "the trait is written so, and async_trait compares lifetimes")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table(Members::Table)
            .col(ColumnDef::new(Members::MemberId).big_integer().not_null().primary_key())
            .col(bytewise(manager, ColumnDef::new(Members::Name).string_len(255).not_null()))
            .col(ColumnDef::new(Members::Email).string_len(255))
            .col(ColumnDef::new(Members::Phone).string_len(255))
            .col(ColumnDef::new(Members::Version).big_integer().not_null())
            .col(ColumnDef::new(Members::Incarnation).uuid().not_null())
            .col(ColumnDef::new(Members::CreatedAt).big_integer().not_null())
            .col(ColumnDef::new(Members::UpdatedAt).big_integer().not_null())
            .to_owned();
        create_table(manager, table).await?;
        let name = Index::create().table(Members::Table).col(Members::Name).unique().to_owned();
        create_index(manager, "members", "uq_members_name", name).await?;
        // One row: ids are never given out again, also when their members are gone.
        let ids = Table::create()
            .table(MemberIds::Table)
            .col(ColumnDef::new(MemberIds::Id).small_integer().not_null().primary_key())
            .col(ColumnDef::new(MemberIds::Last).big_integer().not_null())
            .to_owned();
        create_table(manager, ids).await?;
        let found = Query::select().column(MemberIds::Id).from(MemberIds::Table).to_owned();
        if manager.get_connection().query_one(&found).await?.is_some() {
            return Ok(());
        }
        let none = Query::insert()
            .into_table(MemberIds::Table)
            .columns([MemberIds::Id, MemberIds::Last])
            .values_panic([1.into(), 0.into()])
            .to_owned();
        manager.execute(none).await
    }
}
