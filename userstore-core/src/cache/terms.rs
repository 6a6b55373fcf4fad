//! The term in which a shared cache may be used. Before anybody used one, it is closed.
//!
//! Whoever changes something and cannot tell the shared cache closes the term, in the transaction of the change, and
//! answers when every server has noticed. For that, each server looks every [`LOOK`] what the database says, and relies
//! on it for no longer than [`TRUST`] from the moment it asked; without knowing, it does without the cache. A closed term
//! is followed by the next one once that is long known, and the cache answers: under the keys of the next term there
//! is nothing yet.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio::time::Instant;

use crate::op::row::store_state::State;

/// How often a server looks.
pub(super) const LOOK: Duration = Duration::from_millis(250);
/// For how long it relies on what it saw.
pub(super) const TRUST: Duration = Duration::from_secs(1);
/// How long a term stays closed at least: until no server can think that it is open.
const CLOSED: Duration = Duration::from_secs(2);

/// What this server knows of the term.
#[derive(Debug)]
pub(super) struct Terms(RwLock<Seen>);

#[derive(Debug, Clone, Copy)]
struct Seen {
    term: i64,
    is_open: bool,
    asked_at: Instant,
    /// Since when it is known to be closed.
    closed_since: Option<Instant>,
}

impl Terms {
    pub(super) fn new(state: &State, asked_at: Instant) -> Self {
        let State { term, is_open, .. } = *state;
        Self(RwLock::new(Seen { term, is_open, asked_at, closed_since: (!is_open).then(Instant::now) }))
    }

    /// The term that is certainly still open.
    pub(super) fn trusted(&self) -> Option<i64> {
        let seen = self.seen();
        (seen.is_open && seen.asked_at.elapsed() < TRUST).then_some(seen.term)
    }

    /// Notes what the database said to a question of this moment.
    pub(super) fn saw(&self, state: &State, asked_at: Instant) {
        let mut seen = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if asked_at < seen.asked_at {
            return;
        }
        let since = if seen.term == state.term { seen.closed_since } else { None };
        *seen = Seen {
            term: state.term,
            is_open: state.is_open,
            asked_at,
            closed_since: if state.is_open { None } else { since.or_else(|| Some(Instant::now())) },
        };
    }

    /// The term that has been closed for so long that the next one can be opened.
    pub(super) fn over(&self) -> Option<i64> {
        let seen = self.seen();
        seen.closed_since.is_some_and(|since| since.elapsed() >= CLOSED).then_some(seen.term)
    }

    /// How long it takes from now until no server thinks that this term is open, which is closed by now. That an earlier
    /// one has long been closed says nothing of it.
    pub(super) fn until_all_know(&self, term: i64) -> Duration {
        let seen = self.seen();
        let closed_since = seen.closed_since.filter(|_| seen.term == term);
        TRUST.saturating_sub(closed_since.map_or(Duration::ZERO, |since| since.elapsed()))
    }

    fn seen(&self) -> Seen {
        *self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a process that does not use the shared cache knows of a term that is closed: since when, as far as it has seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Closed(Arc<Mutex<Option<(i64, Instant)>>>);

impl Closed {
    /// How long it takes from now until no server thinks that this term is open, which is closed. Before the first one, no
    /// server has used the cache.
    pub(super) fn until_all_know(&self, state: &State) -> Duration {
        if state.term == 0 {
            return Duration::ZERO;
        }
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (term, since) = *seen.get_or_insert_with(|| (state.term, Instant::now()));
        if term != state.term {
            *seen = Some((state.term, Instant::now()));
            return TRUST;
        }
        TRUST.saturating_sub(since.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    fn state(term: i64, is_open: bool) -> State {
        State { store: String::new(), term, is_open, changes: 0 }
    }

    #[tokio::test(start_paused = true)]
    async fn an_open_term_is_trusted_for_a_second_from_the_question() {
        let asked_at = Instant::now();
        advance(Duration::from_millis(400)).await;
        let terms = Terms::new(&state(7, true), asked_at);
        assert_eq!(terms.trusted(), Some(7));
        advance(Duration::from_millis(599)).await;
        assert_eq!(terms.trusted(), Some(7));
        advance(Duration::from_millis(1)).await;
        assert_eq!(terms.trusted(), None);
        terms.saw(&state(7, true), Instant::now());
        assert_eq!(terms.trusted(), Some(7));
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_answer_to_an_early_question_is_no_news() {
        let early = Instant::now();
        advance(Duration::from_millis(1)).await;
        let terms = Terms::new(&state(7, false), Instant::now());
        terms.saw(&state(7, true), early);
        assert_eq!(terms.trusted(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_closed_term_is_over_when_nobody_can_think_it_open() {
        let terms = Terms::new(&state(7, true), Instant::now());
        assert_eq!((terms.over(), terms.until_all_know(7)), (None, TRUST));
        terms.saw(&state(7, false), Instant::now());
        assert_eq!((terms.trusted(), terms.over()), (None, None));
        for _ in 0..7 {
            advance(LOOK).await;
            terms.saw(&state(7, false), Instant::now());
            assert_eq!(terms.over(), None);
        }
        assert_eq!(terms.until_all_know(7), Duration::ZERO);
        advance(LOOK).await;
        terms.saw(&state(7, false), Instant::now());
        assert_eq!(terms.over(), Some(7));
        // The next one was opened, and closed: nothing is known of how long, also where that was not seen yet.
        assert_eq!(terms.until_all_know(8), TRUST);
        terms.saw(&state(8, false), Instant::now());
        assert_eq!((terms.over(), terms.until_all_know(8)), (None, TRUST));
    }

    #[tokio::test(start_paused = true)]
    async fn a_process_without_the_cache_waits_for_a_second_from_when_it_saw_the_term_closed() {
        let closed = Closed::default();
        assert_eq!(closed.until_all_know(&state(0, false)), Duration::ZERO);
        assert_eq!(closed.until_all_know(&state(3, false)), TRUST);
        advance(Duration::from_millis(400)).await;
        assert_eq!(closed.until_all_know(&state(3, false)), Duration::from_millis(600));
        advance(Duration::from_millis(600)).await;
        assert_eq!(closed.until_all_know(&state(3, false)), Duration::ZERO);
        // The next one was opened, and closed.
        assert_eq!(closed.until_all_know(&state(4, false)), TRUST);
        advance(TRUST).await;
        assert_eq!(closed.until_all_know(&state(4, false)), Duration::ZERO);
    }
}
