//! The status distribution by day in the groups of the pie, so that a colour means one thing.

use std::fmt::Write;

use super::build::links::with_status;
use super::build::number;
use super::pie::{Slice, slices};
use super::{Dashboard, Day, StatusCount};
use crate::opportunities::address::Address;

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

/// The days from the first that is known.
pub fn known(figures: &Dashboard) -> &[Day] {
    let first = figures.by_day.iter().position(|day| day.figures.is_some()).unwrap_or(figures.by_day.len());
    &figures.by_day[first..]
}

/// The lines of the table, the newest first: days, numbers, and the lists behind today's. As a text, because a page that makes
/// two hundred cells one by one takes half as long again. No text of the source is in it.
pub fn lines(figures: &Dashboard) -> String {
    let groups = groups(figures);
    let mut lines = String::new();
    for (back, day) in known(figures).iter().rev().enumerate() {
        let label = day.date.format("%a %-d %b");
        let _ = write!(lines, "<tr><th scope=\"row\">{label}{}</th>", if back == 0 { ", now" } else { "" });
        match &day.figures {
            Some(of_day) => {
                for group in &groups {
                    let count = number(count(day, group));
                    let _ = if back == 0 {
                        // The whole mirror, as the bars.
                        let href = with_status(Address::default(), &group.codes).replace('&', "&amp;");
                        write!(lines, "<td class=\"num\"><a href=\"{href}\">{count}</a></td>")
                    } else {
                        write!(lines, "<td class=\"num\">{count}</td>")
                    };
                }
                let _ = write!(lines, "<td class=\"num\">{}</td>", number(of_day.total_opportunities));
            }
            None => {
                let _ =
                    write!(lines, "<td class=\"num dim\" colspan=\"{}\">not kept that night</td>", groups.len() + 1);
            }
        }
        lines.push_str("</tr>");
    }
    lines
}

fn statuses(day: &Day) -> &[StatusCount] {
    day.figures.as_ref().map_or(&[], |figures| &figures.statuses)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::{Before, Figures, Overview, SyncInfo};
    use crate::money::Money;

    fn status(name: &str, code: Option<i32>, count: i64) -> StatusCount {
        StatusCount { status: name.into(), status_code: code, count, value: Money::default() }
    }

    fn day(date: &str, statuses: Option<Vec<StatusCount>>) -> Day {
        let figures = statuses.map(|statuses| Figures {
            total_opportunities: statuses.iter().map(|status| status.count).sum(),
            open_value: Money::default(),
            orders_this_month: 0,
            failed_records: 0,
            statuses,
        });
        Day { date: date.parse().unwrap(), figures }
    }

    fn dashboard(by_day: Vec<Day>) -> Dashboard {
        let overview = Overview {
            total_events: None,
            total_opportunities: 0,
            success_rate: None,
            failed_events: None,
            uptime: None,
            last_event_time: None,
            open_value: Money::default(),
            orders_this_month: 0,
            failed_records: 0,
        };
        Dashboard {
            overview,
            before: Before::default(),
            action_type_distribution: Vec::new(),
            metrics: Vec::new(),
            status_distribution: Vec::new(),
            by_day,
            value_by_month: Vec::new(),
            timeline: Vec::new(),
            top_opportunities: Vec::new(),
            recent_activity: Vec::new(),
            sync_info: SyncInfo { last_sync: None, progress: None, last_proof: None },
        }
    }

    #[test]
    fn lines_begin_with_today_and_hold_no_text_of_the_source() {
        let figures = dashboard(vec![
            day("2026-11-18", None),
            day("2026-11-19", Some(vec![status("<b>Gone", Some(99), 2), status("Active", Some(20), 1)])),
            day("2026-11-20", None),
            day("2026-11-21", Some(vec![status("Active", Some(20), 3), status("No status", None, 1)])),
        ]);
        assert_eq!(
            lines(&figures),
            "<tr><th scope=\"row\">Sat 21 Nov, now</th>\
             <td class=\"num\"><a href=\"/opportunities?status=20\">3</a></td>\
             <td class=\"num\"><a href=\"/opportunities?status=none\">1</a></td>\
             <td class=\"num\"><a href=\"/opportunities?status=99\">0</a></td><td class=\"num\">4</td></tr>\
             <tr><th scope=\"row\">Fri 20 Nov</th><td class=\"num dim\" colspan=\"4\">not kept that night</td></tr>\
             <tr><th scope=\"row\">Thu 19 Nov</th><td class=\"num\">1</td><td class=\"num\">0</td><td class=\"num\">2</td>\
             <td class=\"num\">3</td></tr>"
        );
    }

    #[test]
    fn a_status_of_earlier_days_finds_its_group() {
        let many: Vec<StatusCount> = (0..5).map(|code| status("s", Some(code), 9 - i64::from(code))).collect();
        let figures =
            dashboard(vec![day("2026-11-20", Some(vec![status("old", Some(7), 4)])), day("2026-11-21", Some(many))]);
        let groups = groups(&figures);
        assert_eq!(groups.last().unwrap().name, "Other (2)");
        assert_eq!(count(&figures.by_day[0], groups.last().unwrap()), 4);
        assert_eq!(count(&figures.by_day[1], groups.last().unwrap()), 5);
    }
}
