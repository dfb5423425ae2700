//! The rows of `mirror_runs`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::items::{self, NewItem};
use crate::db::{QueryError, TenantTx};
use crate::reconciliation::mirror::Difference;

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum MirrorStatus {
    Running,
    Completed,
    Failed,
}

/// Records that differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub altered: i32,
    pub missing: i32,
    pub gone: i32,
}

impl Counts {
    pub fn all(self) -> i32 {
        self.altered + self.missing + self.gone
    }
}

/// One run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MirrorRun {
    #[serde(rename = "runId")]
    pub id: i64,
    pub status: MirrorStatus,
    pub started_at: DateTime<Utc>,
    pub completed_at: Option<DateTime<Utc>>,
    /// Records that the source showed.
    pub checked: i64,
    pub counts: Counts,
    /// Differences that were repaired since.
    pub repaired: i64,
    /// Why it failed, stable for machines, and in words.
    pub code: Option<String>,
    pub error: Option<String>,
}

/// A new run; none while another one runs. One whose job has ended without it was lost with its worker, and counts as failed.
pub async fn start(tx: &mut TenantTx) -> Result<Option<i64>, QueryError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update mirror_runs r set status = 'failed', completed_at = now(), code = 'LOST', error = 'its worker ended before it'
         where tenant_id = $1 and status = 'running' and started_at < now() - interval '10 seconds'
            and not exists (select from jobs j where j.tenant_id = $1 and j.id = r.job_id and j.status in ('pending', 'processing'))",
        tenant
    )
    .execute(tx.connection())
    .await?;
    sqlx::query_scalar!("insert into mirror_runs (tenant_id) values ($1) on conflict do nothing returning id", tenant)
        .fetch_optional(tx.connection())
        .await
}

/// The run that is under way.
pub async fn running(tx: &mut TenantTx) -> Result<Option<i64>, QueryError> {
    let tenant = tx.tenant();
    sqlx::query_scalar!("select id from mirror_runs where tenant_id = $1 and status = 'running'", tenant)
        .fetch_optional(tx.connection())
        .await
}

/// Whose job a run is.
pub async fn note_job(tx: &mut TenantTx, run: i64, job: i64) -> Result<(), QueryError> {
    let tenant = tx.tenant();
    sqlx::query!("update mirror_runs set job_id = $3 where tenant_id = $1 and id = $2", tenant, run, job)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// The run that a job began before it was taken up again.
pub(crate) async fn of_job(tx: &mut TenantTx, job: i64) -> Result<Option<i64>, QueryError> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        "select id from mirror_runs where tenant_id = $1 and job_id = $2 and status = 'running'",
        tenant,
        job
    )
    .fetch_optional(tx.connection())
    .await
}

/// Keeps what a run found; false when it has ended already.
pub(crate) async fn complete(tx: &mut TenantTx, run: i64, checked: i64, found: &[NewItem]) -> Result<bool, QueryError> {
    let tenant = tx.tenant();
    let count = |kind| i32::try_from(found.iter().filter(|item| item.kind == kind).count()).unwrap_or(i32::MAX);
    let ended = sqlx::query!(
        "update mirror_runs set status = 'completed', completed_at = now(), checked = $3, altered = $4, missing = $5, gone = $6
         where tenant_id = $1 and id = $2 and status = 'running'",
        tenant,
        run,
        checked,
        count(Difference::Altered),
        count(Difference::Missing),
        count(Difference::Gone)
    )
    .execute(tx.connection())
    .await?;
    if ended.rows_affected() == 0 {
        return Ok(false);
    }
    items::insert(tx, run, found).await?;
    Ok(true)
}

/// Ends a run that came to nothing: nothing is listed, nothing can be repaired.
pub(crate) async fn fail(tx: &mut TenantTx, run: i64, code: &str, error: &str) -> Result<(), QueryError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update mirror_runs set status = 'failed', completed_at = now(), code = $3, error = $4
         where tenant_id = $1 and id = $2 and status = 'running'",
        tenant,
        run,
        code,
        error
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The newest runs; a page, from 1, and how many there are.
pub async fn recent(tx: &mut TenantTx, page: i64, limit: i64) -> Result<(Vec<MirrorRun>, i64), QueryError> {
    let tenant = tx.tenant();
    let ids = sqlx::query_scalar!(
        "select id from mirror_runs where tenant_id = $1 order by id desc limit $2 offset $3",
        tenant,
        limit,
        (page - 1).saturating_mul(limit)
    )
    .fetch_all(tx.connection())
    .await?;
    let total = sqlx::query_scalar!(r#"select count(*) as "count!" from mirror_runs where tenant_id = $1"#, tenant)
        .fetch_one(tx.connection())
        .await?;
    Ok((by_ids(tx, &ids).await?, total))
}

pub async fn find(tx: &mut TenantTx, run: i64) -> Result<Option<MirrorRun>, QueryError> {
    Ok(by_ids(tx, &[run]).await?.pop())
}

/// The newest run that came to its end.
pub async fn last_completed(tx: &mut TenantTx) -> Result<Option<MirrorRun>, QueryError> {
    let tenant = tx.tenant();
    let id = sqlx::query_scalar!(
        "select id from mirror_runs where tenant_id = $1 and status = 'completed' order by id desc limit 1",
        tenant
    )
    .fetch_optional(tx.connection())
    .await?;
    match id {
        Some(id) => find(tx, id).await,
        None => Ok(None),
    }
}

async fn by_ids(tx: &mut TenantTx, ids: &[i64]) -> Result<Vec<MirrorRun>, QueryError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select id, status as "status: MirrorStatus", started_at, completed_at, checked, altered, missing, gone, code, error,
            (select count(*) from mirror_items i where i.tenant_id = $1 and i.run_id = r.id and i.state = 'repaired') as "repaired!"
           from mirror_runs r where tenant_id = $1 and id = any($2) order by id desc"#,
        tenant,
        ids
    )
    .fetch_all(tx.connection())
    .await?;
    let runs = rows.into_iter().map(|row| MirrorRun {
        id: row.id,
        status: row.status,
        started_at: row.started_at,
        completed_at: row.completed_at,
        checked: row.checked,
        counts: Counts { altered: row.altered, missing: row.missing, gone: row.gone },
        repaired: row.repaired,
        code: row.code,
        error: row.error,
    });
    Ok(runs.collect())
}

/// Claims a completed run for repairs; false while somebody else repairs it.
pub(crate) async fn claim(tx: &mut TenantTx, run: i64) -> Result<bool, QueryError> {
    let tenant = tx.tenant();
    let claimed = sqlx::query!(
        "update mirror_runs set repairing_at = now() where tenant_id = $1 and id = $2
            and (repairing_at is null or repairing_at < now() - interval '2 minutes')",
        tenant,
        run
    )
    .execute(tx.connection())
    .await?;
    Ok(claimed.rows_affected() > 0)
}

/// Says that repairs go on, or that they have ended.
pub(crate) async fn keep_claim(tx: &mut TenantTx, run: i64, on: bool) -> Result<(), QueryError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update mirror_runs set repairing_at = case when $3 then now() end where tenant_id = $1 and id = $2",
        tenant,
        run,
        on
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
