//! The rows of `sync_failures`.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::db::TenantTx;
use crate::opportunities::record::Unreadable;

/// A record that is failing.
#[derive(Debug, Clone, Serialize)]
pub struct FailureRow {
    /// The record's id as text, or "sha256:…" of its raw text.
    pub source_key: String,
    pub source_id: Option<i64>,
    pub first_run_id: Option<i64>,
    pub run_id: Option<i64>,
    /// The key at fault.
    pub field: Option<String>,
    pub reason: String,
    /// The record as the source sent it.
    pub raw: String,
    pub attempts: i32,
    pub first_failed_at: DateTime<Utc>,
    pub failed_at: DateTime<Utc>,
    pub resolved_at: Option<DateTime<Utc>>,
}

fn key(fault: &Unreadable) -> String {
    match fault.id {
        Some(id) => id.to_string(),
        None => {
            use std::fmt::Write;
            Sha256::digest(fault.raw.as_bytes()).iter().fold("sha256:".to_owned(), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            })
        }
    }
}

/// Keeps records that failed; gives how many this run had not met before.
pub async fn keep(tx: &mut TenantTx, faults: &[Unreadable], run: Option<i64>) -> Result<i64, sqlx::Error> {
    let tenant = tx.tenant();
    let mut new = 0;
    for fault in faults {
        new += sqlx::query_scalar!(
            r#"with known as (
                select run_id, resolved_at from sync_failures where tenant_id = $1 and source_key = $2
            ), kept as (
                insert into sync_failures as f (tenant_id, source_key, source_id, first_run_id, run_id, field, reason, raw)
                values ($1, $2, $3, $4, $4, $5, $6, $7)
                on conflict (tenant_id, source_key) do update set run_id = coalesce(excluded.run_id, f.run_id), field = excluded.field,
                    reason = excluded.reason, raw = excluded.raw, failed_at = now(), resolved_at = null,
                    attempts = f.attempts + (excluded.run_id is null or excluded.run_id is distinct from f.run_id)::int,
                    first_run_id = case when f.resolved_at is null then coalesce(f.first_run_id, excluded.first_run_id)
                        else excluded.first_run_id end,
                    first_failed_at = case when f.resolved_at is null then f.first_failed_at else now() end
            )
            select count(*) as "new!" from (select 1) one left join known on true
            where known.run_id is distinct from $4 or known.resolved_at is not null"#,
            tenant,
            key(fault),
            fault.id,
            run,
            fault.field,
            fault.reason.replace('\0', "\u{fffd}"),
            fault.raw
        )
        .fetch_one(tx.connection())
        .await?;
    }
    Ok(new)
}

/// Marks failures of these ids as mended.
pub async fn resolve(tx: &mut TenantTx, ids: &[i64]) -> Result<(), sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update sync_failures set resolved_at = now() where tenant_id = $1 and source_id = any($2) and resolved_at is null",
        tenant,
        ids
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// After a whole scan: a failure without an id cannot be asked for again, so one that the scan did not meet is over.
pub async fn resolve_unmet(tx: &mut TenantTx, run: i64) -> Result<(), sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update sync_failures set resolved_at = now()
         where tenant_id = $1 and source_id is null and resolved_at is null and run_id is distinct from $2",
        tenant,
        run
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Ids of the records that are failing, in order.
pub async fn open_ids(tx: &mut TenantTx) -> Result<Vec<i64>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        r#"select source_id as "id!" from sync_failures where tenant_id = $1 and source_id is not null and resolved_at is null order by source_id"#,
        tenant
    )
    .fetch_all(tx.connection())
    .await
}

/// How many records are failing now.
pub async fn count_open(tx: &mut TenantTx) -> Result<i64, sqlx::Error> {
    count(tx, None).await
}

/// How many are failing now, or failed in one run.
pub(super) async fn count(tx: &mut TenantTx, run: Option<i64>) -> Result<i64, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from sync_failures
           where tenant_id = $1 and case when $2::bigint is null then resolved_at is null else $2 between first_run_id and run_id end"#,
        tenant,
        run
    )
    .fetch_one(tx.connection())
    .await
}

/// A record that is failing, without its text.
pub struct Brief {
    pub source_key: String,
    pub source_id: Option<i64>,
    pub first_run_id: Option<i64>,
    pub run_id: Option<i64>,
    pub field: Option<String>,
    pub reason: String,
    pub attempts: i32,
    pub first_failed_at: DateTime<Utc>,
    pub failed_at: DateTime<Utc>,
}

/// In the order of [`list`]; all of them without a limit.
pub(super) async fn briefs(
    tx: &mut TenantTx,
    run: Option<i64>,
    limit: Option<i64>,
    offset: i64,
) -> Result<Vec<Brief>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Brief,
        "select source_key, source_id, first_run_id, run_id, field, reason, attempts, first_failed_at, failed_at
         from sync_failures
         where tenant_id = $1 and case when $2::bigint is null then resolved_at is null else $2 between first_run_id and run_id end
         order by failed_at desc, source_key limit $3 offset $4",
        tenant,
        run,
        limit,
        offset
    )
    .fetch_all(tx.connection())
    .await
}

/// The text of one record as the source sent it.
pub(super) async fn raw(tx: &mut TenantTx, key: &str) -> Result<Option<String>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!("select raw from sync_failures where tenant_id = $1 and source_key = $2", tenant, key)
        .fetch_optional(tx.connection())
        .await
}

/// A page of failures, newest first, and how many there are: those still open, or those that failed in one run.
pub async fn list(
    tx: &mut TenantTx,
    run: Option<i64>,
    page: i64,
    limit: i64,
) -> Result<(Vec<FailureRow>, i64), sqlx::Error> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        FailureRow,
        "select source_key, source_id, first_run_id, run_id, field, reason, raw, attempts, first_failed_at, failed_at, resolved_at
         from sync_failures
         where tenant_id = $1 and case when $2::bigint is null then resolved_at is null else $2 between first_run_id and run_id end
         order by failed_at desc, source_key limit $3 offset $4",
        tenant,
        run,
        limit,
        (page - 1).saturating_mul(limit)
    )
    .fetch_all(tx.connection())
    .await?;
    Ok((rows, count(tx, run).await?))
}
