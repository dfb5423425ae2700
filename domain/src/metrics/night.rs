//! The job `metrics`: what each active metric is worth, kept. One that fails or takes too long stops no other.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::error::MetricError;
use super::now::Now;
use super::{change, definition, run, store, values};
use crate::db::{QueryError, TenantTx};
use crate::jobs::kind::{Attempt, Done, JobError, JobType};
use crate::services::Services;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Night {}

pub fn kind(_services: &Services) -> JobType {
    JobType::new("metrics", move |attempt, Night {}| run(attempt)).at_once(1).dedupe_open()
}

async fn run(attempt: Attempt) -> Result<Done, JobError> {
    let mut tx = attempt.begin().await?;
    let born = born(&mut tx, attempt.lease.job).await?;
    let due = due(&mut tx, born).await?;
    let now = change::now(&mut tx).await.map_err(failed)?;
    drop(tx);
    let (mut kept, mut failures) = (0, Vec::new());
    let total = i64::try_from(due.len()).ok();
    for (place, metric) in due.iter().enumerate() {
        if attempt.stop.is_cancelled() {
            return Err(JobError::Stopped);
        }
        match one(&attempt, metric, &now).await {
            Ok(()) => kept += 1,
            // The database went away: the next attempt goes on where this one stopped.
            Err(MetricError::Db(error)) if crate::db::is_away(&error) => return Err(error.into()),
            Err(error) => {
                tracing::warn!(code = metric.code, %error, "a metric has no value of this night");
                failures.push(json!({"code": metric.code, "version": metric.version, "reason": error.to_string()}));
            }
        }
        if place % 100 == 99 {
            attempt.progress(i64::try_from(place + 1).unwrap_or(i64::MAX), total).await?;
        }
    }
    let failed = failures.len();
    failures.truncate(20);
    Ok(Done::Result(json!({"metrics": due.len(), "kept": kept, "failed": failed, "failures": failures})))
}

/// An active metric without a value of this night.
struct Due {
    code: String,
    version: i32,
    formula: Option<Box<RawValue>>,
}

async fn born(tx: &mut TenantTx, job: i64) -> Result<DateTime<Utc>, QueryError> {
    let tenant = tx.tenant();
    let born = sqlx::query_scalar!("select created_at from jobs where tenant_id = $1 and id = $2", tenant, job)
        .fetch_optional(tx.connection())
        .await?;
    Ok(born.unwrap_or_else(Utc::now))
}

/// Those that an earlier attempt of the same job has kept are done.
async fn due(tx: &mut TenantTx, since: DateTime<Utc>) -> Result<Vec<Due>, QueryError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select v.code, v.version, v.formula::text as formula
         from metric_definitions d
         join metric_versions v on v.tenant_id = $1 and v.code = d.code and v.version = d.active_version
         where d.tenant_id = $1 and d.state = 'active' and not exists (select from metric_values w
             where w.tenant_id = $1 and w.code = d.code and w.version = d.active_version and w.computed_at >= $2)
         order by d.code",
        tenant,
        since
    )
    .fetch_all(tx.connection())
    .await?;
    let due = rows
        .into_iter()
        .map(|row| Ok(Due { code: row.code, version: row.version, formula: row.formula.map(store::raw).transpose()? }));
    due.collect()
}

async fn one(attempt: &Attempt, metric: &Due, now: &Now) -> Result<(), MetricError> {
    let formula = metric.formula.as_deref().and_then(definition::read);
    let formula = formula.ok_or_else(|| MetricError::NoFormula(metric.code.clone()))?;
    let mut tx = attempt.begin().await.map_err(|_| MetricError::Db(sqlx::Error::PoolTimedOut))?;
    run::read_only(&mut tx).await?;
    let measured = run::measure(&mut tx, &formula, now).await?;
    drop(tx);
    let mut tx = attempt.begin().await.map_err(|_| MetricError::Db(sqlx::Error::PoolTimedOut))?;
    values::keep(&mut tx, &metric.code, metric.version, &measured).await?;
    tx.commit().await?;
    Ok(())
}

fn failed(error: MetricError) -> JobError {
    match error {
        MetricError::Db(error) => error.into(),
        other => JobError::Retry(other.to_string()),
    }
}
