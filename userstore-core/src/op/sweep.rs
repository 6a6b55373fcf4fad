//! Removing sessions that have expired and entries of the audit log that are old, and making signing keys whose time has come.

use std::sync::Weak;
use std::time::Duration;

use super::audit::first_id;
use super::keys::keep_up;
use super::row::audit_log;
use crate::UserStore;
use crate::database::Written;
use crate::error::Result;
use crate::store::Inner;

/// How often expired sessions are looked for. They are over at their time; only their records stay a little longer.
const PAUSE: Duration = Duration::from_mins(1);
/// How many entries of the audit log are removed in one transaction.
const SWEEP: u64 = 500;

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
        let store = UserStore::from_inner(inner);
        sweep(&store).await;
        sweep_audit(&store).await;
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
            Ok(swept) => {
                store.counts().sessions_ended.add(swept.sessions);
                if !swept.more {
                    return;
                }
                tokio::task::yield_now().await;
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "expired sessions were not removed");
                return;
            }
        }
    }
}

/// Removes the entries of the audit log that are older than the settings keep them.
pub(crate) async fn sweep_audit(store: &UserStore) {
    loop {
        match sweep_some(store).await {
            Ok(true) => tokio::task::yield_now().await,
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "old entries of the audit log were not removed"
                );
                return;
            }
        }
    }
}

/// Removes some of them; says whether there may be more.
async fn sweep_some(store: &UserStore) -> Result<bool> {
    let Some(retention) = store.settings().audit.retention else { return Ok(false) };
    let oldest = first_id(store.clock().now().minus(retention));
    // Most of the time there is nothing to do, and so nothing to write.
    if !audit_log::is_any_before(store.reads(), oldest).await? {
        return Ok(false);
    }
    let write = store.writes().run(move |tx| {
        Box::pin(async move { Ok(Written::new(audit_log::remove_before(tx, oldest, SWEEP).await? == SWEEP)) })
    });
    write.await
}
