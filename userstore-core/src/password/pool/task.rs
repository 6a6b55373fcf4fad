//! One job of the pool, and where its answer goes.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use super::{HashError, Hasher, Memory, PoolError};

/// A job, whatever its answer is.
pub(super) trait Job: Send {
    /// Whether nobody waits for the answer any more.
    fn is_abandoned(&self) -> bool;

    /// Does the work; then says, through `finished`, whether a hash was computed; then answers. In that order, so that
    /// whoever has the answer finds the place free.
    fn run(self: Box<Self>, hasher: &Hasher, memory: &mut Memory, finished: &dyn Fn(bool));
}

pub(super) struct Task<F, T> {
    pub(super) work: F,
    pub(super) reply: oneshot::Sender<Result<T, PoolError>>,
}

impl<F, T> Job for Task<F, T>
where
    F: FnOnce(&Hasher, &mut Memory) -> Result<T, HashError> + Send,
    T: Send,
{
    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run(self: Box<Self>, hasher: &Hasher, memory: &mut Memory, finished: &dyn Fn(bool)) {
        let Self { work, reply } = *self;
        // The memory is the only thing that a panic could leave half done, and it is replaced.
        let outcome = catch_unwind(AssertUnwindSafe(|| work(hasher, memory)));
        let answer = if let Ok(answer) = outcome {
            answer.map_err(PoolError::from)
        } else {
            *memory = Memory::default();
            tracing::error!("hashing a password panicked; the thread goes on with new memory");
            Err(PoolError::Failed)
        };
        finished(answer.is_ok());
        // A caller that went away meanwhile does not want it.
        let _ = reply.send(answer);
    }
}
