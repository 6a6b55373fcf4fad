//! What `UserStore::figures` tells.

use super::UserStore;
use crate::figures::{Figures, Hashing, KeyAge, Lookups};
use crate::op::known_keys;

impl UserStore {
    /// What the store has done and is doing, in numbers. Only where the signing keys are remembered nowhere is the
    /// database asked, for them.
    pub async fn figures(&self) -> Figures {
        let counts = self.counts();
        Figures {
            opened_at: self.inner.opened_at,
            hashing: self.hashing(),
            sign_ins: counts.sign_ins.read(),
            log_ins: counts.log_ins.read(),
            sessions_opened: counts.sessions_opened.read(),
            sessions_ended: counts.sessions_ended.read(),
            cache: self.cache().lookups().map(Lookups::read).unwrap_or_default(),
            database: self.reads().connections(self.settings().database.max_connections),
            signing_keys: self.key_ages().await,
            issuers: self.issuers().figures(),
        }
    }

    /// The part of them that is known without a wait: the hashing of passwords.
    #[must_use]
    pub fn hashing(&self) -> Hashing {
        self.passwords().figures()
    }

    async fn key_ages(&self) -> Vec<KeyAge> {
        let now = self.clock().now();
        // That they cannot be read is told by `readiness`.
        known_keys(self).await.map(|keys| keys.ages(now)).unwrap_or_default()
    }
}
