//! Counting for the dashboard, all in one transaction, so that the figures belong together.

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use chrono_tz::Tz;

use super::{Activity, Dashboard, DateRange, DayCount, MonthValue, Overview, StatusCount, SyncInfo, TopOpportunity};
use crate::calendar::{date, day_end, day_start, month, zone_or_utc};
use crate::db::TenantTx;
use crate::identity::tenant;
use crate::money::Money;
use crate::opportunities::filter::Kind;
use crate::sync::{failures, store as runs};

/// The instants of a range: at or after the first, before the second.
struct Bounds {
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
}

/// All figures for a range of dates.
pub async fn read(tx: &mut TenantTx, range: DateRange) -> Result<Dashboard, sqlx::Error> {
    let zone = zone_or_utc(&tenant::view(tx).await?.timezone);
    let bounds =
        Bounds { from: range.from.map(|day| day_start(day, zone)), to: range.to.map(|day| day_end(day, zone)) };
    let (runs, progress) = runs::recent(tx, 1).await?;
    let today = date(Utc::now(), zone);
    let first = range.from.unwrap_or(today).with_day(1).unwrap_or(today);
    Ok(Dashboard {
        overview: overview(tx, &bounds, month(Utc::now(), zone)).await?,
        status_distribution: statuses(tx, &bounds).await?,
        value_by_month: months(tx, &bounds, first, zone).await?,
        timeline: timeline(tx, &bounds, zone.name()).await?,
        top_opportunities: top(tx, &bounds).await?,
        recent_activity: recent(tx, &bounds).await?,
        sync_info: SyncInfo { last_sync: runs.into_iter().next(), progress },
    })
}

async fn overview(
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
            status as status_code, count(*) as "count!"
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

/// Without a range from the counts; with one the changes themselves are looked at, since dates are the records'.
async fn timeline(tx: &mut TenantTx, bounds: &Bounds, zone: &str) -> Result<Vec<DayCount>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        DayCount,
        r#"with days as (
            select (now() at time zone $4)::date - back as day from generate_series(0, 6) back
        ), since as (
            select ((now() at time zone $4)::date - 6)::timestamp at time zone $4 as at
        ), counted as (
            select (quarter at time zone $4)::date as day, count from change_counts
            where tenant_id = $1 and quarter >= (select at from since) and $2::timestamptz is null and $3::timestamptz is null
            union all
            select (c.changed_at at time zone $4)::date, 1
            from opportunity_changes c join opportunities o on o.tenant_id = c.tenant_id and o.id = c.opportunity_id
            where c.tenant_id = $1 and c.changed_at >= (select at from since) and ($2 is not null or $3 is not null)
                and ($2 is null or o.starts_at >= $2) and ($3 is null or o.starts_at < $3)
        )
        select days.day as "date!", coalesce(sum(counted.count), 0)::bigint as "count!"
        from days left join counted using (day) group by 1 order by 1"#,
        tenant,
        bounds.from,
        bounds.to,
        zone
    )
    .fetch_all(tx.connection())
    .await
}

/// Those with changes after their creation by their counts, then the newest: what was only created has one change.
async fn top(tx: &mut TenantTx, bounds: &Bounds) -> Result<Vec<TopOpportunity>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        TopOpportunity,
        r#"with busy as (
            select o.id, a.count + 1 as count, a.last_at
            from opportunity_activity a join opportunities o on o.tenant_id = a.tenant_id and o.id = a.opportunity_id
            where a.tenant_id = $1 and o.deleted_at is null
                and ($2::timestamptz is null or o.starts_at >= $2) and ($3::timestamptz is null or o.starts_at < $3)
            order by a.count desc, a.last_at desc limit 10
        ), fresh as (
            select o.id, 1::bigint as count, c.changed_at
            from opportunity_changes c join opportunities o on o.tenant_id = c.tenant_id and o.id = c.opportunity_id
            where c.tenant_id = $1 and c.kind = 'created' and o.deleted_at is null
                and ($2 is null or o.starts_at >= $2) and ($3 is null or o.starts_at < $3)
                and not exists (select from opportunity_activity a where a.tenant_id = $1 and a.opportunity_id = o.id)
                and (select count(*) from busy) < 10
            order by c.changed_at desc, c.id desc limit 10
        )
        select o.id as "opportunity_id!", o.name as "opportunity_name!", o.organisation_name as customer_name,
            t.count as "event_count!", t.last_at as "last_activity!"
        from (select * from busy union all select * from fresh) t join opportunities o on o.tenant_id = $1 and o.id = t.id
        order by t.count desc, t.last_at desc, o.id limit 10"#,
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

async fn recent(tx: &mut TenantTx, bounds: &Bounds) -> Result<Vec<Activity>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Activity,
        r#"select c.id::text as "id!", c.changed_at as "timestamp!", o.id as "opportunity_id!", o.name as "opportunity_name!",
            o.organisation_name as customer_name, null::text as user_name, c.kind as "action_type!",
            case when c.kind = 'created' then o.opportunity_status else c.fields -> 'opportunity_status' ->> 1 end as new_status,
            null::bool as processed, null::text as error
        from opportunity_changes c join opportunities o on o.tenant_id = c.tenant_id and o.id = c.opportunity_id
        where c.tenant_id = $1 and ($2::timestamptz is null or o.starts_at >= $2) and ($3::timestamptz is null or o.starts_at < $3)
        order by c.changed_at desc, c.id desc limit 20"#,
        tenant,
        bounds.from,
        bounds.to
    )
    .fetch_all(tx.connection())
    .await
}
