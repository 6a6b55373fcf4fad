//! Lengths of time as people write them: `15s`, `5m`, `24h`.

use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer).ok();
    let duration = text.and_then(|text| humantime::parse_duration(&text).ok());
    duration.ok_or_else(|| D::Error::custom("must be a length of time such as 500ms, 15s, 5m or 24h"))
}

pub(crate) fn deserialize_some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    deserialize(deserializer).map(Some)
}
