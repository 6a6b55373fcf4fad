//! Tells a server to stop.

use std::sync::Arc;

use tokio::sync::watch;

/// Tells a [`Server`](super::Server) to stop. Its clones tell the same server.
#[derive(Debug, Clone)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Stop {
    pub(super) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Has the server stop: it finishes what runs, and takes nothing new. Told twice, it is told once.
    pub fn now(&self) {
        self.0.send_replace(true);
    }

    /// Waits until the server is told to.
    pub(super) async fn told(&self) {
        // The sender is here.
        let _ = self.0.subscribe().wait_for(|told| *told).await;
    }
}
