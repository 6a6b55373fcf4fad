//! The history of userstore's tables: append-only, and the same on every database.
//!
//! Each migration is a transaction of its own where the database can have one, so that one killed half-way leaves
//! nothing behind; on MySQL it leaves out what it finds done. The caller holds the lock that keeps two of them from running at once.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod engine;
mod m20261120_000001_create_users;
mod m20261120_000002_create_sessions;
mod m20261121_000003_create_members;
mod m20261121_000004_create_signing_keys;
mod m20261121_000005_create_ended_sessions;
mod m20261121_000006_create_store_state;
mod m20261121_000007_create_audit_log;

/// Every migration, oldest first.
#[derive(Debug, Clone, Copy)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261120_000001_create_users::Migration),
            Box::new(m20261120_000002_create_sessions::Migration),
            Box::new(m20261121_000003_create_members::Migration),
            Box::new(m20261121_000004_create_signing_keys::Migration),
            Box::new(m20261121_000005_create_ended_sessions::Migration),
            Box::new(m20261121_000006_create_store_state::Migration),
            Box::new(m20261121_000007_create_audit_log::Migration),
        ]
    }
}
