//! Whether a request is answered at all: the rate limit, the budget and the failures, drawn by seed.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::Faults;
use crate::dice::Dice;

/// What becomes of a request before the account looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Answer,
    /// Answer, and cut the connection in the middle of the body.
    AnswerCut,
    Disabled,
    Unauthorized,
    TooMany,
    ServerError,
    Html,
}

/// Draws verdicts, and keeps the times of the last minute's requests.
pub(crate) struct Gate {
    dice: Dice,
    answered: VecDeque<Instant>,
}

const MINUTE: Duration = Duration::from_secs(60);

impl Gate {
    pub(crate) fn new(seed: u64) -> Self {
        // Apart from the data's chance, so that a fault does not change the data.
        Self { dice: Dice::new(seed ^ 0x00fa_0175), answered: VecDeque::new() }
    }

    pub(crate) fn judge(&mut self, faults: &Faults, now: Instant) -> Verdict {
        if faults.disabled {
            return Verdict::Disabled;
        }
        if faults.auth {
            return Verdict::Unauthorized;
        }
        if self.is_over_budget(faults.budget, now) || self.dice.chance(faults.rate_limit) {
            return Verdict::TooMany;
        }
        if self.dice.chance(faults.server_error) {
            return Verdict::ServerError;
        }
        if self.dice.chance(faults.html) {
            return Verdict::Html;
        }
        if self.dice.chance(faults.cut) { Verdict::AnswerCut } else { Verdict::Answer }
    }

    fn is_over_budget(&mut self, budget: Option<usize>, now: Instant) -> bool {
        let Some(budget) = budget else { return false };
        while self.answered.front().is_some_and(|at| now.duration_since(*at) >= MINUTE) {
            self.answered.pop_front();
        }
        if self.answered.len() >= budget {
            return true;
        }
        self.answered.push_back(now);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_refuses_the_next_request_until_a_minute_has_passed() {
        let faults = Faults { budget: Some(2), ..Faults::default() };
        let (mut gate, start) = (Gate::new(1), Instant::now());
        let verdicts = [0, 1, 59, 60].map(|second| gate.judge(&faults, start + Duration::from_secs(second)));
        assert_eq!(verdicts, [Verdict::Answer, Verdict::Answer, Verdict::TooMany, Verdict::Answer]);
    }

    #[test]
    fn the_same_seed_draws_the_same_failures() {
        let faults = Faults { rate_limit: 0.2, server_error: 0.2, html: 0.2, cut: 0.2, ..Faults::default() };
        let draw = || {
            let (mut gate, now) = (Gate::new(9), Instant::now());
            (0..200).map(|_| gate.judge(&faults, now)).collect::<Vec<_>>()
        };
        assert_eq!(draw(), draw());
        assert!([Verdict::TooMany, Verdict::ServerError, Verdict::Html].iter().all(|verdict| draw().contains(verdict)));
    }
}
