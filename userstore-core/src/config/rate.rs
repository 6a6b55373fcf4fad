//! How often something may be done, as people write it: `10/m`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// The units of time that a rate is written in.
const UNITS: [(&str, u64); 4] = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)];

/// The most that a rate allows.
const MOST: u32 = 1_000_000;

/// How often something may be done: so many times at once, and as many again in each unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    quota: u32,
    unit: (&'static str, u64),
}

impl Rate {
    /// So many times a minute.
    pub(super) const fn per_minute(quota: u32) -> Self {
        Self { quota, unit: UNITS[1] }
    }

    /// So many times an hour.
    pub(super) const fn per_hour(quota: u32) -> Self {
        Self { quota, unit: UNITS[2] }
    }

    /// How many times.
    #[must_use]
    pub const fn quota(self) -> u32 {
        self.quota
    }

    /// In which time.
    #[must_use]
    pub const fn window(self) -> Duration {
        Duration::from_secs(self.unit.1)
    }
}

/// A text that is no rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a number from 1 to 1000000 and a unit of time, such as 5/s, 10/m, 30/h or 100/d")]
pub struct InvalidRate;

impl FromStr for Rate {
    type Err = InvalidRate;

    fn from_str(text: &str) -> Result<Self, InvalidRate> {
        let (quota, unit) = text.split_once('/').ok_or(InvalidRate)?;
        let unit = UNITS.into_iter().find(|(name, _)| *name == unit).ok_or(InvalidRate)?;
        let is_plain = !quota.starts_with('0') && quota.bytes().all(|byte| byte.is_ascii_digit());
        let quota = quota.parse().ok().filter(|quota| is_plain && (1..=MOST).contains(quota)).ok_or(InvalidRate)?;
        Ok(Self { quota, unit })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.quota, self.unit.0)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer).ok();
        text.and_then(|text| text.parse().ok()).ok_or_else(|| D::Error::custom(InvalidRate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_and_a_unit() {
        for (text, quota, seconds) in [("1/s", 1, 1), ("10/m", 10, 60), ("30/h", 30, 3600), ("1000000/d", MOST, 86_400)]
        {
            let rate: Rate = text.parse().unwrap();
            assert_eq!(
                (rate.quota(), rate.window(), rate.to_string().as_str()),
                (quota, Duration::from_secs(seconds), text)
            );
        }
        for text in
            ["", "10", "/m", "10/", "0/m", "01/m", "+1/m", "-1/m", "1.5/m", "10/min", "10/M", "10 /m", "1000001/s"]
        {
            assert_eq!(text.parse::<Rate>(), Err(InvalidRate), "{text:?}");
        }
    }
}
