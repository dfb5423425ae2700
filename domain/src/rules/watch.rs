//! Looking by the clock for what nobody posts: endpoints that have gone silent.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;
use sqlx::Error;

use super::causes::{self, NewCause};
use super::evaluate::enqueue_waiting;
use super::facts::Facts;
use crate::db::TenantTx;
use crate::jobs::kind::{Attempt, Done, JobError, JobType};
use crate::services::Services;

/// The type of the jobs that look.
pub const NAME: &str = "rule_watch";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Watch {}

/// The type.
pub fn kind(services: &Services) -> JobType {
    let services = services.clone();
    JobType::new(NAME, move |attempt, Watch {}| run(services.clone(), attempt)).at_once(2).dedupe_open()
}

async fn run(services: Services, attempt: Attempt) -> Result<Done, JobError> {
    let mut tx = attempt.begin().await?;
    let silent = silent(&mut tx).await?;
    causes::note(&mut tx, &silent).await?;
    let result = json!({"silent": silent.len()});
    attempt.complete_in(&mut tx, &result).await?;
    tx.commit().await?;
    enqueue_waiting(&services.jobs).await?;
    Ok(Done::Committed)
}

/// Endpoints that have had nothing for longer than their limit, or a day. A silence has a key: it is one cause.
async fn silent(tx: &mut TenantTx) -> Result<Vec<NewCause>, Error> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select e.id, e.label, e.created_at, d.last_at
         from webhook_endpoints e
         cross join lateral (
            select max(l.created_at) as last_at from webhook_delivery_log l
            where l.tenant_id = $1 and l.endpoint_id = e.id and not l.is_test) d
         where e.tenant_id = $1 and e.revoked_at is null
            and coalesce(d.last_at, e.created_at) < now() - make_interval(mins => coalesce(e.silent_after_minutes, 1440))"#,
        tenant
    )
    .fetch_all(tx.connection())
    .await?;
    let cause = |id: i64, label: String, since: DateTime<Utc>, last: Option<DateTime<Utc>>| NewCause {
        kind: "endpoint_silent",
        key: format!("silence:{id}:{}", since.timestamp_micros()),
        facts: Facts { endpoint_id: Some(id), endpoint: Some(label), last_delivery_at: last, ..Facts::default() },
    };
    Ok(rows
        .into_iter()
        .map(|row| cause(row.id, row.label, row.last_at.unwrap_or(row.created_at), row.last_at))
        .collect())
}
