//! What is kept of what was done.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::duration;
use crate::error::{Error, Result};

/// The audit log.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AuditSettings {
    /// How long an entry is kept, an hour at least; `None`, written `forever`, removes none.
    #[serde(deserialize_with = "retention")]
    pub retention: Option<Duration>,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self { retention: Some(Duration::from_hours(365 * 24)) }
    }
}

impl AuditSettings {
    pub(super) fn validate(&self) -> Result<()> {
        if self.retention.is_some_and(|retention| retention < Duration::from_hours(1)) {
            let rule = "audit.retention must be 1h or longer, such as 365days, or forever";
            return Err(Error::Settings(rule.to_owned()));
        }
        Ok(())
    }
}

fn retention<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer).unwrap_or_default();
    if text == "forever" {
        return Ok(None);
    }
    let refuse = || serde::de::Error::custom("must be a length of time such as 90days or 365days, or forever");
    duration::parse(&text).map(Some).ok_or_else(refuse)
}
