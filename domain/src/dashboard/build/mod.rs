//! From figures to what is shown: words and lists, in the tenant's zone and currency.

mod cards;
mod compare;
mod days;
mod events;
mod lines;
pub(super) mod links;
mod metrics;

use chrono::{DateTime, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;

use super::cache::Computed;
use super::{DashboardView, DateRange, Dates, Proof, Share, pie, quick, words};
use crate::calendar::{date, moment, zone_or_utc};
use crate::identity::TenantView;
use crate::money::grouped;
use crate::sync::freshness;

impl DashboardView {
    /// Puts figures into words.
    pub fn new(computed: &Computed, range: DateRange, tenant: &TenantView, now: DateTime<Utc>) -> DashboardView {
        let figures = &computed.figures;
        let drawings = computed.drawings();
        let zone = zone_or_utc(&tenant.timezone);
        let total = figures.overview.total_opportunities;
        let share = |name: &str, count: i64, codes: &[Option<i32>]| Share {
            name: name.into(),
            count: number(count),
            percent: percent(count, total),
            href: links::with_status(links::in_range(range), codes),
        };
        let slices = pie::slices(&figures.status_distribution);
        DashboardView {
            cards: cards::cards(figures, range, date(now, zone), &tenant.currency),
            total: number(total),
            pie: drawings.pie.clone(),
            shares: slices.iter().map(|slice| share(&slice.name, slice.count, &slice.codes)).collect(),
            statuses: figures.status_distribution.iter().map(|s| share(&s.status, s.count, &[s.status_code])).collect(),
            bars: drawings.months.clone(),
            months: lines::months(figures, range),
            timeline: drawings.timeline.clone(),
            days: lines::days(figures, range),
            days_total: lines::days_total(figures),
            changes_href: links::changes(range, None),
            by_day: days::by_day(figures, drawings, !range.is_all()),
            events: events::events(figures, now),
            metrics: metrics::metrics(&figures.metrics, &tenant.currency, now),
            top: lines::top(figures, now),
            changes: lines::recent(figures, now),
            dates: dates(range, date(now, zone), tenant.first_day.into()),
            fresh: fresh(computed, zone, now),
        }
    }
}

fn dates(range: DateRange, today: NaiveDate, first_day: Weekday) -> Dates {
    let text = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let quick = quick::choices(range, today, first_day);
    let own = quick.iter().all(|choice| !choice.on).then(|| words::range(range, today));
    Dates { from: text(range.from), to: text(range.to), quick, own }
}

fn fresh(computed: &Computed, zone: Tz, now: DateTime<Utc>) -> String {
    let figures = &computed.figures;
    let at = computed.computed_at.with_timezone(&zone).format("%H:%M:%S");
    let synced = freshness(figures.sync_info.last_sync.as_ref(), now);
    let proved = figures.sync_info.last_proof.as_ref().map(|proof| format!(" · {}", proved(proof, zone, now)));
    format!("computed {at} · {synced}{}", proved.unwrap_or_default())
}

/// "proved equal at 03:01 (10,000 records)".
fn proved(proof: &Proof, zone: Tz, now: DateTime<Utc>) -> String {
    let at = moment(proof.completed_at, now, zone);
    match proof.differed - proof.repaired {
        0 if proof.differed == 0 => format!("proved equal at {at} ({} records)", number(proof.checked)),
        0 => format!("{} that differed at {at} repaired", number(proof.differed)),
        open => format!("{} of {} differed at {at}", number(open), number(proof.checked)),
    }
}

pub(super) fn number(count: i64) -> String {
    grouped(count.unsigned_abs())
}

fn percent(count: i64, total: i64) -> i64 {
    if total == 0 { 0 } else { (count * 100 + total / 2) / total }
}
