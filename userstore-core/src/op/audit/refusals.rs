//! Refusals: counted in memory, and written once a second and once a minute.
//!
//! Anybody can be refused as often as he likes, so what is written of it must not grow with how often. Of refusals that
//! are alike in action, outcome, actor, target and address the first is written at once, and those of the minute after
//! it as one entry with their number. Of more than [`KINDS`] kinds in a minute, the others are told together, by action
//! and outcome alone.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError, Weak};
use std::time::Duration;

use super::note::Note;
use crate::UserStore;
use crate::database::Written;
use crate::error::Result;
use crate::model::audit::{Action, ActorKind, AuditEntry};
use crate::model::id::AuditId;
use crate::model::timestamp::Timestamp;
use crate::store::Inner;

/// How often it is written what there is.
const PAUSE: Duration = Duration::from_secs(1);
/// For how long like refusals are one entry.
const WINDOW: Duration = Duration::from_mins(1);
/// How many kinds are told apart at the same time.
const KINDS: usize = 600;

/// How many entries are kept that could not be written.
const LATE: usize = 1000;

/// Held by whoever writes.
pub(super) type Writing = tokio::sync::Mutex<()>;

/// In what refusals are alike: action and outcome, actor, target, address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Likeness(Action, String, ActorKind, [Option<String>; 4]);

/// Refusals that are alike.
#[derive(Debug)]
struct Alike {
    first: AuditEntry,
    is_first_written: bool,
    /// How many there were since an entry was made.
    more: u64,
    until: Timestamp,
}

/// The refusals that are not written yet.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    kinds: Mutex<HashMap<Likeness, Alike>>,
    /// What could not be written when it was done.
    late: Mutex<Vec<AuditEntry>>,
}

impl Refusals {
    /// Adds one.
    pub(super) fn add(&self, mut entry: AuditEntry) {
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let mut likeness = Likeness::of(&entry);
        if kinds.len() >= KINDS && !kinds.contains_key(&likeness) {
            forget_who(&mut entry);
            likeness = Likeness::of(&entry);
        }
        if let Some(alike) = kinds.get_mut(&likeness) {
            alike.more += 1;
            return;
        }
        let until = entry.at.plus(WINDOW);
        kinds.insert(likeness, Alike { first: entry, is_first_written: false, more: 0, until });
    }

    /// Keeps entries that could not be written, to be written later.
    pub(super) fn keep(&self, entries: Vec<AuditEntry>) {
        let mut late = self.late.lock().unwrap_or_else(PoisonError::into_inner);
        let room = LATE.saturating_sub(late.len());
        if entries.len() > room {
            tracing::error!(entries = entries.len() - room, "entries are missing in the audit log");
        }
        late.extend(entries.into_iter().take(room));
    }

    fn take_late(&self) -> Vec<AuditEntry> {
        std::mem::take(&mut *self.late.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is to be written now; at the end, everything.
    fn due(&self, store: &UserStore, ends: bool) -> Vec<Due> {
        let now = store.clock().now();
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let mut due = Vec::new();
        kinds.retain(|likeness, alike| {
            let is_over = ends || now >= alike.until;
            if is_over && alike.is_first_written && alike.more == 0 {
                return false;
            }
            if !alike.is_first_written {
                due.push(Due { likeness: likeness.clone(), entry: alike.first.clone(), is_first: true });
            }
            if is_over && alike.more > 0 {
                // The entry is of the moment it is written, lest it comes late into what is read already.
                let mut entry = AuditEntry { at: now, times: alike.more, ..alike.first.clone() };
                entry.request_id = None;
                entry.detail.insert("since".to_owned(), alike.first.at.to_string().into());
                due.push(Due { likeness: likeness.clone(), entry, is_first: false });
            }
            true
        });
        due.sort_by_key(|due| (due.entry.at, due.entry.id));
        due
    }

    /// Takes note that these are written.
    fn written(&self, written: &[Due]) {
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        for Due { likeness, entry, is_first } in written {
            let Some(alike) = kinds.get_mut(likeness) else { continue };
            if *is_first {
                alike.is_first_written = true;
            } else {
                // What came meanwhile begins anew.
                alike.more = alike.more.saturating_sub(entry.times);
                alike.until = entry.at.plus(WINDOW);
                alike.first.at = entry.at;
            }
        }
    }
}

/// An entry that is to be written, and what it tells of.
struct Due {
    likeness: Likeness,
    entry: AuditEntry,
    is_first: bool,
}

impl Likeness {
    fn of(entry: &AuditEntry) -> Self {
        let names = [&entry.actor_id, &entry.target_id, &entry.target_name, &entry.ip].map(Option::clone);
        Self(entry.action, entry.outcome.clone(), entry.actor_kind, names)
    }
}

/// Leaves of an entry what it has in common with others.
fn forget_who(entry: &mut AuditEntry) {
    (entry.actor_kind, entry.actor_id, entry.actor_name) = (ActorKind::Anyone, None, None);
    (entry.target_kind, entry.target_id, entry.target_name) = (None, None, None);
    (entry.ip, entry.user_agent, entry.request_id) = (None, None, None);
    entry.detail.clear();
    entry.detail.insert("others".to_owned(), true.into());
}

/// Writes what is due; at the end, everything. What cannot be written is kept for the next time.
pub(crate) async fn flush(store: &UserStore, ends: bool) -> Result<()> {
    let audit = store.audit();
    let _alone = audit.writing.lock().await;
    let (late, due) = (audit.refusals.take_late(), audit.refusals.due(store, ends));
    if late.is_empty() && due.is_empty() {
        return Ok(());
    }
    // A new id for each try: of one that seemed to fail, the entry may be there.
    let renewed = |entry: &AuditEntry| {
        let id = AuditId::new(audit.id(store.random(), entry.at));
        Note::from(AuditEntry { id, ..entry.clone() })
    };
    let notes: Vec<Note> = late.iter().chain(due.iter().map(|due| &due.entry)).map(renewed).collect();
    let write = store.writes().run(move |tx| {
        Box::pin(async move {
            for note in &notes {
                note.write(tx).await?;
            }
            Ok(Written::new(()))
        })
    });
    let outcome = write.await;
    match &outcome {
        Ok(()) => audit.refusals.written(&due),
        Err(_) => audit.refusals.keep(late),
    }
    outcome
}

/// Writes once a second what there is, for as long as the store is there.
pub(crate) async fn keep_written(store: Weak<Inner>) {
    loop {
        tokio::time::sleep(PAUSE).await;
        let Some(inner) = store.upgrade() else { return };
        if let Err(error) = flush(&UserStore::from_inner(inner), false).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "refusals were not written to the audit log yet");
        }
    }
}
