//! The audit log: who did what to whom, from where, with what outcome. Rows are added, and removed when they are old, and
//! never changed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::engine::{bytewise, create_index, create_table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum AuditLog {
    Table,
    Id,
    At,
    Action,
    Outcome,
    Times,
    ActorKind,
    ActorId,
    ActorName,
    TargetKind,
    TargetId,
    TargetName,
    Ip,
    UserAgent,
    RequestId,
    Detail,
}

#[expect(elided_lifetimes_in_paths, reason = "the trait is written so, and async_trait compares lifetimes")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // What has happened outlives whoever it has happened to: nothing refers to another table.
        let table = Table::create()
            .table(AuditLog::Table)
            .col(ColumnDef::new(AuditLog::Id).uuid().not_null().primary_key())
            .col(ColumnDef::new(AuditLog::At).big_integer().not_null())
            .col(bytewise(manager, ColumnDef::new(AuditLog::Action).string_len(32).not_null()))
            .col(bytewise(manager, ColumnDef::new(AuditLog::Outcome).string_len(32).not_null()))
            .col(ColumnDef::new(AuditLog::Times).big_integer().not_null())
            .col(ColumnDef::new(AuditLog::ActorKind).string_len(16).not_null())
            .col(ColumnDef::new(AuditLog::ActorId).string_len(64))
            .col(bytewise(manager, ColumnDef::new(AuditLog::ActorName).string_len(255)))
            .col(ColumnDef::new(AuditLog::TargetKind).string_len(16))
            .col(ColumnDef::new(AuditLog::TargetId).string_len(64))
            .col(bytewise(manager, ColumnDef::new(AuditLog::TargetName).string_len(255)))
            .col(ColumnDef::new(AuditLog::Ip).string_len(45))
            .col(ColumnDef::new(AuditLog::UserAgent).string_len(1024))
            .col(ColumnDef::new(AuditLog::RequestId).string_len(128))
            .col(ColumnDef::new(AuditLog::Detail).text().not_null())
            .to_owned();
        create_table(manager, table).await?;
        for (name, column) in
            [("ix_audit_log_actor_name", AuditLog::ActorName), ("ix_audit_log_target_name", AuditLog::TargetName)]
        {
            let index = Index::create().table(AuditLog::Table).col(column).col(AuditLog::Id).to_owned();
            create_index(manager, "audit_log", name, index).await?;
        }
        refuse_changes(manager).await
    }
}

/// Has the database itself refuse to change a row, whoever asks.
async fn refuse_changes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let statements: &[&str] = match manager.get_database_backend() {
        DbBackend::Postgres => &[
            "CREATE FUNCTION refuse_to_change_audit_log() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'rows of audit_log are never changed'; END $$",
            "CREATE TRIGGER audit_log_is_kept BEFORE UPDATE ON audit_log \
             FOR EACH ROW EXECUTE FUNCTION refuse_to_change_audit_log()",
        ],
        DbBackend::MySql => &[
            "DROP TRIGGER IF EXISTS audit_log_is_kept",
            "CREATE TRIGGER audit_log_is_kept BEFORE UPDATE ON audit_log \
             FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'rows of audit_log are never changed'",
        ],
        _ => &["CREATE TRIGGER audit_log_is_kept BEFORE UPDATE ON audit_log \
             BEGIN SELECT RAISE(ABORT, 'rows of audit_log are never changed'); END"],
    };
    for statement in statements {
        match connection.execute_unprepared(statement).await {
            Err(error) if may_not_make_triggers(&error) => return Ok(()),
            result => result.map(drop)?,
        }
    }
    Ok(())
}

/// Whether MySQL says that the store's user may not make triggers: with a binary log, that takes a right that nobody gives
/// away lightly. The log is then as it is elsewhere, but for this guard.
fn may_not_make_triggers(error: &DbErr) -> bool {
    let text = error.to_string();
    // ER_BINLOG_CREATE_ROUTINE_NEED_SUPER, ER_SPECIFIC_ACCESS_DENIED_ERROR, ER_TABLEACCESS_DENIED_ERROR
    ["1419 (HY000)", "1227 (42000)", "1142 (42000)"].iter().any(|code| text.contains(code))
}
