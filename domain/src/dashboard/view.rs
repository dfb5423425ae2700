//! The dashboard in words and figures ready to be shown: formatted by the host, in the tenant's zone and currency, so that
//! the browser needs neither.

use serde::{Deserialize, Serialize};

/// What a badge says beside its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tone {
    Ok,
    Warn,
    Bad,
    Info,
}

/// A number with what it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    pub label: String,
    pub value: String,
    /// The exact value, where the card shows a rounded one.
    pub exact: Option<String>,
    pub basis: String,
    /// The list whose rows it counts.
    pub href: Option<String>,
}

/// One slice of the pie and its line in the legend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub name: String,
    pub count: i64,
    /// Whole percent of all.
    pub percent: i64,
    /// The list of these records.
    pub href: String,
}

/// One line of the recent changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeView {
    pub id: String,
    pub href: String,
    pub opportunity: String,
    pub customer: String,
    pub what: String,
    pub tone: Tone,
    pub age: String,
}

/// A month of the bars with the lists behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthBar {
    pub label: String,
    pub booked: String,
    pub booked_href: String,
    pub quoted: String,
    pub quoted_href: String,
}

/// An opportunity with many changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopView {
    pub href: String,
    pub opportunity: String,
    pub customer: String,
    pub count: i64,
    pub age: String,
}

/// Everything on the dashboard but the sync control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DashboardView {
    pub cards: Vec<Card>,
    pub total: i64,
    /// An SVG of ours without any text of the source; empty when there is nothing to draw.
    pub pie: String,
    pub shares: Vec<Share>,
    /// Every status, for the table.
    pub statuses: Vec<Share>,
    pub changes: Vec<ChangeView>,
    /// An SVG of ours; its labels are months and amounts.
    pub bars: String,
    pub months: Vec<MonthBar>,
    /// An SVG of ours; its labels are days and counts.
    pub timeline: String,
    pub days: Vec<(String, i64)>,
    pub top: Vec<TopView>,
    /// The range in the address, as a form shows it; empty without one.
    pub from: String,
    pub to: String,
    /// "computed 10:32:05 · synced 2 min ago".
    pub fresh: String,
}

#[cfg(feature = "ssr")]
mod build {
    use chrono::{DateTime, Months, NaiveDate, Utc};
    use chrono_tz::Tz;

    use super::{Card, ChangeView, DashboardView, MonthBar, Share, TopView};
    use crate::calendar::{age, date, month, zone_or_utc};
    use crate::dashboard::bars::{self, Layer};
    use crate::dashboard::cache::Computed;
    use crate::dashboard::{Activity, Dashboard, DateRange, MonthValue, TopOpportunity, pie};
    use crate::identity::TenantView;
    use crate::money::{Money, grouped};
    use crate::opportunities::address::Address;
    use crate::opportunities::filter::Kind;
    use crate::opportunities::list_build::PATH;
    use crate::opportunities::words::{change_words, money as told};
    use crate::sync::freshness;

    /// Changes shown; the list behind them has more.
    const CHANGES: usize = 8;
    const TOP: usize = 6;

    fn amount(value: Money) -> String {
        told(Some(value))
    }

    impl DashboardView {
        /// Puts figures into words.
        pub fn new(computed: &Computed, range: DateRange, tenant: &TenantView, now: DateTime<Utc>) -> DashboardView {
            let figures = &computed.figures;
            let zone = zone_or_utc(&tenant.timezone);
            let list = || in_range(range);
            let with_status = |codes: &[Option<i32>]| with_status(list(), codes);
            let overview = &figures.overview;
            let total = overview.total_opportunities;
            let slices = pie::slices(&figures.status_distribution);
            let counts: Vec<i64> = slices.iter().map(|slice| slice.count).collect();
            let share = |name: &str, count: i64, codes: &[Option<i32>]| Share {
                name: name.into(),
                count,
                percent: percent(count, total),
                href: with_status(codes),
            };
            let (first, after) = month(now, zone);
            let exact = format!("{} {}", overview.open_value, tenant.currency);
            DashboardView {
                cards: vec![
                    card(
                        "Open value",
                        overview.open_value.short(&tenant.currency),
                        Some(exact),
                        "quoted + ordered, not closed",
                        Some(list().with("kind", Kind::Open.key())),
                    ),
                    card("Opportunities", number(total), None, "mirror, without deleted", Some(list())),
                    card(
                        "Orders this month",
                        number(overview.orders_this_month),
                        None,
                        "by start date, not cancelled",
                        between(list().with("kind", Kind::Booked.key()), range, date(first, zone), date(after, zone)),
                    ),
                    card("Failed records", number(overview.failed_records), None, "cannot be mirrored now", None),
                ],
                total,
                pie: if total > 0 { pie::svg(&counts).unwrap_or_default() } else { String::new() },
                shares: slices.iter().map(|slice| share(&slice.name, slice.count, &slice.codes)).collect(),
                statuses: figures
                    .status_distribution
                    .iter()
                    .map(|s| share(&s.status, s.count, &[s.status_code]))
                    .collect(),
                bars: bars(figures),
                months: months(figures, range),
                timeline: timeline(figures),
                days: figures
                    .timeline
                    .iter()
                    .map(|day| (day.date.format("%a %-d %b").to_string(), day.count))
                    .collect(),
                top: top(figures, now),
                from: range.from.map(|day| day.to_string()).unwrap_or_default(),
                to: range.to.map(|day| day.to_string()).unwrap_or_default(),
                fresh: fresh(computed, zone, now),
                changes: figures.recent_activity.iter().take(CHANGES).map(|change| line(change, now)).collect(),
            }
        }
    }

    fn card(label: &str, value: String, exact: Option<String>, basis: &str, list: Option<Address>) -> Card {
        Card { label: label.into(), value, exact, basis: basis.into(), href: list.map(|list| list.href(PATH)) }
    }

    /// All records, or those that begin in the range.
    fn in_range(range: DateRange) -> Address {
        let set = |list: Address, name: &str, day: Option<NaiveDate>| match day {
            Some(day) => list.with(name, &day.to_string()),
            None => list,
        };
        set(set(Address::default(), "from", range.from), "to", range.to)
    }

    /// From the first day to the day before the second, inside of the range; none where the two do not meet.
    fn between(list: Address, range: DateRange, first: NaiveDate, after: NaiveDate) -> Option<Address> {
        let last = after.pred_opt().unwrap_or_default();
        let (from, to) = (range.from.map_or(first, |from| from.max(first)), range.to.map_or(last, |to| to.min(last)));
        (from <= to).then(|| list.with("from", &from.to_string()).with("to", &to.to_string()))
    }

    fn with_status(list: Address, codes: &[Option<i32>]) -> String {
        let words: Vec<String> =
            codes.iter().map(|code| code.map_or_else(|| "none".into(), |code| code.to_string())).collect();
        list.with("status", &words.join(",")).href(PATH)
    }

    fn months(figures: &Dashboard, range: DateRange) -> Vec<MonthBar> {
        // A month outside of the range has no list, and no line.
        let bar = |value: &MonthValue| {
            let after = value.month.checked_add_months(Months::new(1))?;
            let href = |kind: Kind| {
                let list = between(in_range(range).with("kind", kind.key()), range, value.month, after)?;
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

    fn bars(figures: &Dashboard) -> String {
        let value = |amount: Money| amount.minor() as f64 / 100.0;
        let layer = |name, pick: fn(&MonthValue) -> Money| Layer {
            name,
            values: figures.value_by_month.iter().map(|month| value(pick(month))).collect(),
        };
        let labels = figures.value_by_month.iter().map(|month| month.month.format("%b").to_string()).collect();
        bars::svg(labels, vec![layer("booked", |month| month.booked), layer("quoted", |month| month.quoted)], 650.0)
            .unwrap_or_default()
    }

    fn timeline(figures: &Dashboard) -> String {
        let labels = figures.timeline.iter().map(|day| day.date.format("%a %-d").to_string()).collect();
        #[expect(clippy::cast_precision_loss, reason = "a drawing; the numbers are in the table")]
        let values = figures.timeline.iter().map(|day| day.count as f64).collect();
        bars::svg(labels, vec![Layer { name: "changes", values }], 440.0).unwrap_or_default()
    }

    fn top(figures: &Dashboard, now: DateTime<Utc>) -> Vec<TopView> {
        let line = |top: &TopOpportunity| TopView {
            href: format!("{PATH}/{}", top.opportunity_id),
            opportunity: top.opportunity_name.clone(),
            customer: top.customer_name.clone().unwrap_or_else(|| "—".into()),
            count: top.event_count,
            age: age(top.last_activity, now),
        };
        figures.top_opportunities.iter().take(TOP).map(line).collect()
    }

    fn fresh(computed: &Computed, zone: Tz, now: DateTime<Utc>) -> String {
        let at = computed.computed_at.with_timezone(&zone).format("%H:%M:%S");
        let synced = freshness(computed.figures.sync_info.last_sync.as_ref(), now);
        format!("computed {at} · {synced}")
    }

    fn number(count: i64) -> String {
        grouped(count.unsigned_abs())
    }

    fn percent(count: i64, total: i64) -> i64 {
        if total == 0 { 0 } else { (count * 100 + total / 2) / total }
    }

    fn line(change: &Activity, now: DateTime<Utc>) -> ChangeView {
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
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_month_has_a_list_where_it_meets_the_range() {
            let day = |text: &str| text.parse::<NaiveDate>().unwrap();
            let range = DateRange { from: Some(day("2026-11-15")), to: Some(day("2026-12-31")) };
            let list = |first: &str, after: &str| {
                between(in_range(range), range, day(first), day(after)).map(|list| list.href(PATH))
            };
            assert_eq!(list("2026-11-01", "2026-12-01"), Some("/opportunities?from=2026-11-15&to=2026-11-30".into()));
            assert_eq!(list("2026-10-01", "2026-11-01"), None);
            assert_eq!(list("2027-01-01", "2027-02-01"), None);
        }
    }
}
