//! The status distribution by day in the groups of the pie, so that a colour means one thing.

use super::pie::{Slice, slices};
use super::{Dashboard, Day, StatusCount};

/// The slices of today, of the whole mirror, with the statuses that only earlier days had.
pub fn groups(figures: &Dashboard) -> Vec<Slice> {
    let Some((today, past)) = figures.by_day.split_last() else { return Vec::new() };
    let mut counts: Vec<StatusCount> = statuses(today).to_vec();
    for status in past.iter().rev().flat_map(statuses) {
        if counts.iter().all(|known| known.status_code != status.status_code) {
            counts.push(StatusCount { count: 0, ..status.clone() });
        }
    }
    slices(&counts)
}

/// How many records of a day belong to a group.
pub fn count(day: &Day, group: &Slice) -> i64 {
    statuses(day).iter().filter(|status| group.codes.contains(&status.status_code)).map(|status| status.count).sum()
}

fn statuses(day: &Day) -> &[StatusCount] {
    day.figures.as_ref().map_or(&[], |figures| &figures.statuses)
}
