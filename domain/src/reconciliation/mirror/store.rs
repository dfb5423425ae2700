//! Runs and what they found, as rows.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Difference;
use super::compare::FieldDifference;
use crate::db::{QueryError, TenantTx};

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

/// A record that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MirrorItem {
    pub opportunity_id: i64,
    pub opportunity_name: Option<String>,
    pub kind: String,
    pub fields: Value,
    /// found, repaired or failed.
    pub state: String,
    pub error: Option<String>,
}

/// A difference that a run found.
pub(super) struct NewItem {
    pub opportunity: i64,
    pub kind: Difference,
    pub name: Option<String>,
    pub fields: Vec<FieldDifference>,
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
pub(super) async fn of_job(tx: &mut TenantTx, job: i64) -> Result<Option<i64>, QueryError> {
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
pub(super) async fn complete(tx: &mut TenantTx, run: i64, checked: i64, found: &[NewItem]) -> Result<bool, QueryError> {
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
    let ids: Vec<i64> = found.iter().map(|item| item.opportunity).collect();
    let kinds: Vec<&str> = found.iter().map(|item| item.kind.as_str()).collect();
    let names: Vec<Option<&str>> = found.iter().map(|item| item.name.as_deref()).collect();
    let fields: Vec<Value> = found.iter().map(|item| serde_json::json!(item.fields)).collect();
    sqlx::query!(
        "insert into mirror_items (tenant_id, run_id, opportunity_id, kind, name, fields)
         select $1, $2, m.* from unnest($3::bigint[], $4::text[], $5::text[], $6::jsonb[]) m",
        tenant,
        run,
        &ids,
        &kinds as &[&str],
        &names as &[Option<&str>],
        &fields
    )
    .execute(tx.connection())
    .await?;
    Ok(true)
}

/// Ends a run that came to nothing: nothing is listed, nothing can be repaired.
pub(super) async fn fail(tx: &mut TenantTx, run: i64, code: &str, error: &str) -> Result<(), QueryError> {
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

/// What a run found, in order of ids; a page, from 1.
pub async fn items(tx: &mut TenantTx, run: i64, page: i64, limit: i64) -> Result<Vec<MirrorItem>, QueryError> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        MirrorItem,
        "select opportunity_id, name as opportunity_name, kind, fields, state, error from mirror_items
         where tenant_id = $1 and run_id = $2 order by opportunity_id limit $3 offset $4",
        tenant,
        run,
        limit,
        (page - 1).saturating_mul(limit)
    )
    .fetch_all(tx.connection())
    .await
}

/// What a run found and nobody has repaired.
pub struct OpenItem {
    pub opportunity_id: i64,
    pub name: Option<String>,
    pub organisation_name: Option<String>,
    kind: String,
    fields: Value,
}

impl OpenItem {
    /// How it differs, in words.
    pub fn reason(&self) -> String {
        let fields = self.fields.as_array().into_iter().flatten().filter_map(|field| field["field"].as_str());
        match self.kind.as_str() {
            "missing" => "Current RMS has it, the mirror does not".into(),
            "gone" => "the mirror has it, Current RMS does not".into(),
            _ => format!("the mirror has it otherwise: {}", fields.take(10).collect::<Vec<_>>().join(", ")),
        }
    }
}

/// In order of ids; a page, from 1.
pub async fn open_items(tx: &mut TenantTx, run: i64, page: i64, limit: i64) -> Result<Vec<OpenItem>, QueryError> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        OpenItem,
        r#"select i.opportunity_id, i.name, o.organisation_name as "organisation_name?", i.kind, i.fields
           from mirror_items i left join opportunities o on o.tenant_id = $1 and o.id = i.opportunity_id
           where i.tenant_id = $1 and i.run_id = $2 and i.state <> 'repaired' order by i.opportunity_id limit $3 offset $4"#,
        tenant,
        run,
        limit,
        (page - 1).saturating_mul(limit)
    )
    .fetch_all(tx.connection())
    .await
}

/// Claims a completed run for repairs; false while somebody else repairs it.
pub(super) async fn claim(tx: &mut TenantTx, run: i64) -> Result<bool, QueryError> {
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
pub(super) async fn keep_claim(tx: &mut TenantTx, run: i64, on: bool) -> Result<(), QueryError> {
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

/// What is not repaired yet, in order of ids, behind one.
pub(super) async fn open(tx: &mut TenantTx, run: i64, after: i64, most: i64) -> Result<Vec<(i64, String)>, QueryError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select opportunity_id, kind from mirror_items
         where tenant_id = $1 and run_id = $2 and opportunity_id > $3 and state <> 'repaired' order by opportunity_id limit $4",
        tenant,
        run,
        after,
        most
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.opportunity_id, row.kind)).collect())
}

/// Notes what became of a repair: without an error it is done.
pub(super) async fn settle(
    tx: &mut TenantTx,
    run: i64,
    opportunity: i64,
    error: Option<&str>,
) -> Result<(), QueryError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update mirror_items set state = case when $4::text is null then 'repaired' else 'failed' end, error = $4
         where tenant_id = $1 and run_id = $2 and opportunity_id = $3",
        tenant,
        run,
        opportunity,
        error
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
