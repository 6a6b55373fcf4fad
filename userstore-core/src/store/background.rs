//! What goes on beside the requests.

use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::jwt::Issuers;

/// What goes on beside the requests, for as long as the store is there.
#[derive(Debug)]
pub(super) struct Background(Option<JoinHandle<()>>);

impl Background {
    pub(super) fn nothing() -> Self {
        Self(None)
    }

    pub(super) fn keep_fresh(issuers: &Issuers, clock: &Clock) -> Self {
        let (issuers, clock) = (issuers.clone(), clock.clone());
        Self((!issuers.is_empty()).then(|| tokio::spawn(async move { issuers.keep_fresh(clock).await })))
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}
