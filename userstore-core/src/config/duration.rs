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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Waits {
        #[serde(deserialize_with = "deserialize")]
        time: Duration,
    }

    fn read(time: &str) -> Result<Duration, String> {
        let read = serde_json::from_value::<Waits>(serde_json::json!({ "time": time }));
        read.map(|waits| waits.time).map_err(|error| error.to_string())
    }

    #[test]
    fn a_date_that_it_is_added_to_stays_one() {
        assert_eq!(read("3650d"), Ok(LONGEST));
        assert_eq!(read("87600h"), Ok(LONGEST));
        for text in ["3650d 1ns", "3651d", "10years", "500000000000years"] {
            assert_eq!(read(text), Err("must be 3650 days at most".to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_length_of_time_is_told_how_one_is_written() {
        for text in ["", "5", "-5s", "soon", "5 parsecs", "99999999999999999999d", "600000000000years"] {
            assert!(read(text).unwrap_err().starts_with("must be a length of time"), "{text}");
        }
    }
}
