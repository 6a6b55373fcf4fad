//! The generic cell rate algorithm (GCRA): of each limit, one time is kept, at which it will be whole again.

use std::time::Duration;

use crate::config::Rate;

/// Microseconds: of the store's clock, or between two points of it.
pub(super) type Micros = i64;

pub(super) const SECOND: Micros = 1_000_000;
pub(super) const MINUTE: Micros = 60 * SECOND;
pub(super) const HOUR: Micros = 60 * MINUTE;
pub(super) const DAY: Micros = 24 * HOUR;

/// How fast a limit becomes whole again, and how much it allows at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pace {
    pub(super) interval: Micros,
    pub(super) burst: i64,
}

impl Pace {
    pub(super) fn of(rate: Rate) -> Self {
        let burst = i64::from(rate.quota());
        let window = i64::try_from(rate.window().as_micros()).unwrap_or(i64::MAX);
        // Rounded up: never more than the rate says.
        Self { interval: (window + burst - 1) / burst, burst }
    }

    /// A part of it, for one of several that do not know of each other.
    pub(super) fn divided(self, by: i64) -> Self {
        Self { interval: self.interval * by, burst: (self.burst / by).max(1) }
    }

    /// How long to wait until one more is allowed, and `kept` are left after it; zero where it is allowed now.
    pub(super) fn wait(self, whole_at: Micros, now: Micros, kept: i64) -> Micros {
        let allowed = (self.burst - kept) * self.interval;
        (whole_at.max(now) + self.interval - allowed - now).max(0)
    }

    /// When the limit is whole again once one more is taken. What is given back later takes the interval off again, so
    /// that it is always added as a whole.
    pub(super) fn take(self, whole_at: Micros, now: Micros) -> Micros {
        whole_at.max(now) + self.interval
    }

    /// How many were taken that have not come back yet.
    pub(super) fn used(self, whole_at: Micros, now: Micros) -> i64 {
        let missing = (whole_at - now).max(0);
        missing / self.interval + i64::from(missing % self.interval > 0)
    }
}

/// A wait as a client is told of it.
pub(super) fn duration(wait: Micros) -> Duration {
    Duration::from_micros(u64::try_from(wait).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Micros = 1_763_645_897_000_000;

    #[test]
    fn a_burst_and_then_one_at_a_time() {
        let pace = Pace::of("10/m".parse().unwrap());
        let mut whole_at = 0;
        for taken in 0..10 {
            assert_eq!((pace.wait(whole_at, NOW, 0), pace.used(whole_at, NOW)), (0, taken));
            whole_at = pace.take(whole_at, NOW);
        }
        assert_eq!(pace.wait(whole_at, NOW, 0), 6 * SECOND);
        assert_eq!(pace.wait(whole_at, NOW + 6 * SECOND, 0), 0);
        assert_eq!(pace.wait(whole_at, NOW + 6 * SECOND, 2), 12 * SECOND);
        whole_at = pace.take(whole_at, NOW + 6 * SECOND);
        assert!(pace.wait(whole_at, NOW + 6 * SECOND, 0) > 0);
        assert_eq!((0..20).filter(|_| pace.wait(whole_at, NOW + MINUTE, 0) == 0).count(), 20, "asking takes nothing");
    }

    #[test]
    fn an_interval_that_is_not_whole_is_rounded_up() {
        assert_eq!(Pace::of("7/s".parse().unwrap()).interval, 142_858);
        assert_eq!(Pace::of("1000000/s".parse().unwrap()).interval, 1);
        assert_eq!(Pace::of("1/d".parse().unwrap()).interval, DAY);
        assert_eq!(Pace::of("10/m".parse().unwrap()).divided(4), Pace { interval: 24 * SECOND, burst: 2 });
        assert_eq!(Pace::of("3/m".parse().unwrap()).divided(4), Pace { interval: 80 * SECOND, burst: 1 });
    }
}
