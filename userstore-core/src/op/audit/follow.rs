//! Following the audit log: every entry once, also those that come late.

use std::collections::BTreeSet;
use std::time::Duration;

use super::list::{first_id, see_own, wanted};
use crate::UserStore;
use crate::error::Result;
use crate::model::audit::{AuditEntry, AuditFilter};
use crate::model::id::AuditId;
use crate::op::row::audit_log::{self, Wanted};

/// How many entries are read at a time.
const PAGE: usize = 200;
/// How much later than a write may take an entry may come, since the clocks of servers differ.
const CLOCKS: Duration = Duration::from_secs(5);

/// Gives the entries of the audit log as they come: see [`Admin::follow_audit`](crate::Admin::follow_audit).
///
/// Entries go by the time they were made at, and are seen when they are committed: what comes late, because a write took
/// its time or the clock of another server is behind, is given late, for as long as `database.timeout` and 5 seconds.
#[derive(Debug)]
pub struct AuditFollower {
    store: UserStore,
    filter: AuditFilter,
    wanted: Option<Wanted>,
    /// The last that was read in this round.
    after: Option<AuditId>,
    /// Those that were given already, of the time in which others may come.
    given: BTreeSet<AuditId>,
}

impl AuditFollower {
    pub(in crate::op) fn new(store: UserStore, filter: AuditFilter) -> Self {
        Self { store, filter, wanted: None, after: None, given: BTreeSet::new() }
    }

    /// The next entries; none when there are no more by now.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable), after which it can be asked again.
    pub async fn next_entries(&mut self) -> Result<Vec<AuditEntry>> {
        if self.wanted.is_none() {
            self.wanted = wanted(&self.store, &self.filter, true).await?;
        }
        let Some(wanted) = &mut self.wanted else { return Ok(Vec::new()) };
        see_own(&self.store).await;
        loop {
            let mut page = audit_log::list(self.store.reads(), wanted, self.after, PAGE).await?;
            let is_last = page.len() < PAGE;
            self.after = page.last().map(|entry| entry.id).filter(|_| !is_last);
            page.retain(|entry| self.given.insert(entry.id));
            if is_last && let Some(newest) = audit_log::nth_last(self.store.reads(), &Wanted::default(), 1).await? {
                // The next round begins where an entry may still come, by whichever clock is behind.
                let late = self.store.settings().database.timeout + CLOCKS;
                let newest = AuditId::new(newest).time().min(self.store.clock().now());
                let start = first_id(newest.minus(late));
                if Some(start) > wanted.from {
                    wanted.from = Some(start);
                    self.given = self.given.split_off(&AuditId::new(start));
                }
            }
            if is_last || !page.is_empty() {
                return Ok(page);
            }
        }
    }
}
