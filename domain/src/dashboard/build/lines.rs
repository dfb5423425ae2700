//! The lines of the tables.

use chrono::{DateTime, NaiveDate, Utc};

use super::links::{between, changes, in_range};
use super::number;
use crate::calendar::age;
use crate::dashboard::history::month_of;
use crate::dashboard::{
    Activity, ChangeView, Dashboard, DateRange, DayBar, MonthBar, MonthValue, TopOpportunity, TopView,
};
use crate::money::Money;
use crate::opportunities::filter::Kind;
use crate::opportunities::list_build::PATH;
use crate::opportunities::words::{change_words, money};

/// Lines shown; the lists behind them have more.
const CHANGES: usize = 8;
const TOP: usize = 6;

/// A month outside of the range has no list, and no line.
pub fn months(figures: &Dashboard, range: DateRange) -> Vec<MonthBar> {
    let amount = |value: Money| money(Some(value));
    let bar = |value: &MonthValue| {
        let (first, last) = month_of(value.month)?;
        let href = |kind: Kind| {
            let list = between(in_range(range).with("kind", kind.key()), range, first, last)?;
            Some(list.href(PATH))
        };
        Some(MonthBar {
            label: value.month.format("%b %Y").to_string(),
            booked: amount(value.booked),
            booked_href: href(Kind::Booked)?,
            quoted: amount(value.quoted),
            quoted_href: href(Kind::Quoted)?,
        })
    };
    figures.value_by_month.iter().filter_map(bar).collect()
}

pub fn days(figures: &Dashboard, range: DateRange) -> Vec<DayBar> {
    let bar = |date: NaiveDate, count: i64| DayBar {
        label: date.format("%a %-d %b").to_string(),
        count: number(count),
        href: changes(range, Some(date)),
    };
    figures.timeline.iter().map(|day| bar(day.date, day.count)).collect()
}

pub fn days_total(figures: &Dashboard) -> String {
    let total = figures.timeline.iter().map(|day| day.count).sum();
    format!("{} {} of the mirror", number(total), if total == 1 { "change" } else { "changes" })
}

pub fn top(figures: &Dashboard, now: DateTime<Utc>) -> Vec<TopView> {
    let line = |top: &TopOpportunity| TopView {
        href: format!("{PATH}/{}", top.opportunity_id),
        opportunity: top.opportunity_name.clone(),
        customer: top.customer_name.clone().unwrap_or_else(|| "—".into()),
        count: number(top.event_count),
        age: age(top.last_activity, now),
    };
    figures.top_opportunities.iter().take(TOP).map(line).collect()
}

pub fn recent(figures: &Dashboard, now: DateTime<Utc>) -> Vec<ChangeView> {
    let line = |change: &Activity| {
        let (word, tone) = change_words(&change.action_type);
        ChangeView {
            id: change.id.clone(),
            href: format!("{PATH}/{}", change.opportunity_id),
            opportunity: change.opportunity_name.clone(),
            customer: change.customer_name.clone().unwrap_or_else(|| "—".into()),
            what: change.new_status.as_ref().map_or_else(|| word.into(), |status| format!("{word} · {status}")),
            tone,
            age: age(change.timestamp, now),
        }
    };
    figures.recent_activity.iter().take(CHANGES).map(line).collect()
}
