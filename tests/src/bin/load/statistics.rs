//! Many numbers to few.

use std::time::Duration;

/// The median, of several rounds; 0 of none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        count if count % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// The latency that this many of a thousand requests stay within, in milliseconds. `sorted` is in ascending order.
pub(crate) fn per_mille(sorted: &[Duration], share: usize) -> f64 {
    let place = (sorted.len() * share).div_ceil(1000).max(1) - 1;
    sorted.get(place).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1000.0)
}

/// A rate; `count` is far below 2⁵², so that nothing is lost.
#[expect(clippy::cast_precision_loss, reason = "counts of some millions")]
pub(crate) fn per_second(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}
