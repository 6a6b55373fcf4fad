//! Seeing in a database server that another process has changed something.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::Local;
use crate::database::Reads;
use crate::error::Result;
use crate::op::row::store_state;

/// How often it is looked for: often enough for a change to be seen within 100 ms.
const LOOK: Duration = Duration::from_millis(25);

/// The number of the last change that this process knows of. It looks for others for as long as it is kept.
#[derive(Debug)]
pub(crate) struct Changes(Mutex<Option<i64>>);

impl Changes {
    pub(super) async fn watch(local: Local, reads: Reads) -> Result<Arc<Self>> {
        let known = store_state::get(&reads).await?.changes;
        let changes = Arc::new(Self(Mutex::new(Some(known))));
        tokio::spawn(look(Arc::downgrade(&changes), local, reads));
        Ok(changes)
    }

    /// Notes a change of this process, which the cache has forgotten.
    pub(super) fn made(&self, number: i64) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *known == Some(number - 1) {
            *known = Some(number);
        }
    }

    /// Has everything be forgotten, unless this is the number that is known.
    fn seen(&self, number: Option<i64>, local: &Local) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = number.is_none() || number > *known;
        if is_news {
            *known = number;
            local.clear();
        }
    }
}

async fn look(changes: Weak<Changes>, local: Local, reads: Reads) {
    let mut tick = interval(LOOK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let number = store_state::get(&reads).await.map(|state| state.changes);
        let Some(changes) = changes.upgrade() else { return };
        if let Err(error) = &number {
            tracing::warn!(%error, "cannot tell whether another process has written: nothing is remembered");
        }
        changes.seen(number.ok(), &local);
    }
}
