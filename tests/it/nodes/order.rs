//! A checker that knows in which order things were answered: whether a read has given what was there no longer.

use std::collections::BTreeMap;
use std::time::Instant;

/// A write or a read: when it was asked, when it was answered, and the value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    pub(super) asked: Instant,
    pub(super) answered: Instant,
    pub(super) value: u64,
}

/// The reads that gave an old value, of those of one record. No two writes have the same value.
///
/// A value is old if another one was written after it, from beginning to end, and that one was known before the read was
/// asked: its write was answered, or another read had given it.
pub(super) fn stale(writes: &[Event], reads: &[Event]) -> Vec<Event> {
    let mut known: BTreeMap<u64, Event> = writes.iter().map(|write| (write.value, *write)).collect();
    for read in reads {
        let write = known.get_mut(&read.value).expect("a value that was written");
        write.answered = write.answered.min(read.answered);
    }
    let ends: BTreeMap<u64, Instant> = writes.iter().map(|write| (write.value, write.answered)).collect();
    let mut by_end: Vec<Event> = known.into_values().collect();
    by_end.sort_by_key(|write| write.answered);
    // The latest beginning of all that were known by then.
    let mut latest = Vec::with_capacity(by_end.len());
    for write in &by_end {
        let before = latest.last().copied().unwrap_or(write.asked);
        latest.push(write.asked.max(before));
    }
    let is_stale = |read: &&Event| {
        let known = by_end.partition_point(|write| write.answered < read.asked);
        known > 0 && ends[&read.value] < latest[known - 1]
    };
    reads.iter().filter(is_stale).copied().collect()
}

/// The checker itself finds what it looks for.
#[test]
fn finds_what_is_stale_and_nothing_else() {
    let start = Instant::now();
    let event = |asked: u64, answered: u64, value| {
        let at = |millis| start + std::time::Duration::from_millis(millis);
        Event { asked: at(asked), answered: at(answered), value }
    };
    let writes = [event(0, 10, 1), event(20, 30, 2), event(25, 50, 3), event(60, 70, 4)];
    for (reads, old) in [
        (vec![event(5, 6, 1), event(31, 32, 2), event(51, 52, 3), event(71, 72, 4)], 0),
        // Before the write that follows is answered, both are good; after it, one.
        (vec![event(29, 80, 1)], 0),
        (vec![event(31, 80, 1)], 1),
        // Of two writes at the same time, either may stand.
        (vec![event(55, 56, 2), event(57, 58, 3)], 0),
        (vec![event(65, 66, 3)], 0),
        (vec![event(71, 72, 3)], 1),
        // A read that has given the new value tells as much as an answer.
        (vec![event(61, 62, 4), event(63, 64, 3)], 1),
        (vec![event(61, 64, 4), event(63, 65, 3)], 0),
    ] {
        assert_eq!(stale(&writes, &reads).len(), old, "{reads:?}");
    }
}
