//! How often a stream is told: a topic at once when it was quiet, then once a second at most. Whoever looks asks the whole
//! page again, and nobody reads faster.

use std::time::Duration;

use domain::live::Topics;
use tokio::time::Instant;

/// A topic is told once in so long a time.
const WINDOW: Duration = Duration::from_secs(1);

/// What has changed and is not told yet, and what was told in this window.
pub struct Pace {
    waiting: Topics,
    told: Topics,
    ends: Instant,
}

impl Pace {
    pub fn new() -> Pace {
        Pace { waiting: Topics::NONE, told: Topics::NONE, ends: Instant::now() }
    }

    /// Takes in what changed; topics between hosts are no reader's.
    pub fn add(&mut self, topics: Topics) {
        self.waiting = self.waiting.and(topics.public());
    }

    /// What may be told now.
    pub fn take(&mut self, now: Instant) -> Topics {
        if now >= self.ends {
            (self.told, self.ends) = (Topics::NONE, now + WINDOW);
        }
        let due = self.waiting.without(self.told);
        self.told = self.told.and(due);
        self.waiting = self.waiting.without(due);
        due
    }

    /// When what waits may be told; none when nothing waits.
    pub fn next(&self) -> Option<Instant> {
        (self.waiting != Topics::NONE).then_some(self.ends)
    }
}

#[cfg(test)]
mod tests {
    use domain::live::Topic::{Jobs, Opportunities, Sessions, Sync};

    use super::*;

    #[test]
    fn a_quiet_topic_is_told_at_once_and_a_busy_one_once_a_second() {
        let (mut pace, start) = (Pace::new(), Instant::now());
        let mut told = 0;
        for quarter in 0..40 {
            pace.add(Topics::of(&[Jobs]));
            let due = pace.take(start + Duration::from_millis(250) * quarter);
            told += usize::from(due.has(Jobs));
            if quarter == 9 {
                pace.add(Topics::of(&[Opportunities]));
                assert!(pace.take(start + Duration::from_millis(250) * quarter).has(Opportunities));
            }
        }
        assert_eq!(told, 10);
    }

    #[test]
    fn the_last_change_is_never_left_out() {
        let (mut pace, start) = (Pace::new(), Instant::now());
        pace.add(Topics::of(&[Jobs, Sync]));
        assert_eq!(pace.take(start), Topics::of(&[Jobs, Sync]));
        assert_eq!(pace.next(), None);
        pace.add(Topics::of(&[Jobs]));
        assert_eq!(pace.take(start + WINDOW / 2), Topics::NONE);
        let next = pace.next().unwrap();
        assert!(next <= start + WINDOW + Duration::from_millis(1));
        assert_eq!(pace.take(next), Topics::of(&[Jobs]));
        assert_eq!(pace.next(), None);
    }

    #[test]
    fn what_is_between_hosts_is_told_to_nobody() {
        let mut pace = Pace::new();
        pace.add(Topics::of(&[Sessions]));
        assert_eq!((pace.take(Instant::now()), pace.next()), (Topics::NONE, None));
    }
}
