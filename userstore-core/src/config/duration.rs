//! Lengths of time as people write them: `15s`, `5m`, `24h`.

use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// The longest of them: what is added to a date stays one.
const LONGEST: Duration = Duration::from_hours(3650 * 24);

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer).ok();
    match text.and_then(|text| parse(&text)) {
        Some(time) if time > LONGEST => Err(D::Error::custom("must be 3650 days at most")),
        Some(time) => Ok(time),
        None => Err(D::Error::custom("must be a length of time such as 500ms, 15s, 5m or 24h")),
    }
}

pub(super) fn parse(text: &str) -> Option<Duration> {
    humantime::parse_duration(text).ok()
}

pub(crate) fn deserialize_some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    deserialize(deserializer).map(Some)
}
