//! What can be printed, and the columns it has.

use std::io;

use serde::Serialize;
use serde_json::Value;
use userstore_core::{AuditEntry, CopiedTable, KeyInfo, Member, Migration, Session, User};

/// A record: it serialises to a JSON object, of which these members are the columns of CSV.
pub(crate) trait Record: Serialize {
    const COLUMNS: &'static [&'static str];
    /// Those of a table: all of them, unless that is too much for one.
    const IN_TABLE: &'static [&'static str] = Self::COLUMNS;
}

impl Record for AuditEntry {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "at",
        "action",
        "outcome",
        "times",
        "actor_kind",
        "actor_id",
        "actor_name",
        "target_kind",
        "target_id",
        "target_name",
        "ip",
        "user_agent",
        "request_id",
        "detail",
    ];
    const IN_TABLE: &'static [&'static str] =
        &["at", "actor_kind", "actor_name", "action", "target_kind", "target_name", "outcome", "times", "ip"];
}

impl Record for User {
    const COLUMNS: &'static [&'static str] =
        &["id", "username", "role", "status", "blocked_reason", "data", "created_at", "updated_at"];
}

impl Record for Session {
    const COLUMNS: &'static [&'static str] = &["id", "created_at", "expires_at", "current", "user_agent", "ip"];
}

impl Record for KeyInfo {
    const COLUMNS: &'static [&'static str] = &["kid", "algorithm", "state", "created_at", "signs_at", "gone_at"];
}

impl Record for Member {
    const COLUMNS: &'static [&'static str] = &["member_id", "name", "email", "phone", "created_at", "updated_at"];
}

impl Record for Migration {
    const COLUMNS: &'static [&'static str] = &["name", "applied_at"];
}

impl Record for CopiedTable {
    const COLUMNS: &'static [&'static str] = &["table", "rows", "copied", "verified"];
}

/// These columns of a record: texts as they are, nothing for null, and compact JSON for all else.
pub(super) fn texts<R: Record>(record: &R, columns: &[&str]) -> io::Result<Vec<String>> {
    let value = serde_json::to_value(record)?;
    let text = |column: &&str| match value.get(*column) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    Ok(columns.iter().map(text).collect())
}
