//! What other systems posted in the last day, for the overview. Tests and replays are not counted.

use chrono::{DateTime, Utc};

use super::Overview;
use crate::db::TenantTx;
use crate::inbox::health::hundredths;

/// Newest events that are counted: a dashboard does not grow dearer with a flood.
const MOST: i64 = 20_000;

/// Fills in the figures of events; they stay null until a first one has come.
pub(super) async fn fill(tx: &mut TenantTx, overview: &mut Overview) -> Result<(), sqlx::Error> {
    overview.last_event_time = last(tx).await?;
    if overview.last_event_time.is_none() {
        return Ok(());
    }
    let tenant = tx.tenant();
    let day = sqlx::query!(
        r#"select count(*) as "total!", count(*) filter (where state in ('quarantined', 'dead')) as "failed!" from (
            select state from webhook_events
            where tenant_id = $1 and timestamp > now() - interval '24 hours' and not is_test and replay_of is null
            order by timestamp desc limit $2) e"#,
        tenant,
        MOST
    )
    .fetch_one(tx.connection())
    .await?;
    overview.total_events = Some(day.total);
    overview.failed_events = Some(day.failed);
    overview.success_rate = rate(day.total, day.failed);
    Ok(())
}

async fn last(tx: &mut TenantTx) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        "select timestamp from webhook_events where tenant_id = $1 and not is_test and replay_of is null order by timestamp desc limit 1",
        tenant
    )
    .fetch_optional(tx.connection())
    .await
}

/// Per cent with two decimals; none without an event.
fn rate(total: i64, failed: i64) -> Option<f64> {
    Some(f64::from(i32::try_from(hundredths(total, failed)?).ok()?) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_has_two_decimals_and_is_none_without_events() {
        assert_eq!((rate(200, 8), rate(3, 1), rate(0, 0)), (Some(96.0), Some(66.67), None));
    }
}
