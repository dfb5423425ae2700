//! Seeded chance: the same seed always tells the same story.

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

/// A seeded source of chance with the few draws that the simulator makes.
pub(crate) struct Dice(StdRng);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// True with this probability; shares outside 0..=1 count as the nearer end.
    pub(crate) fn chance(&mut self, share: f64) -> bool {
        share > 0.0 && self.0.random::<f64>() < share
    }

    /// A number in `low..=high`; `low` when the range is empty.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        if high <= low { low } else { self.0.random_range(low..=high) }
    }

    /// A number in `low..=high`, small ones far more often than large ones.
    pub(crate) fn skewed(&mut self, low: i64, high: i64) -> i64 {
        let share = self.0.random::<f64>().powf(2.6);
        low + ((high - low) as f64 * share) as i64
    }

    pub(crate) fn index(&mut self, len: usize) -> usize {
        if len < 2 { 0 } else { self.0.random_range(0..len) }
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, among: &[&'a T], otherwise: &'a T) -> &'a T {
        among.get(self.index(among.len())).copied().unwrap_or(otherwise)
    }

    /// The position of one weight, drawn in proportion; 0 when there is none.
    pub(crate) fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let total: u32 = weights.clone().sum();
        if total == 0 {
            return 0;
        }
        let mut left = self.0.random_range(0..total);
        for (at, weight) in weights.enumerate() {
            if left < weight {
                return at;
            }
            left -= weight;
        }
        0
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        items.shuffle(&mut self.0);
    }
}
