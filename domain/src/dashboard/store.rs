//! Counting for the dashboard, all in one transaction, so that the figures belong together.

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use chrono_tz::Tz;

use super::history::{Day, Figures};
use super::tally::{Edges, Tally};
use super::{Dashboard, DateRange, Overview, Proof, SyncInfo, activity, before, events, metrics, snapshot};
use crate::calendar::{date, day_end, day_start, zone_or_utc};
use crate::db::TenantTx;
use crate::identity::tenant;
use crate::opportunities::filter::Kind;
use crate::reconciliation::mirror;
use crate::sync::{failures, store as runs};

/// The instants of a range: at or after the first, before the second.
#[derive(Default)]
pub(super) struct Bounds {
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
}

impl Bounds {
    pub(super) fn of(range: DateRange, zone: Tz) -> Bounds {
        Bounds { from: range.from.map(|day| day_start(day, zone)), to: range.to.map(|day| day_end(day, zone)) }
    }
}

/// All figures for a range of dates.
pub async fn read(tx: &mut TenantTx, range: DateRange) -> Result<Dashboard, sqlx::Error> {
    let zone = zone_or_utc(&tenant::view(tx).await?.timezone);
    let bounds = Bounds::of(range, zone);
    let (runs, progress) = runs::recent(tx, 1).await?;
    let today = Today::at(Utc::now(), zone);
    let months = twelve_from(range.from.unwrap_or(today.date));
    let edges = Edges::of([today.month].into_iter().chain(today.last_month).chain(months.iter().copied()), zone);
    let counted = Tally::read(tx, &bounds, &edges).await?;
    // The whole mirror, which is counted already where nothing is left out.
    let whole = match range.is_all() {
        true => None,
        false => Some(Tally::read(tx, &Bounds::default(), &edges).await?),
    };
    let whole = whole.as_ref().unwrap_or(&counted);
    let failed_records = failures::count_open(tx).await?;
    let mut overview = Overview {
        total_events: None,
        total_opportunities: counted.count(),
        success_rate: None,
        failed_events: None,
        uptime: None,
        last_event_time: None,
        open_value: counted.value(Kind::Open),
        orders_this_month: counted.month(today.month, Kind::Booked).0,
        failed_records,
    };
    let action_type_distribution = events::fill(tx, &mut overview).await?;
    let mut days = snapshot::read(tx, today.now, zone).await?;
    let before = before::read(tx, range, &days, whole, &today).await?;
    days.remove(0);
    let figures = Figures {
        total_opportunities: whole.count(),
        open_value: whole.value(Kind::Open),
        orders_this_month: whole.month(today.month, Kind::Booked).0,
        failed_records,
        statuses: whole.statuses(),
    };
    days.push(Day { date: today.date, figures: Some(figures) });
    Ok(Dashboard {
        overview,
        before,
        action_type_distribution,
        status_distribution: counted.statuses(),
        metrics: metrics::read(tx).await?,
        by_day: days,
        value_by_month: counted.months(&months),
        timeline: activity::timeline(tx, &bounds, zone.name()).await?,
        top_opportunities: activity::top(tx, &bounds).await?,
        recent_activity: activity::recent(tx, &bounds).await?,
        sync_info: SyncInfo { last_sync: runs.into_iter().next(), progress, last_proof: proof(tx).await? },
    })
}

/// Now, as the tenant counts days.
pub(super) struct Today {
    pub now: DateTime<Utc>,
    pub zone: Tz,
    pub date: NaiveDate,
    /// The first day of this month.
    pub month: NaiveDate,
    /// That of the one before.
    pub last_month: Option<NaiveDate>,
}

impl Today {
    fn at(now: DateTime<Utc>, zone: Tz) -> Today {
        let date = date(now, zone);
        let month = date.with_day(1).unwrap_or(date);
        Today { now, zone, date, month, last_month: month.checked_sub_months(Months::new(1)) }
    }
}

/// The first days of twelve months, from that which holds this day.
fn twelve_from(day: NaiveDate) -> Vec<NaiveDate> {
    let first = day.with_day(1).unwrap_or(day);
    (0..12).filter_map(|month| first.checked_add_months(Months::new(month))).collect()
}

async fn proof(tx: &mut TenantTx) -> Result<Option<Proof>, sqlx::Error> {
    let run = mirror::store::last_completed(tx).await?;
    Ok(run.map(|run| Proof {
        run_id: run.id,
        completed_at: run.completed_at.unwrap_or(run.started_at),
        checked: run.checked,
        differed: run.counts.all().into(),
        repaired: run.repaired,
    }))
}
