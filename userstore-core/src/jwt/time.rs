//! Points in time as tokens have them: whole or broken seconds since 1970 (`NumericDate`, RFC 7519, section 2).

use std::time::Duration;

use serde_json::Value;

use crate::model::timestamp::Timestamp;

/// How far the clocks of issuer and verifier may be apart.
pub(super) const LEEWAY: Duration = Duration::from_secs(5);

/// The end of the year 9999: what lies after it cannot be shown.
const LAST: f64 = 253_402_300_799.0;

/// Reads a `NumericDate`.
pub(super) fn read(value: &Value) -> Option<Timestamp> {
    let seconds = value.as_f64().filter(|seconds| (0.0..=LAST).contains(seconds))?;
    #[expect(clippy::cast_possible_truncation, reason = "from 0 to 253402300799000")]
    let millis = (seconds * 1000.0).floor() as i64;
    Some(Timestamp::from_millis(millis))
}

/// The whole seconds of a point in time.
pub(super) fn seconds(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(1000)
}
