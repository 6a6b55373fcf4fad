//! The audit log, a page at a time.

use uuid::Uuid;

use super::flush;
use crate::UserStore;
use crate::error::Result;
use crate::model::audit::{AuditEntry, AuditFilter};
use crate::model::page::{Cursor, Page, PageRequest};
use crate::model::timestamp::Timestamp;
use crate::model::username::Username;
use crate::op::row::audit_log::{self, Wanted};

const KIND: &str = "audit";

/// The first id that an entry of this time can have.
pub(in crate::op) fn first_id(at: Timestamp) -> Uuid {
    Uuid::from_u128(u128::try_from(at.as_millis()).unwrap_or(0) << 80)
}

/// What a filter wants; `None` where nothing can fit. The last so many are found once, and what comes after is more.
pub(super) async fn wanted(store: &UserStore, filter: &AuditFilter, is_first: bool) -> Result<Option<Wanted>> {
    let username = match filter.user.as_deref().map(Username::parse) {
        Some(Err(_)) => return Ok(None),
        parsed => parsed.transpose().unwrap_or_default().map(|name| name.as_str().to_owned()),
    };
    let mut wanted = Wanted {
        from: filter.since.map(first_id),
        to: filter.until.map(first_id),
        username,
        action: filter.action,
        outcome: filter.outcome.clone(),
    };
    if let Some(last) = filter.last.filter(|_| is_first) {
        let start = match last {
            0 => Some(Uuid::max()),
            last => audit_log::nth_last(store.reads(), &wanted, last).await?,
        };
        wanted.from = start.max(wanted.from);
    }
    Ok(Some(wanted))
}

pub(in crate::op) async fn list(
    store: &UserStore,
    filter: &AuditFilter,
    page: &PageRequest,
) -> Result<Page<AuditEntry>> {
    see_own(store).await;
    let after = page.start(KIND)?.map(|id| id.parse().map_err(|_| Cursor::bad())).transpose()?;
    let Some(wanted) = wanted(store, filter, after.is_none()).await? else {
        return Ok(Page { items: Vec::new(), next: None });
    };
    let found = audit_log::list(store.reads(), &wanted, after, page.size() + 1).await?;
    Ok(Page::cut(found, page.size(), |entry| Cursor::new(KIND, &entry.id.to_string())))
}

/// Writes what this process has not written yet, so that whoever reads sees what it did itself.
pub(super) async fn see_own(store: &UserStore) {
    if let Err(error) = flush(store, false).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "refusals were not written to the audit log yet");
    }
}
