//! The status distribution by day: its groups with the lists behind today's numbers.

use super::links::with_status;
use super::{number, percent};
use crate::dashboard::drawings::Drawings;
use crate::dashboard::pie::Slice;
use crate::dashboard::{ByDayView, Dashboard, Share, by_day};
use crate::opportunities::address::Address;

pub fn by_day(figures: &Dashboard, drawings: &Drawings, all_dates: bool) -> ByDayView {
    let today = figures.by_day.last();
    let total = today.and_then(|day| day.figures.as_ref()).map_or(0, |figures| figures.total_opportunities);
    let share = |group: &Slice| {
        let count = today.map_or(0, |day| by_day::count(day, group));
        // The whole mirror, as the bars.
        let href = with_status(Address::default(), &group.codes);
        Share { name: group.name.clone(), count: number(count), percent: percent(count, total), href }
    };
    ByDayView {
        bars: drawings.by_day.clone(),
        groups: by_day::groups(figures).iter().map(share).collect(),
        lines: drawings.day_lines.clone(),
        only_today: by_day::known(figures).len() < 2,
        all_dates,
    }
}
