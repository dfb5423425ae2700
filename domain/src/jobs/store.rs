//! A tenant's jobs: looked up, cancelled, tried again.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::Error;

use super::JobStatus;
use crate::db::TenantTx;
use crate::db::queue::Lease;

/// A job as it stands.
#[derive(Debug, Clone)]
pub struct JobRow {
    pub id: i64,
    pub kind: String,
    pub status: JobStatus,
    pub payload: Value,
    pub priority: i32,
    pub run_at: DateTime<Utc>,
    pub attempts: i32,
    pub max_attempts: i32,
    pub lease_until: Option<DateTime<Utc>>,
    pub cancel_requested: bool,
    /// `[{"attempt", "at", "error"}]`, oldest first.
    pub errors: Value,
    pub result: Option<Value>,
    pub progress: Option<Value>,
    pub dedupe_key: Option<String>,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub completed_at: Option<DateTime<Utc>>,
}

impl JobRow {
    /// The newest error.
    pub fn error(&self) -> Option<&str> {
        self.errors.as_array()?.last()?.get("error")?.as_str()
    }
}

/// One job.
pub async fn get_job_status(tx: &mut TenantTx, id: i64) -> Result<Option<JobRow>, Error> {
    Ok(rows(tx, &[id]).await?.pop())
}

/// Jobs by their ids, newest first.
pub(super) async fn rows(tx: &mut TenantTx, ids: &[i64]) -> Result<Vec<JobRow>, Error> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select id, type as kind, status, payload, priority, run_at, attempts, max_attempts, lease_until, cancel_requested,
            errors, result, progress, dedupe_key, created_at, started_at, completed_at
         from jobs where tenant_id = $1 and id = any($2) order by id desc",
        tenant,
        ids
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| JobRow {
            id: row.id,
            kind: row.kind,
            // Held to these words by a check constraint.
            status: JobStatus::parse(&row.status).unwrap_or(JobStatus::Pending),
            payload: row.payload,
            priority: row.priority,
            run_at: row.run_at,
            attempts: row.attempts,
            max_attempts: row.max_attempts,
            lease_until: row.lease_until,
            cancel_requested: row.cancel_requested,
            errors: row.errors,
            result: row.result,
            progress: row.progress,
            dedupe_key: row.dedupe_key,
            created_at: row.created_at,
            started_at: row.started_at,
            completed_at: row.completed_at,
        })
        .collect())
}

/// Completes a job with the lease's token; false when the lease is another's.
pub(super) async fn complete(tx: &mut TenantTx, lease: &Lease, result: &Value) -> Result<bool, Error> {
    let result = Some(result).filter(|result| !result.is_null());
    let done = sqlx::query!(
        "update jobs set status = 'completed', result = $4, completed_at = now(), lease_until = null, progress = null
         where tenant_id = $1 and id = $2 and lease_token = $3 and status = 'processing'",
        lease.tenant,
        lease.job,
        lease.token,
        result
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn set_progress(tx: &mut TenantTx, lease: &Lease, progress: &Value) -> Result<(), Error> {
    sqlx::query!(
        "update jobs set progress = $4 where tenant_id = $1 and id = $2 and lease_token = $3 and status = 'processing'",
        lease.tenant,
        lease.job,
        lease.token,
        progress
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Cancels a pending job at once and asks a running one to stop; gives the status that it had, or none for an unknown one.
pub async fn cancel(tx: &mut TenantTx, id: i64) -> Result<Option<JobStatus>, Error> {
    let tenant = tx.tenant();
    let row = sqlx::query_scalar!(
        r#"with was as (select id, status from jobs where tenant_id = $1 and id = $2 for update)
        , changed as (
            update jobs j set
                status = case when was.status = 'pending' then 'cancelled' else j.status end,
                completed_at = case when was.status = 'pending' then now() else j.completed_at end,
                cancel_requested = true
            from was where j.tenant_id = $1 and j.id = was.id and was.status in ('pending', 'processing')
        )
        select status from was"#,
        tenant,
        id
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.and_then(|status| JobStatus::parse(&status)))
}
