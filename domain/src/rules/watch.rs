//! Looking by the clock for what nobody posts: endpoints that have gone silent, lists of the reconciliation that grew.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;
use sqlx::Error;

use super::causes::{self, NewCause};
use super::evaluate::enqueue_waiting;
use super::facts::Facts;
use crate::db::TenantTx;
use crate::jobs::kind::{Attempt, Done, JobError, JobType};
use crate::reconciliation::tally::Tally;
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
    let (silent, grown) = (silent(&mut tx).await?, grown(&mut tx, attempt.lease.job).await?);
    causes::note(&mut tx, &silent).await?;
    causes::note(&mut tx, &grown).await?;
    let result = json!({"silent": silent.len(), "grown": grown.len()});
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

/// Lists that are longer than at the look before. Where no rule asks, nobody counts, and the next look is a first one.
async fn grown(tx: &mut TenantTx, job: i64) -> Result<Vec<NewCause>, Error> {
    let tenant = tx.tenant();
    let asked = sqlx::query_scalar!(
        r#"select exists (select from rules where tenant_id = $1 and enabled and trigger ->> 'type' = 'reconciliation_grew') as "asked!""#,
        tenant
    )
    .fetch_one(tx.connection())
    .await?;
    let counted = if asked { Tally::read(tx).await?.lists() } else { Vec::new() };
    let lists: Vec<&str> = counted.iter().map(|list| list.kind.as_str()).collect();
    let systems: Vec<&str> = counted.iter().map(|list| list.system.as_deref().unwrap_or_default()).collect();
    let counts: Vec<i64> = counted.iter().map(|list| list.count).collect();
    let before = sqlx::query!("delete from rule_counts where tenant_id = $1 returning list, system, count", tenant)
        .fetch_all(tx.connection())
        .await?;
    sqlx::query!(
        "insert into rule_counts (tenant_id, list, system, count)
         select $1, c.list, c.system, c.count from unnest($2::text[], $3::text[], $4::bigint[]) c (list, system, count)",
        tenant,
        &lists as &[&str],
        &systems as &[&str],
        &counts
    )
    .execute(tx.connection())
    .await?;
    let mut causes = Vec::new();
    for ((list, system), count) in lists.into_iter().zip(systems).zip(counts) {
        let known = before.iter().find(|known| known.list == list && known.system == system);
        if let Some(known) = known.filter(|known| count > known.count) {
            let facts = Facts {
                list: Some(list.to_owned()),
                system: Some(system.to_owned()).filter(|system| !system.is_empty()),
                count: Some(count),
                count_before: Some(known.count),
                ..Facts::default()
            };
            causes.push(NewCause { kind: "reconciliation_grew", key: format!("grew:{list}:{system}:{job}"), facts });
        }
    }
    Ok(causes)
}
