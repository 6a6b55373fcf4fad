//! How long things take.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counts lengths of time by size. To record one costs two additions.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [Duration],
    /// One for each bound, and one for what is longer than all of them.
    counts: Box<[AtomicU64]>,
    nanos: AtomicU64,
}

/// What a [`Histogram`] has counted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Distribution {
    /// For each bound, how many were as long or shorter.
    pub buckets: Vec<(Duration, u64)>,
    /// How many there were.
    pub count: u64,
    /// How long they were in all.
    pub sum: Duration,
}

impl Histogram {
    /// One with these bounds, the shortest first.
    #[must_use]
    pub fn new(bounds: &'static [Duration]) -> Self {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Self { bounds, counts, nanos: AtomicU64::new(0) }
    }

    /// Counts a length of time.
    pub fn record(&self, time: Duration) {
        let place = self.bounds.iter().position(|bound| time <= *bound).unwrap_or(self.bounds.len());
        if let Some(count) = self.counts.get(place) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.nanos.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// What was counted so far.
    #[must_use]
    pub fn read(&self) -> Distribution {
        let mut counts = self.counts.iter().map(|count| count.load(Ordering::Relaxed));
        let mut count = 0;
        let below = |(bound, more): (&Duration, u64)| {
            count += more;
            (*bound, count)
        };
        let buckets = self.bounds.iter().zip(&mut counts).map(below).collect();
        let sum = Duration::from_nanos(self.nanos.load(Ordering::Relaxed));
        Distribution { buckets, count: count + counts.next().unwrap_or_default(), sum }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: &[Duration] = &[Duration::from_millis(1), Duration::from_millis(10)];

    #[test]
    fn each_bucket_holds_those_before_it() {
        let histogram = Histogram::new(BOUNDS);
        assert_eq!(histogram.read().count, 0);
        for millis in [0, 1, 2, 10, 11, 3000] {
            histogram.record(Duration::from_millis(millis));
        }
        let read = histogram.read();
        assert_eq!(read.buckets, [(BOUNDS[0], 2), (BOUNDS[1], 4)]);
        assert_eq!((read.count, read.sum), (6, Duration::from_millis(3024)));
    }
}
