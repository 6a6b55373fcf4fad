//! The open connections, and what each of them waits for, so that none stays open for nothing.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::AbortHandle;

use crate::every_answer::EveryAnswer;
use crate::traffic::Traffic;

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing: the next request may come.
    Idle,
    /// The head of a request comes in, or hands are being shaken.
    Head,
    /// The body of a request comes in, or it is worked on.
    Serving,
    /// An answer is being handed over.
    Answering,
    /// The last of it goes out.
    Given,
}

/// The bits that tell a phase. Those above tell when it began.
const PHASE_BITS: u32 = 3;

/// How long a connection may take for what its client has to do. What the server itself does has limits of its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    pub(super) idle: Duration,
    pub(super) head: Duration,
    pub(super) answer: Duration,
}

/// One open connection.
pub(super) struct Life {
    open: Arc<Open>,
    state: AtomicU64,
    task: OnceLock<AbortHandle>,
}

impl Life {
    pub(super) fn phase(&self) -> Phase {
        match self.state.load(Ordering::Relaxed) & ((1 << PHASE_BITS) - 1) {
            0 => Phase::Idle,
            1 => Phase::Head,
            2 => Phase::Serving,
            3 => Phase::Answering,
            _ => Phase::Given,
        }
    }

    /// From now on it is in this phase.
    pub(super) fn enter(&self, phase: Phase) {
        let now = self.open.now.load(Ordering::Relaxed);
        self.state.store((now << PHASE_BITS) | phase as u64, Ordering::Relaxed);
    }

    /// Counts a request that was refused with this status, as it could not be read.
    pub(super) fn count_refusal(&self, status: u16) {
        self.open.traffic.refused(status);
    }

    /// What every answer on it bears.
    pub(super) fn every_answer(&self) -> EveryAnswer {
        self.open.every_answer
    }

    /// What ends when the connection is to be closed.
    pub(super) fn belongs_to(&self, task: AbortHandle) {
        // It is told once.
        let _ = self.task.set(task);
    }

    fn close(&self) {
        if let Some(task) = self.task.get() {
            task.abort();
        }
    }

    /// How many milliseconds before `now` its phase began.
    fn age(&self, now: u64) -> u64 {
        now.saturating_sub(self.state.load(Ordering::Relaxed) >> PHASE_BITS)
    }

    fn is_late(&self, now: u64, patience: Patience) -> bool {
        let allowed = match self.phase() {
            Phase::Idle => patience.idle,
            Phase::Head => patience.head,
            Phase::Serving => return false,
            Phase::Answering | Phase::Given => patience.answer,
        };
        u128::from(self.age(now)) >= allowed.as_millis()
    }
}

/// Every open connection.
pub(super) struct Open {
    list: Mutex<List>,
    traffic: Arc<Traffic>,
    every_answer: EveryAnswer,
    start: Instant,
    /// Milliseconds since the start, as of the last look: exact enough, and free for every request.
    now: AtomicU64,
}

#[derive(Default)]
struct List {
    last: u64,
    lives: HashMap<u64, Arc<Life>>,
}

/// Strikes a connection off the list when it is gone.
pub(super) struct Listed {
    open: Arc<Open>,
    number: u64,
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.open.list().lives.remove(&self.number);
        self.open.traffic.closed();
    }
}

impl Open {
    /// None is open yet. Each is counted there, and what is answered on it bears this.
    pub(super) fn new(traffic: Arc<Traffic>, every_answer: EveryAnswer) -> Arc<Self> {
        Arc::new(Self { list: Mutex::default(), traffic, every_answer, start: Instant::now(), now: AtomicU64::new(0) })
    }

    /// A new connection, which is on the list until what comes with it is dropped.
    pub(super) fn add(self: &Arc<Self>) -> (Arc<Life>, Listed) {
        let life = Arc::new(Life { open: Arc::clone(self), state: AtomicU64::new(0), task: OnceLock::new() });
        life.enter(Phase::Idle);
        self.traffic.accepted();
        let mut list = self.list();
        list.last += 1;
        let number = list.last;
        list.lives.insert(number, Arc::clone(&life));
        (life, Listed { open: Arc::clone(self), number })
    }

    pub(super) fn count(&self) -> usize {
        self.list().lives.len()
    }

    /// How many have a request that is not answered yet, or an answer that is not out.
    pub(super) fn busy(&self) -> usize {
        self.list().lives.values().filter(|life| !matches!(life.phase(), Phase::Idle | Phase::Head)).count()
    }

    /// Closes those whose clients take too long.
    pub(super) fn close_late(&self, patience: Patience) {
        self.close_those_late(self.look_at_the_clock(), patience);
    }

    /// The same, when so much time has passed since the start.
    #[cfg(test)]
    pub(super) fn close_late_after(&self, time: Duration, patience: Patience) {
        let now = u64::try_from(time.as_millis()).unwrap();
        self.now.store(now, Ordering::Relaxed);
        self.close_those_late(now, patience);
    }

    fn close_those_late(&self, now: u64, patience: Patience) {
        self.list().lives.values().filter(|life| life.is_late(now, patience)).for_each(|life| life.close());
    }

    /// Closes those that do nothing.
    pub(super) fn close_idle(&self) {
        self.list().lives.values().filter(|life| life.phase() == Phase::Idle).for_each(|life| life.close());
    }

    /// Closes them all.
    pub(super) fn close_all(&self) {
        self.list().lives.values().for_each(|life| life.close());
    }

    /// Closes the one that has done nothing for longest, or else has been at the head of a request for longest,
    /// if there is one.
    pub(super) fn close_idlest(&self) {
        let now = self.look_at_the_clock();
        let list = self.list();
        let of = |phase| {
            let those = list.lives.iter().filter(move |(_, life)| life.phase() == phase);
            // Of those that have done nothing for as long, the first that came.
            those.max_by_key(|(number, life)| (life.age(now), Reverse(**number))).map(|(_, life)| life)
        };
        if let Some(life) = of(Phase::Idle).or_else(|| of(Phase::Head)) {
            life.close();
        }
    }

    fn look_at_the_clock(&self) -> u64 {
        let now = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.now.store(now, Ordering::Relaxed);
        now
    }

    fn list(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
