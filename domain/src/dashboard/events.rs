//! What other systems posted in the last day, for the overview. Tests and replays are not counted.

use chrono::{DateTime, Utc};

use super::{ActionCount, Overview};
use crate::db::TenantTx;
use crate::inbox::health::hundredths;

/// Newest events that are counted: a dashboard does not grow dearer with a flood.
const MOST: i64 = 20_000;
/// Actions that are told apart: an account has some twenty, and anybody with an address could make up more.
const ACTIONS: i64 = 50;

/// Fills in the figures of events, which stay null until a first one has come, and tells their actions.
pub(super) async fn fill(tx: &mut TenantTx, overview: &mut Overview) -> Result<Vec<ActionCount>, sqlx::Error> {
    overview.last_event_time = last(tx).await?;
    if overview.last_event_time.is_none() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant();
    let actions = sqlx::query!(
        r#"select action_type, sum(count)::bigint as "count!", sum(failed)::bigint as "failed!" from (
            select case when place <= $3 then action_type end as action_type, count, failed from (
                select action_type, count(*) as count, count(*) filter (where state in ('quarantined', 'dead')) as failed,
                    row_number() over (order by count(*) desc, action_type) as place
                from (
                    select action_type, state from webhook_events
                    where tenant_id = $1 and timestamp > now() - interval '24 hours' and not is_test and replay_of is null
                    order by timestamp desc limit $2
                ) newest group by 1
            ) placed
        ) named group by 1 order by 2 desc, 1"#,
        tenant,
        MOST,
        ACTIONS
    )
    .fetch_all(tx.connection())
    .await?;
    let (total, failed) = actions.iter().fold((0, 0), |(all, bad), of| (all + of.count, bad + of.failed));
    overview.total_events = Some(total);
    overview.failed_events = Some(failed);
    overview.success_rate = rate(total, failed);
    Ok(actions.into_iter().map(|of| ActionCount { action_type: of.action_type, count: of.count }).collect())
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
