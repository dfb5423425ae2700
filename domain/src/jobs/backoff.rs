//! How long a job waits after a failed attempt: twice as long each time, a little more by chance, so that what failed
//! together does not come back together.

use std::time::Duration;

/// The longest wait.
const MOST: Duration = Duration::from_hours(24);
/// The most that chance adds, as a share.
const JITTER: f64 = 0.1;

/// `first × 2^(attempt − 1)`, and up to a tenth more; `chance` lies from 0 to 1.
pub fn delay(first: Duration, attempt: i32, chance: f64) -> Duration {
    let doublings = u32::try_from(attempt - 1).unwrap_or(0).min(20);
    (first * 2u32.pow(doublings)).min(MOST).mul_f64(1.0 + JITTER * chance.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_wait_is_twice_the_last() {
        let waits: Vec<u64> = (1..=4).map(|attempt| delay(Duration::from_secs(30), attempt, 0.0).as_secs()).collect();
        assert_eq!(waits, [30, 60, 120, 240]);
    }

    proptest! {
        #[test]
        fn it_is_never_shorter_than_the_rule_nor_longer_than_the_limit(attempt in -3i32..2000, chance in -1.0f64..2.0) {
            let wait = delay(Duration::from_secs(30), attempt, chance);
            prop_assert!(wait >= Duration::from_secs(30) && wait <= MOST.mul_f64(1.1));
        }
    }
}
