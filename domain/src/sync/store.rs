//! Runs in `sync_metadata`: started, carried on, ended, read.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::connection::PROVIDER;
use super::run::{Progress, RunKind, RunRow, RunStatus};
use crate::db::TenantTx;

/// How long a host may work on a run without a sign of life.
pub const LEASE_S: f64 = 10.0;

/// A run that was just taken, by starting or by taking over.
#[derive(Debug, Clone)]
pub struct Taken {
    pub id: i64,
    pub kind: RunKind,
    pub started_at: DateTime<Utc>,
    pub checkpoint: Value,
    pub lease: Uuid,
}

struct Row {
    id: i64,
    sync_type: String,
    status: String,
    records_synced: i32,
    records_failed: i32,
    started_at: DateTime<Utc>,
    completed_at: Option<DateTime<Utc>>,
    error: Option<String>,
    metadata: Value,
}

impl From<Row> for RunRow {
    fn from(row: Row) -> Self {
        RunRow {
            id: row.id,
            // Both columns are held to these words by check constraints.
            sync_type: RunKind::parse(&row.sync_type).unwrap_or(RunKind::Initial),
            status: RunStatus::parse(&row.status).unwrap_or(RunStatus::Failed),
            records_synced: row.records_synced,
            records_failed: row.records_failed,
            started_at: row.started_at,
            completed_at: row.completed_at,
            error: row.error,
            metadata: row.metadata,
        }
    }
}

/// Starts a run; none when one is running already. The index `sync_metadata_one_running` decides, over all hosts.
pub async fn start(tx: &mut TenantTx, kind: RunKind) -> Result<Option<Taken>, sqlx::Error> {
    let tenant = tx.tenant();
    let lease = Uuid::from_bytes(rand::random());
    let row = sqlx::query!(
        r#"insert into sync_metadata (tenant_id, id, sync_type, status, lease_token, lease_until)
           select $1, coalesce(max(id), 0) + 1, $2, 'running', $3, now() + make_interval(secs => $4)
           from sync_metadata where tenant_id = $1
           on conflict do nothing returning id, started_at"#,
        tenant,
        kind.as_str(),
        lease,
        LEASE_S
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| Taken { id: row.id, kind, started_at: row.started_at, checkpoint: json!({}), lease }))
}

/// Takes a run whose host is gone; none when another was quicker or the host is back.
pub async fn take_over(tx: &mut TenantTx, id: i64) -> Result<Option<Taken>, sqlx::Error> {
    let tenant = tx.tenant();
    let lease = Uuid::from_bytes(rand::random());
    let row = sqlx::query!(
        "update sync_metadata set lease_token = $3, lease_until = now() + make_interval(secs => $4)
         where tenant_id = $1 and id = $2 and status = 'running' and (lease_until is null or lease_until < now())
         returning sync_type, started_at, checkpoint",
        tenant,
        id,
        lease,
        LEASE_S
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.and_then(|row| {
        Some(Taken {
            id,
            kind: RunKind::parse(&row.sync_type)?,
            started_at: row.started_at,
            checkpoint: row.checkpoint,
            lease,
        })
    }))
}

/// A sign of life; gives whether somebody asked to cancel, or none when the run is no longer ours.
pub async fn renew(tx: &mut TenantTx, id: i64, lease: Uuid) -> Result<Option<bool>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        "update sync_metadata set lease_until = now() + make_interval(secs => $4)
         where tenant_id = $1 and id = $2 and lease_token = $3 and status = 'running' returning cancel_requested",
        tenant,
        id,
        lease,
        LEASE_S
    )
    .fetch_optional(tx.connection())
    .await
}

/// What a page adds to its run.
pub struct Advance<'a> {
    /// Pages that the run has committed before, as far as this host knows.
    pub from: i32,
    pub checkpoint: &'a Value,
    pub synced: i64,
    pub failed: i64,
    pub progress: Progress,
}

/// Moves the checkpoint in the page's own transaction; false when the run is no longer ours, or no longer where we left it
/// because a crash of PostgreSQL took back its last pages. Then nothing may commit.
pub async fn advance(tx: &mut TenantTx, id: i64, lease: Uuid, by: &Advance<'_>) -> Result<bool, sqlx::Error> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update sync_metadata set checkpoint = $4, records_synced = records_synced + $5::bigint::int,
            records_failed = records_failed + $6::bigint::int, pages_done = $7, pages_total = $8, rows_done = $9, rows_total = $10,
            lease_until = now() + make_interval(secs => $11)
         where tenant_id = $1 and id = $2 and lease_token = $3 and status = 'running' and pages_done = $12",
        tenant,
        id,
        lease,
        by.checkpoint,
        by.synced,
        by.failed,
        by.progress.pages_done,
        by.progress.pages_total,
        by.progress.rows_done,
        by.progress.rows_total,
        LEASE_S,
        by.from
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends a run of ours; false when it is no longer ours.
pub async fn end(
    tx: &mut TenantTx,
    id: i64,
    lease: Uuid,
    status: RunStatus,
    error: Option<&str>,
    metadata: &Value,
) -> Result<bool, sqlx::Error> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update sync_metadata set status = $4, error = $5, metadata = metadata || $6::jsonb, completed_at = now(), lease_token = null,
            lease_until = null
         where tenant_id = $1 and id = $2 and lease_token = $3 and status = 'running'",
        tenant,
        id,
        lease,
        status.as_str(),
        error,
        metadata
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Counts anew what the mirror's tables hold, for the planner.
pub async fn analyze(tx: &mut TenantTx) -> Result<(), sqlx::Error> {
    sqlx::query!("select analyze_mirror()").execute(tx.connection()).await?;
    Ok(())
}

/// Asks the running run to stop; gives its id.
pub async fn request_cancel(tx: &mut TenantTx) -> Result<Option<i64>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        "update sync_metadata set cancel_requested = true where tenant_id = $1 and status = 'running' returning id",
        tenant
    )
    .fetch_optional(tx.connection())
    .await
}

/// The running run's id.
pub async fn running(tx: &mut TenantTx) -> Result<Option<i64>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!("select id from sync_metadata where tenant_id = $1 and status = 'running'", tenant)
        .fetch_optional(tx.connection())
        .await
}

/// The newest runs, a running one included, and its progress.
pub async fn recent(tx: &mut TenantTx, most: i64) -> Result<(Vec<RunRow>, Option<Progress>), sqlx::Error> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        Row,
        "select id, sync_type, status, records_synced, records_failed, started_at, completed_at, error, metadata
         from sync_metadata where tenant_id = $1 order by id desc limit $2",
        tenant,
        most
    )
    .fetch_all(tx.connection())
    .await?;
    let progress = sqlx::query_as!(
        Progress,
        "select pages_done, pages_total, rows_done, rows_total from sync_metadata where tenant_id = $1 and status = 'running'",
        tenant
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok((rows.into_iter().map(RunRow::from).collect(), progress))
}

/// One run.
pub async fn find(tx: &mut TenantTx, id: i64) -> Result<Option<RunRow>, sqlx::Error> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        Row,
        "select id, sync_type, status, records_synced, records_failed, started_at, completed_at, error, metadata
         from sync_metadata where tenant_id = $1 and id = $2",
        tenant,
        id
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(RunRow::from))
}

/// Whether an initial run has ever completed.
pub async fn initial_completed(tx: &mut TenantTx) -> Result<bool, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        r#"select exists (select from sync_cursors where tenant_id = $1 and provider = $2 and initial_completed_at is not null) as "done!""#,
        tenant,
        PROVIDER
    )
    .fetch_one(tx.connection())
    .await
}

/// Whether the running run was asked to stop.
pub async fn is_cancelling(tx: &mut TenantTx) -> Result<bool, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        r#"select exists (select from sync_metadata where tenant_id = $1 and status = 'running' and cancel_requested) as "any!""#,
        tenant
    )
    .fetch_one(tx.connection())
    .await
}

/// Lets go of a run of ours without ending it: another host may take it at once.
pub async fn release(tx: &mut TenantTx, id: i64, lease: Uuid) -> Result<(), sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update sync_metadata set lease_token = null, lease_until = null
         where tenant_id = $1 and id = $2 and lease_token = $3 and status = 'running'",
        tenant,
        id,
        lease
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
