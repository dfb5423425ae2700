//! Ten an hour are told one by one; what comes on top is collected by one notification that counts on for an hour.

/// Told one by one within an hour.
const MOST: usize = 10;

/// What somebody was told in the hour before now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hour {
    pub singles: usize,
    /// Whether a notification collects.
    pub collecting: bool,
}

/// What becomes of new events: the first so many have their own, the others are collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    pub singles: usize,
    pub collected: usize,
}

pub fn plan(hour: Hour, new: usize) -> Plan {
    let room = if hour.collecting { 0 } else { MOST.saturating_sub(hour.singles) };
    let singles = room.min(new);
    Plan { singles, collected: new - singles }
}

/// In words.
pub fn more_jobs_failed(count: i32) -> String {
    if count == 1 { "1 more job failed".into() } else { format!("{count} more jobs failed") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (told one by one, whether one collects, new) and (one by one, collected)
    #[test]
    fn the_eleventh_within_an_hour_is_collected() {
        for ((singles, collecting, new), expected) in [
            ((0, false, 1), (1, 0)),
            ((0, false, 10), (10, 0)),
            ((0, false, 33), (10, 23)),
            ((9, false, 2), (1, 1)),
            ((10, false, 1), (0, 1)),
            ((10, true, 5), (0, 5)),
            // The ten are older than an hour, the collecting one is not: it goes on until its hour is over.
            ((0, true, 5), (0, 5)),
            ((0, false, 0), (0, 0)),
        ] {
            let plan = plan(Hour { singles, collecting }, new);
            assert_eq!((plan.singles, plan.collected), expected, "{singles} {collecting} {new}");
        }
    }

    #[test]
    fn one_is_told_as_one() {
        assert_eq!(more_jobs_failed(1), "1 more job failed");
        assert_eq!(more_jobs_failed(23), "23 more jobs failed");
    }
}
