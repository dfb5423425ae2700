//! What other systems posted in the last day: figures, and the commonest actions.

use chrono::{DateTime, Utc};

use super::number;
use crate::calendar::ago;
use crate::dashboard::{Dashboard, DayEvents, Share};
use crate::inbox::view::{PATH, action_words};
use crate::opportunities::address::Address;
use crate::opportunities::words::brief;

/// Actions with a bar of their own.
const MOST: usize = 6;

/// None until a first event has come.
pub fn events(figures: &Dashboard, now: DateTime<Utc>) -> Option<DayEvents> {
    let overview = &figures.overview;
    let last = overview.last_event_time?;
    let (total, failed) = (overview.total_events.unwrap_or_default(), overview.failed_events.unwrap_or_default());
    let figure = |name: &str, figure: String| (name.to_owned(), figure);
    let rate = overview.success_rate.map_or_else(|| "—".into(), |rate| format!("{rate:.2} %"));
    Some(DayEvents {
        figures: vec![
            figure("Events", number(total)),
            figure("Followed up", rate),
            figure("Failed", number(failed)),
            figure("Last event", ago(last, now)),
        ],
        actions: actions(figures),
    })
}

/// What has no bar of its own is summed, so that the bars are all events.
fn actions(figures: &Dashboard) -> Vec<Share> {
    let all = &figures.action_type_distribution;
    let shown = if all.len() > MOST { MOST - 1 } else { all.len() };
    let mut counts: Vec<(String, i64, String)> = all[..shown]
        .iter()
        .map(|of| match &of.action_type {
            Some(action) => {
                (brief(&action_words(action), 40), of.count, Address::default().with("type", action).href(PATH))
            }
            None => ("Not told".into(), of.count, PATH.into()),
        })
        .collect();
    if all.len() > shown {
        let rest = all[shown..].iter().map(|of| of.count).sum();
        counts.push((format!("{} others", all.len() - shown), rest, PATH.into()));
    }
    let most = counts.iter().map(|(_, count, _)| *count).max().unwrap_or_default().max(1);
    let share = |(name, count, href): (String, i64, String)| {
        // A bar is seen however short.
        Share { name, count: number(count), percent: (count * 100 / most).max(1), href }
    };
    counts.into_iter().map(share).collect()
}
