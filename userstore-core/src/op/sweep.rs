//! Removing sessions that have expired, and making signing keys whose time has come.

use std::sync::Weak;
use std::time::Duration;

use super::keys::keep_up;
use crate::UserStore;
use crate::store::Inner;

/// How often expired sessions are looked for. They are over at their time; only their records stay a little longer.
const PAUSE: Duration = Duration::from_mins(1);

/// Sees to the keys at once, lest they grow old where no process lives long; and sweeps, and sees to them, every minute
/// for as long as the store is there.
pub(crate) async fn sweep_until_dropped(store: Weak<Inner>) {
    loop {
        {
            let Some(inner) = store.upgrade() else { return };
            see_to_keys(&UserStore::from_inner(inner)).await;
        }
        tokio::time::sleep(PAUSE).await;
        let Some(inner) = store.upgrade() else { return };
        sweep(&UserStore::from_inner(inner)).await;
    }
}

async fn see_to_keys(store: &UserStore) {
    if let Err(error) = keep_up(store).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "the signing keys were not seen to");
    }
}

async fn sweep(store: &UserStore) {
    loop {
        match store.sessions().sweep(store.clock().now()).await {
            Ok(true) => tokio::task::yield_now().await,
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "expired sessions were not removed");
                return;
            }
        }
    }
}
