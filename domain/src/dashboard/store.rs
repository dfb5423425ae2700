//! Counting for the dashboard, all in one transaction, so that the figures belong together.

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use chrono_tz::Tz;

use super::history::{Day, Figures};
use super::{
    Dashboard, DateRange, MonthValue, Overview, Proof, StatusCount, SyncInfo, activity, before, events, metrics,
    snapshot,
};
use crate::calendar::{date, day_end, day_start, month, zone_or_utc};
use crate::db::TenantTx;
use crate::identity::tenant;
use crate::money::Money;
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
    let now = Utc::now();
    let today = date(now, zone);
    let first = range.from.unwrap_or(today).with_day(1).unwrap_or(today);
    let mut overview = overview(tx, &bounds, month(now, zone)).await?;
    let action_type_distribution = events::fill(tx, &mut overview).await?;
    let status_distribution = statuses(tx, &bounds).await?;
    let mut days = snapshot::read(tx, now, zone).await?;
    let before = before::read(tx, range, &days, today, zone).await?;
    days.remove(0);
    days.push(Day {
        date: today,
        figures: Some(whole(tx, range, &overview, &status_distribution, (now, zone)).await?),
    });
    Ok(Dashboard {
        overview,
        before,
        action_type_distribution,
        status_distribution,
        metrics: metrics::read(tx).await?,
        by_day: days,
        value_by_month: months(tx, &bounds, first, zone).await?,
        timeline: activity::timeline(tx, &bounds, zone.name()).await?,
        top_opportunities: activity::top(tx, &bounds).await?,
        recent_activity: activity::recent(tx, &bounds).await?,
        sync_info: SyncInfo { last_sync: runs.into_iter().next(), progress, last_proof: proof(tx).await? },
    })
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

/// Today's figures of the whole mirror: those that are read already where nothing is left out.
async fn whole(
    tx: &mut TenantTx,
    range: DateRange,
    narrowed: &Overview,
    statuses: &[StatusCount],
    (now, zone): (DateTime<Utc>, Tz),
) -> Result<Figures, sqlx::Error> {
    if range.is_all() {
        return Ok(figures(narrowed, statuses.to_vec()));
    }
    let all = Bounds::default();
    let overview = overview(tx, &all, month(now, zone)).await?;
    Ok(figures(&overview, self::statuses(tx, &all).await?))
}

fn figures(overview: &Overview, statuses: Vec<StatusCount>) -> Figures {
    Figures {
        total_opportunities: overview.total_opportunities,
        open_value: overview.open_value,
        orders_this_month: overview.orders_this_month,
        failed_records: overview.failed_records,
        statuses,
    }
}

pub(super) async fn overview(
    tx: &mut TenantTx,
    bounds: &Bounds,
    month: (DateTime<Utc>, DateTime<Utc>),
) -> Result<Overview, sqlx::Error> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        r#"select count(*) as "total!",
            coalesce(sum(charge_total) filter (where state = any($4) and coalesce(status, -1) <> all($5)), 0) as "open_value!: Money",
            count(*) filter (where state = any($6) and coalesce(status, -1) <> all($7) and starts_at >= $8 and starts_at < $9) as "orders!"
        from opportunities
        where tenant_id = $1 and deleted_at is null and ($2::timestamptz is null or starts_at >= $2) and ($3::timestamptz is null or starts_at < $3)"#,
        tenant,
        bounds.from,
        bounds.to,
        &Kind::Open.states(),
        &Kind::Open.without(),
        &Kind::Booked.states(),
        &Kind::Booked.without(),
        month.0,
        month.1,
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(Overview {
        total_events: None,
        total_opportunities: row.total,
        success_rate: None,
        failed_events: None,
        uptime: None,
        last_event_time: None,
        open_value: row.open_value,
        orders_this_month: row.orders,
        failed_records: failures::count_open(tx).await?,
    })
}

/// By number, since names follow the language of the account's API user; the commonest name stands for it.
async fn statuses(tx: &mut TenantTx, bounds: &Bounds) -> Result<Vec<StatusCount>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        StatusCount,
        r#"select case when status is null then 'No status' else coalesce(mode() within group (order by opportunity_status), 'Status ' || status) end as "status!",
            status as status_code, count(*) as "count!", coalesce(sum(charge_total), 0) as "value!: Money"
        from opportunities
        where tenant_id = $1 and deleted_at is null and ($2::timestamptz is null or starts_at >= $2) and ($3::timestamptz is null or starts_at < $3)
        group by status
        order by count(*) desc, 1"#,
        tenant,
        bounds.from,
        bounds.to
    )
    .fetch_all(tx.connection())
    .await
}

/// Twelve months from this one, or from the one in which the range begins, by start date in the tenant's zone.
async fn months(
    tx: &mut TenantTx,
    bounds: &Bounds,
    first: NaiveDate,
    zone: Tz,
) -> Result<Vec<MonthValue>, sqlx::Error> {
    let tenant = tx.tenant();
    let starts: Vec<NaiveDate> = (0..12).filter_map(|month| first.checked_add_months(Months::new(month))).collect();
    let after = first.checked_add_months(Months::new(12)).unwrap_or(first);
    sqlx::query_as!(
        MonthValue,
        r#"with counted as (
            select date_trunc('month', starts_at at time zone $4)::date as month,
                sum(charge_total) filter (where state = any($5) and coalesce(status, -1) <> all($6)) as booked,
                sum(charge_total) filter (where state = any($7) and coalesce(status, -1) <> all($8)) as quoted
            from opportunities
            where tenant_id = $1 and deleted_at is null and starts_at >= $9 and starts_at < $10
                and ($2::timestamptz is null or starts_at >= $2) and ($3::timestamptz is null or starts_at < $3)
            group by 1
        )
        select m.month as "month!", coalesce(c.booked, 0) as "booked!: Money", coalesce(c.quoted, 0) as "quoted!: Money"
        from unnest($11::date[]) m(month) left join counted c using (month) order by 1"#,
        tenant,
        bounds.from,
        bounds.to,
        zone.name(),
        &Kind::Booked.states(),
        &Kind::Booked.without(),
        &Kind::Quoted.states(),
        &Kind::Quoted.without(),
        day_start(first, zone),
        day_start(after, zone),
        &starts
    )
    .fetch_all(tx.connection())
    .await
}
