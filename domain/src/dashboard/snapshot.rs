//! Keeping what the dashboard showed at the end of a day, and reading it again.

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;

use super::StatusCount;
use super::history::{Day, Figures};
use crate::calendar::{date, day_start, month, zone_or_utc};
use crate::db::{Db, TenantTx};
use crate::identity::{TenantId, tenant};
use crate::live::{Changes, Topic};
use crate::money::Money;
use crate::opportunities::filter::Kind;

/// Days that are shown, today included; a number is compared with that of the day before them.
const DAYS: u64 = 30;

/// Takes a tenant's snapshot if it is due now; gives the day that it keeps.
pub async fn take_due(
    db: &Db,
    changes: &Changes,
    tenant: TenantId,
    now: DateTime<Utc>,
) -> Result<Option<NaiveDate>, sqlx::Error> {
    let known = db.snapshot_days().await?.into_iter().find(|known| known.tenant == tenant);
    let Some(day) = known.and_then(|known| known.due(now)) else { return Ok(None) };
    // Another host may be first.
    if !take(db, tenant, day).await? {
        return Ok(None);
    }
    changes.mark(tenant, &[Topic::Opportunities]);
    Ok(Some(day))
}

/// Keeps the mirror as it is now as that of a day's end; false when the day is kept already.
pub async fn take(db: &Db, tenant: TenantId, day: NaiveDate) -> Result<bool, sqlx::Error> {
    let mut tx = db.worker_tx(tenant).await?;
    let zone = zone_or_utc(&tenant::view(&mut tx).await?.timezone);
    let taken = write(&mut tx, day, zone).await?;
    if taken {
        tx.commit().await?;
    }
    Ok(taken)
}

/// One statement, so that all figures are of one moment, however busy a run is.
async fn write(tx: &mut TenantTx, day: NaiveDate, zone: Tz) -> Result<bool, sqlx::Error> {
    let tenant = tx.tenant();
    let (first, after) = month(day_start(day, zone), zone);
    let taken = sqlx::query_scalar!(
        r#"with alive as (
            select status, state, opportunity_status, charge_total, starts_at from opportunities
            where tenant_id = $1 and deleted_at is null
        ), taken as (
            insert into dashboard_snapshots (tenant_id, day, total_opportunities, open_value, orders_this_month, failed_records)
            select $1, $2, count(*),
                coalesce(sum(charge_total) filter (where state = any($3) and coalesce(status, -1) <> all($4)), 0),
                count(*) filter (where state = any($5) and coalesce(status, -1) <> all($6) and starts_at >= $7 and starts_at < $8),
                (select count(*) from sync_failures where tenant_id = $1 and resolved_at is null)
            from alive
            on conflict (tenant_id, day) do nothing
            returning tenant_id, day
        ), by_status as (
            insert into status_snapshots (tenant_id, day, status, name, count, value)
            select t.tenant_id, t.day, coalesce(a.status, -1),
                case when coalesce(a.status, -1) = -1 then 'No status'
                    else coalesce(mode() within group (order by a.opportunity_status), 'Status ' || coalesce(a.status, -1)) end,
                count(*), coalesce(sum(a.charge_total), 0)
            from taken t cross join alive a group by t.tenant_id, t.day, coalesce(a.status, -1)
        )
        select count(*) as "count!" from taken"#,
        tenant,
        day,
        &Kind::Open.states(),
        &Kind::Open.without(),
        &Kind::Booked.states(),
        &Kind::Booked.without(),
        first,
        after
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(taken == 1)
}

/// Keeps figures that were computed elsewhere as those of a day's end; false when the day is kept already.
pub async fn keep(tx: &mut TenantTx, day: NaiveDate, figures: &Figures) -> Result<bool, sqlx::Error> {
    let tenant = tx.tenant();
    let column = |of: fn(&StatusCount) -> i64| figures.statuses.iter().map(of).collect::<Vec<_>>();
    let codes: Vec<i32> = figures.statuses.iter().map(|status| status.status_code.unwrap_or(-1)).collect();
    let names: Vec<&str> = figures.statuses.iter().map(|status| status.status.as_str()).collect();
    let values: Vec<Money> = figures.statuses.iter().map(|status| status.value).collect();
    let kept = sqlx::query_scalar!(
        r#"with kept as (
            insert into dashboard_snapshots (tenant_id, day, total_opportunities, open_value, orders_this_month, failed_records)
            values ($1, $2, $3, $4, $5, $6) on conflict (tenant_id, day) do nothing returning tenant_id, day
        ), by_status as (
            insert into status_snapshots (tenant_id, day, status, name, count, value)
            select k.tenant_id, k.day, s.* from kept k, unnest($7::int[], $8::text[], $9::bigint[], $10::numeric[]) s
        )
        select count(*) as "count!" from kept"#,
        tenant,
        day,
        figures.total_opportunities,
        figures.open_value as Money,
        figures.orders_this_month,
        figures.failed_records,
        &codes,
        &names as &[&str],
        &column(|status| status.count),
        &values as &[Money],
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(kept == 1)
}

/// The days before today that can be shown or compared with, oldest first, those without a snapshot included.
pub async fn read(tx: &mut TenantTx, now: DateTime<Utc>, zone: Tz) -> Result<Vec<Day>, sqlx::Error> {
    let tenant = tx.tenant();
    let today = date(now, zone);
    let first = today.checked_sub_days(Days::new(DAYS)).unwrap_or(today);
    let rows = sqlx::query!(
        r#"select d.day, d.total_opportunities, d.open_value as "open_value: Money", d.orders_this_month, d.failed_records,
            s.status as "status?", s.name as "name?", s.count as "count?", s.value as "value?: Money"
        from dashboard_snapshots d left join status_snapshots s on s.tenant_id = d.tenant_id and s.day = d.day
        where d.tenant_id = $1 and d.day >= $2 and d.day < $3
        order by d.day, s.count desc, s.status"#,
        tenant,
        first,
        today
    )
    .fetch_all(tx.connection())
    .await?;
    let mut days: Vec<Day> =
        first.iter_days().take_while(|day| *day < today).map(|date| Day { date, figures: None }).collect();
    for row in rows {
        let Some(day) = days.iter_mut().find(|day| day.date == row.day) else { continue };
        let figures = day.figures.get_or_insert_with(|| Figures {
            total_opportunities: row.total_opportunities,
            open_value: row.open_value,
            orders_this_month: row.orders_this_month,
            failed_records: row.failed_records,
            statuses: Vec::new(),
        });
        if let (Some(code), Some(status), Some(count), Some(value)) = (row.status, row.name, row.count, row.value) {
            figures.statuses.push(StatusCount { status, status_code: (code != -1).then_some(code), count, value });
        }
    }
    Ok(days)
}
