//! The status distribution by day: groups with the lists behind today's numbers, and a line a day.

use super::links::with_status;
use super::percent;
use crate::dashboard::{ByDayView, Dashboard, Day, DayRow, Share, by_day};
use crate::opportunities::address::Address;

pub fn by_day(figures: &Dashboard, bars: &str, all_dates: bool) -> ByDayView {
    let groups = by_day::groups(figures);
    let known: Vec<&Day> = figures.by_day.iter().skip_while(|day| day.figures.is_none()).collect();
    let total = |day: &Day| day.figures.as_ref().map_or(0, |figures| figures.total_opportunities);
    let row = |day: &&Day| DayRow {
        label: day.date.format("%a %-d %b").to_string(),
        counts: day.figures.as_ref().map(|_| groups.iter().map(|group| by_day::count(day, group)).collect()),
        total: total(day),
    };
    let today = figures.by_day.last();
    let share = |group: &crate::dashboard::pie::Slice| {
        let count = today.map_or(0, |day| by_day::count(day, group));
        Share {
            name: group.name.clone(),
            count,
            percent: percent(count, today.map_or(0, total)),
            // The whole mirror, as the bars.
            href: with_status(Address::default(), &group.codes),
        }
    };
    ByDayView {
        bars: bars.into(),
        groups: groups.iter().map(share).collect(),
        rows: known.iter().rev().map(row).collect(),
        only_today: known.len() < 2,
        all_dates,
    }
}
