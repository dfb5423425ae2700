//! When an action is tried again: soon, then less and less often, for a little over a day. As Standard Webhooks has it.

use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
/// Seconds after the first, second … attempt.
const WAITS: [u64; 7] = [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];
/// The most that chance adds, as a share: what failed together does not come back together.
const JITTER: f64 = 0.1;

/// The wait after an attempt, from 1; none when it was the last. `chance` lies from 0 to 1.
pub fn wait(attempt: i32, chance: f64) -> Option<Duration> {
    let seconds = WAITS.get(usize::try_from(attempt - 1).ok()?)?;
    Some(Duration::from_secs(*seconds).mul_f64(1.0 + JITTER * chance.clamp(0.0, 1.0)))
}

/// How long nothing is sent to a receiver that has failed for so long.
pub fn pause(failing: Duration) -> Duration {
    (failing / 10).clamp(Duration::from_secs(5), Duration::from_secs(5 * MINUTE))
}

/// For how long a message waits for a receiver that never answers.
pub const PATIENCE_HOURS: i32 = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_attempts_in_about_twenty_eight_hours() {
        let waits: Vec<u64> = (1..=7).map(|attempt| wait(attempt, 0.0).unwrap().as_secs()).collect();
        assert_eq!(waits, WAITS);
        assert_eq!(waits.iter().sum::<u64>() / HOUR, 27);
        assert_eq!(wait(8, 0.0), None);
        assert_eq!(wait(0, 0.0), None);
        assert!(wait(1, 1.0).unwrap() > wait(1, 0.0).unwrap());
    }

    #[test]
    fn a_receiver_is_tried_at_least_every_five_minutes() {
        for (failing, pause_s) in [(0, 5), (60, 6), (3600, 300), (86_400, 300)] {
            assert_eq!(pause(Duration::from_secs(failing)).as_secs(), pause_s, "{failing}");
        }
    }
}
