//! What a worker knows of the queue without looking: since when something may be due, and whether a look at everything pays.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::thrift::Thrift;

/// Where to look next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Each tenant's priorities from the front.
    Everywhere,
    /// What became due since then.
    Since(Instant),
    /// The same in two halves: since the first moment, and since the second, which is later.
    SinceAndLately(Instant, Instant),
}

/// What a worker knows. A job that is due and lies before `since` is one that was committed late: somebody else looks for those.
pub struct Sight {
    known: Mutex<Known>,
    everything: Thrift,
}

struct Known {
    since: Instant,
    /// The newest look, however much it left.
    lately: Instant,
    /// More is due than was claimed, or nothing is known at all.
    behind: bool,
    /// Nothing is known of what was before the worker.
    lost: bool,
}

impl Default for Sight {
    fn default() -> Self {
        let now = Instant::now();
        Sight {
            known: Mutex::new(Known { since: now, lately: now, behind: true, lost: true }),
            everything: Thrift::default(),
        }
    }
}

impl Sight {
    /// Where to look at this moment.
    pub fn next(&self, now: Instant) -> Look {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match known.behind {
            true if known.lost || self.everything.may(now) => Look::Everywhere,
            true => Look::SinceAndLately(known.since, known.lately),
            false => Look::Since(known.since),
        }
    }

    /// A look at everything began then and took so long; `more` is due than it brought.
    pub fn saw_everything(&self, began: Instant, took: Duration, more: bool) {
        self.everything.took(began, took);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        (known.behind, known.lost, known.lately) = (more, false, began);
        if !more {
            known.since = known.since.max(began);
        }
    }

    /// A look at what became due since a moment began then. The oldest that it met had been due for so long.
    pub fn saw(&self, began: Instant, oldest: Option<Duration>, more: bool) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        (known.behind, known.lately) = (more, began);
        if !more {
            known.since = began;
        } else if let Some(oldest) = oldest.and_then(|age| began.checked_sub(age)) {
            known.since = known.since.max(oldest);
        }
    }

    /// Something has been due for so long that was not seen.
    pub fn overlooked(&self, now: Instant, due_for: Duration) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match now.checked_sub(due_for) {
            Some(since) => known.since = known.since.min(since),
            None => known.lost = true,
        }
        known.behind = true;
    }

    /// A look failed: what it would have seen is not known.
    pub fn lose(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).behind = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_first_look_is_at_everything_and_a_complete_one_moves_on() {
        let (sight, now) = (Sight::default(), Instant::now());
        assert_eq!(sight.next(now), Look::Everywhere);
        sight.saw_everything(now, Duration::ZERO, true);
        assert_eq!(sight.next(now), Look::Everywhere, "there is more, and it is cheap");
        sight.saw_everything(now + SECOND, Duration::ZERO, false);
        assert_eq!(sight.next(now + SECOND), Look::Since(now + SECOND));
        sight.saw(now + 2 * SECOND, None, false);
        assert_eq!(sight.next(now), Look::Since(now + 2 * SECOND));
    }

    #[test]
    fn a_dear_look_at_everything_is_not_repeated_while_what_is_due_is_known() {
        let (sight, now) = (Sight::default(), Instant::now());
        sight.saw_everything(now, SECOND, true);
        let Look::SinceAndLately(first, lately) = sight.next(now + SECOND) else { panic!("it is dear") };
        assert!(first <= now && lately == now);
        sight.saw(now + 60 * SECOND, Some(20 * SECOND), true);
        assert_eq!(sight.next(now + 60 * SECOND), Look::SinceAndLately(now + 40 * SECOND, now + 60 * SECOND));
        sight.saw(now + 61 * SECOND, Some(SECOND), false);
        assert_eq!(sight.next(now + 61 * SECOND), Look::Since(now + 61 * SECOND));
        assert!(sight.everything.may(now + 100 * SECOND));
    }

    #[test]
    fn what_was_overlooked_is_looked_for() {
        let (sight, now) = (Sight::default(), Instant::now() + 1000 * SECOND);
        sight.saw_everything(now, SECOND, false);
        sight.overlooked(now, 30 * SECOND);
        assert_eq!(sight.next(now), Look::SinceAndLately(now - 30 * SECOND, now));
    }
}
