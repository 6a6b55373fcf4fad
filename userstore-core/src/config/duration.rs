//! Lengths of time as people write them: `15s`, `5m`, `24h`.

use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer).ok();
    text.and_then(|text| parse(&text))
        .ok_or_else(|| D::Error::custom("must be a length of time such as 500ms, 15s, 5m or 24h"))
}

pub(super) fn parse(text: &str) -> Option<Duration> {
    humantime::parse_duration(text).ok()
}

pub(crate) fn deserialize_some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    deserialize(deserializer).map(Some)
}
