//! Health of endpoints over the last day, computed from the log of deliveries: a share, not a score.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::Error;

use crate::db::TenantTx;

/// At least so many of a hundred deliveries must be good.
const HEALTHY: i64 = 95;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HealthState {
    Healthy,
    Unhealthy,
    /// Nothing came in a day, or for longer than the endpoint's own limit.
    Silent,
}

/// One endpoint. Test deliveries are in none of the numbers.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EndpointHealth {
    pub id: i64,
    pub provider: String,
    pub label: String,
    pub total24h: i64,
    /// Kept aside, refused for size or rate, or dead.
    pub failed24h: i64,
    /// Per cent with two decimals; null without a delivery.
    pub success_rate: Option<String>,
    pub last_delivery_at: Option<DateTime<Utc>>,
    /// From the last byte of a body to its commit, in milliseconds.
    pub p50_ms: Option<i32>,
    pub p99_ms: Option<i32>,
    pub state: HealthState,
}

/// Every endpoint that works, in the order in which they were made.
pub async fn read(tx: &mut TenantTx, now: DateTime<Utc>) -> Result<Vec<EndpointHealth>, Error> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select e.id, e.provider, e.label, e.silent_after_minutes, d.total as "total!", d.failed as "failed!", d.p50, d.p99,
            (select max(l.created_at) from webhook_delivery_log l
             where l.tenant_id = $1 and l.endpoint_id = e.id and not l.is_test) as last_at
           from webhook_endpoints e
           cross join lateral (
               select count(*) as total, count(*) filter (where not l.success) as failed,
                   percentile_disc(0.5) within group (order by l.processing_time_ms) as p50,
                   percentile_disc(0.99) within group (order by l.processing_time_ms) as p99
               from webhook_delivery_log l
               where l.tenant_id = $1 and l.endpoint_id = e.id and l.created_at > $2::timestamptz - interval '24 hours' and not l.is_test
           ) d
           where e.tenant_id = $1 and e.revoked_at is null order by e.id"#,
        tenant,
        now
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let silent = row.silent_after_minutes.map(|minutes| chrono::Duration::minutes(minutes.into()));
            let silent = silent.is_some_and(|limit| row.last_at.is_none_or(|at| now - at > limit));
            EndpointHealth {
                id: row.id,
                provider: row.provider,
                label: row.label,
                total24h: row.total,
                failed24h: row.failed,
                success_rate: rate(row.total, row.failed),
                last_delivery_at: row.last_at,
                p50_ms: row.p50,
                p99_ms: row.p99,
                state: state(row.total, row.failed, silent),
            }
        })
        .collect())
}

/// The deliveries of an hour, in the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HealthHour {
    pub endpoint: i64,
    /// Its beginning.
    pub hour: DateTime<Utc>,
    pub total: i64,
    pub failed: i64,
}

/// The hours of the last day in which an endpoint that works got something.
pub async fn hours(tx: &mut TenantTx, now: DateTime<Utc>) -> Result<Vec<HealthHour>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        HealthHour,
        r#"select l.endpoint_id as endpoint, date_bin('1 hour', l.created_at, 'epoch') as "hour!", count(*) as "total!",
               count(*) filter (where not l.success) as "failed!"
           from webhook_endpoints e join webhook_delivery_log l on l.tenant_id = e.tenant_id and l.endpoint_id = e.id
           where e.tenant_id = $1 and e.revoked_at is null and l.created_at > $2::timestamptz - interval '24 hours' and not l.is_test
           group by 1, 2 order by 2"#,
        tenant,
        now
    )
    .fetch_all(tx.connection())
    .await
}

/// When another system posted last; tests do not count.
pub async fn last_delivery(tx: &mut TenantTx) -> Result<Option<DateTime<Utc>>, Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        "select created_at from webhook_delivery_log where tenant_id = $1 and not is_test order by created_at desc limit 1",
        tenant
    )
    .fetch_optional(tx.connection())
    .await
}

fn state(total: i64, failed: i64, silent: bool) -> HealthState {
    match total {
        0 => HealthState::Silent,
        _ if silent => HealthState::Silent,
        _ if (total - failed) * 100 >= total * HEALTHY => HealthState::Healthy,
        _ => HealthState::Unhealthy,
    }
}

/// Per cent with two decimals.
fn rate(total: i64, failed: i64) -> Option<String> {
    let hundredths = hundredths(total, failed)?;
    Some(format!("{}.{:02}", hundredths / 100, hundredths % 100))
}

/// The share of the good in hundredths of a per cent, half up; none of nothing.
pub(crate) fn hundredths(total: i64, failed: i64) -> Option<i64> {
    ((total - failed) * 20_000 + total).checked_div(total * 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_is_the_share_of_good_deliveries() {
        assert_eq!((rate(200, 8).as_deref(), state(200, 8, false)), (Some("96.00"), HealthState::Healthy));
        assert_eq!((rate(200, 11).as_deref(), state(200, 11, false)), (Some("94.50"), HealthState::Unhealthy));
        assert_eq!((rate(0, 0), state(0, 0, false)), (None, HealthState::Silent));
        assert_eq!(
            (rate(3, 1).as_deref(), rate(3, 0).as_deref(), rate(3, 3).as_deref()),
            (Some("66.67"), Some("100.00"), Some("0.00"))
        );
        assert_eq!(state(20, 1, false), HealthState::Healthy);
        assert_eq!(state(200, 0, true), HealthState::Silent);
    }
}
