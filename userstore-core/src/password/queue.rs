//! A bounded queue that never lets anybody wait for a place.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Jobs for a fixed number of threads. A job is let in while fewer than `places` are waiting or running.
pub(super) struct Queue<J> {
    state: Mutex<State<J>>,
    arrived: Condvar,
    places: usize,
    is_abandoned: fn(&J) -> bool,
}

struct State<J> {
    waiting: VecDeque<J>,
    running: usize,
    is_closed: bool,
}

/// Why a job was not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    Full,
    Closed,
}

impl<J> Queue<J> {
    /// An abandoned job, whose answer nobody waits for any more, keeps no place and is never run.
    pub(super) fn new(places: usize, is_abandoned: fn(&J) -> bool) -> Self {
        let state = State { waiting: VecDeque::new(), running: 0, is_closed: false };
        Self { state: Mutex::new(state), arrived: Condvar::new(), places, is_abandoned }
    }

    pub(super) fn push(&self, job: J) -> Result<(), Refused> {
        let mut state = self.lock();
        if state.is_closed {
            return Err(Refused::Closed);
        }
        if !self.find_room(&mut state) {
            return Err(Refused::Full);
        }
        state.waiting.push_back(job);
        self.arrived.notify_one();
        Ok(())
    }

    /// Whether a job would be let in now.
    pub(super) fn has_room(&self) -> bool {
        self.find_room(&mut self.lock())
    }

    fn find_room(&self, state: &mut State<J>) -> bool {
        if state.waiting.len() + state.running >= self.places {
            state.waiting.retain(|job| !(self.is_abandoned)(job));
        }
        state.waiting.len() + state.running < self.places
    }

    /// Waits for a job, and counts it as running until [`finish`](Self::finish). `None` once the queue is closed.
    pub(super) fn take(&self) -> Option<J> {
        let mut state = self.lock();
        loop {
            while let Some(job) = state.waiting.pop_front() {
                if !(self.is_abandoned)(&job) {
                    state.running += 1;
                    return Some(job);
                }
            }
            if state.is_closed {
                return None;
            }
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub(super) fn finish(&self) {
        self.lock().running -= 1;
    }

    /// Lets nobody in any more, and drops the jobs that wait.
    pub(super) fn close(&self) {
        let dropped = {
            let mut state = self.lock();
            state.is_closed = true;
            std::mem::take(&mut state.waiting)
        };
        self.arrived.notify_all();
        drop(dropped);
    }

    /// How many jobs wait, and how many run.
    pub(super) fn counts(&self) -> (usize, usize) {
        let state = self.lock();
        (state.waiting.len(), state.running)
    }

    /// No code of ours panics while it holds the lock, and what it guards is whole at every step.
    fn lock(&self) -> MutexGuard<'_, State<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_jobs_and_waiting_ones_share_the_places() {
        let queue = Queue::new(2, |_: &u8| false);
        assert_eq!((queue.push(1), queue.push(2)), (Ok(()), Ok(())));
        assert_eq!(queue.push(3), Err(Refused::Full));
        assert_eq!(queue.take(), Some(1));
        assert_eq!(queue.counts(), (1, 1));
        assert_eq!(queue.push(3), Err(Refused::Full));
        queue.finish();
        assert_eq!(queue.push(3), Ok(()));
    }

    #[test]
    fn an_abandoned_job_keeps_no_place() {
        let queue = Queue::new(2, |job: &u8| *job == 0);
        assert_eq!((queue.push(0), queue.push(1)), (Ok(()), Ok(())));
        assert_eq!(queue.push(2), Ok(()));
        assert_eq!((queue.take(), queue.take()), (Some(1), Some(2)));
    }

    #[test]
    fn a_closed_queue_is_empty() {
        let queue = Queue::new(2, |_: &u8| false);
        assert_eq!(queue.push(1), Ok(()));
        queue.close();
        assert_eq!((queue.take(), queue.push(2)), (None, Err(Refused::Closed)));
    }
}
