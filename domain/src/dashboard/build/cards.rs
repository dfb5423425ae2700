//! The four numbers at the top: each with its list, its change and its last 30 days.

use chrono::NaiveDate;

use super::compare::Number;
use super::links::{between, in_range};
use super::number;
use crate::dashboard::history::month_of;
use crate::dashboard::words::period;
use crate::dashboard::{Card, Change, Dashboard, DateRange, Figures, Spark, spark};
use crate::money::Money;
use crate::opportunities::address::Address;
use crate::opportunities::filter::Kind;
use crate::opportunities::list_build::PATH;

/// Where records that cannot be mirrored are listed.
const FAILURES: &str = "/failures";

pub fn cards(figures: &Dashboard, range: DateRange, today: NaiveDate, currency: &str) -> Vec<Card> {
    let (overview, before) = (&figures.overview, &figures.before);
    let list = || in_range(range);
    let short = |amount: Money| amount.short(currency);
    // With dates that are open at an end there is no period before.
    let comparable = range.is_all() || range.before().is_some();
    let month = range.holds_month(today);
    let count = |now: i64, worry: bool| Number { now, units: |count| count, written: &number, worry };
    let value = Number { now: overview.open_value, units: Money::minor, written: &short, worry: false };
    let months =
        month_of(today).and_then(|(first, last)| between(list().with("kind", Kind::Booked.key()), range, first, last));
    let cards = vec![
        Card {
            exact: Some(format!("{} {currency}", overview.open_value)),
            change: comparable.then(|| value.against(before.open_value, today)),
            spark: spark(figures, range.is_all(), today, |day| day.open_value, Money::minor, &short),
            ..card(
                "Open value",
                short(overview.open_value),
                "quoted + ordered, not closed",
                Some(list().with("kind", Kind::Open.key())),
            )
        },
        Card {
            change: comparable
                .then(|| count(overview.total_opportunities, false).against(before.total_opportunities, today)),
            spark: spark(figures, range.is_all(), today, |day| day.total_opportunities, |count| count, &number),
            ..card("Opportunities", number(overview.total_opportunities), "mirror, without deleted", Some(list()))
        },
        Card {
            change: month.then(|| count(overview.orders_this_month, false).against(before.orders_this_month, today)),
            spark: spark(figures, month, today, |day| day.orders_this_month, |count| count, &number),
            ..card("Orders this month", number(overview.orders_this_month), "by start date, not cancelled", months)
        },
        Card {
            href: Some(FAILURES.into()),
            change: Some(count(overview.failed_records, true).against(before.failed_records, today)),
            spark: spark(figures, true, today, |day| day.failed_records, |count| count, &number),
            ..card("Failed records", number(overview.failed_records), "cannot be mirrored now", None)
        },
    ];
    // Before the first run there is nothing to compare.
    let synced = figures.sync_info.last_sync.is_some();
    cards.into_iter().map(|card| Card { change: card.change.filter(|_: &Change| synced), ..card }).collect()
}

fn card(label: &str, value: String, basis: &str, list: Option<Address>) -> Card {
    let href = list.map(|list| list.href(PATH));
    Card { label: label.into(), value, exact: None, basis: basis.into(), href, change: None, spark: None }
}

/// The line of the whole mirror; `shown` where that is what the card counts.
fn spark<T: Copy>(
    figures: &Dashboard,
    shown: bool,
    today: NaiveDate,
    pick: fn(&Figures) -> T,
    units: fn(T) -> i64,
    written: &dyn Fn(T) -> String,
) -> Option<Spark> {
    let values: Vec<Option<T>> = figures.by_day.iter().map(|day| day.figures.as_ref().map(pick)).collect();
    #[expect(clippy::cast_precision_loss, reason = "a drawing; the words have the numbers")]
    let heights: Vec<Option<f64>> = values.iter().map(|value| value.map(|value| units(value) as f64)).collect();
    let path = spark::path(&heights).filter(|_| shown)?;
    let first = figures.by_day.iter().find_map(|day| Some((day.date, day.figures.as_ref()?)))?;
    let last = values.last().copied().flatten()?;
    let words =
        format!("From {} on {} to {} today", written(pick(first.1)), period(first.0, first.0, today), written(last));
    Some(Spark { path, words })
}
