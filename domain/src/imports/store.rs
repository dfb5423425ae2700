//! The rows of imports.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::Error;
use uuid::Uuid;

use super::check::Checked;
use super::mapping::Mapping;
use super::{ImportStatus, Target};
use crate::db::TenantTx;

/// An import as it is shown, without its files.
#[derive(Debug, Clone)]
pub struct ImportRow {
    pub id: i64,
    pub target: String,
    pub file_name: String,
    pub columns: Value,
    pub preview: Value,
    pub rows: i32,
    pub mapping: Option<Value>,
    pub status: String,
    pub bad_rows: Option<i32>,
    pub faults: Value,
    pub asked_by: String,
    pub created_at: DateTime<Utc>,
    pub applied_at: Option<DateTime<Utc>>,
    pub expires_at: DateTime<Utc>,
    pub job_id: Option<i64>,
    /// The job's; none when there is none (any more).
    pub job_status: Option<String>,
    pub progress: Option<Value>,
    pub error: Option<String>,
}

impl ImportRow {
    pub fn status(&self) -> ImportStatus {
        ImportStatus::parse(&self.status)
    }

    /// Whether its job is over and left it where it was.
    pub fn is_stuck(&self) -> bool {
        matches!(self.status(), ImportStatus::Checking | ImportStatus::Applying)
            && !matches!(self.job_status.as_deref(), Some("pending" | "processing"))
    }
}

/// An import to be.
pub(super) struct NewImport<'a> {
    pub target: Target,
    pub file_name: &'a str,
    pub file: &'a [u8],
    pub columns: Value,
    pub preview: Value,
    pub rows: i32,
    pub actor: &'a Actor,
}

/// Who acts, as the job reads it.
#[derive(Debug, Clone)]
pub struct Actor {
    pub kind: String,
    pub id: Uuid,
    pub name: String,
    pub source: String,
    pub request_id: Option<String>,
}

/// What a job works on.
pub struct Work {
    pub target: Target,
    pub file_name: String,
    pub file: Vec<u8>,
    pub mapping: Mapping,
    pub status: ImportStatus,
    pub job_id: Option<i64>,
    pub actor: Actor,
}

pub(super) async fn insert(tx: &mut TenantTx, new: &NewImport<'_>) -> Result<i64, Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        "insert into imports (tenant_id, target, file_name, file, columns, preview, rows, actor_kind, actor_id, actor_name, source, request_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning id",
        tenant,
        new.target.as_str(),
        new.file_name,
        new.file,
        new.columns.clone(),
        new.preview.clone(),
        new.rows,
        new.actor.kind,
        new.actor.id,
        new.actor.name,
        new.actor.source,
        new.actor.request_id
    )
    .fetch_one(tx.connection())
    .await
}

/// Gives an import to a job.
pub(super) async fn hand_over(
    tx: &mut TenantTx,
    id: i64,
    (status, job): (ImportStatus, i64),
    mapping: &Mapping,
    actor: &Actor,
) -> Result<(), Error> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update imports set status = $3, job_id = $4, mapping = $5, actor_kind = $6, actor_id = $7, actor_name = $8, source = $9,
            request_id = $10, bad_rows = null, faults = '[]', error_file = null
         where tenant_id = $1 and id = $2",
        tenant,
        id,
        status.as_str(),
        job,
        serde_json::to_value(mapping).unwrap_or_default(),
        actor.kind,
        actor.id,
        actor.name,
        actor.source,
        actor.request_id
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Holds an import's row until the end of the transaction: one act at a time.
pub(crate) async fn lock(tx: &mut TenantTx, id: i64) -> Result<(), Error> {
    let tenant = tx.tenant();
    sqlx::query!("select id from imports where tenant_id = $1 and id = $2 for update", tenant, id)
        .fetch_optional(tx.connection())
        .await?;
    Ok(())
}

pub async fn find(tx: &mut TenantTx, id: i64) -> Result<Option<ImportRow>, Error> {
    Ok(rows(tx, &[id]).await?.pop())
}

/// A page, newest first, and how many there are.
pub async fn page(tx: &mut TenantTx, page: i64, limit: i64) -> Result<(Vec<ImportRow>, i64), Error> {
    let tenant = tx.tenant();
    let ids = sqlx::query_scalar!(
        "select id from imports where tenant_id = $1 order by id desc limit $2 offset $3",
        tenant,
        limit,
        (page - 1).saturating_mul(limit)
    )
    .fetch_all(tx.connection())
    .await?;
    let total = sqlx::query_scalar!(r#"select count(*) as "n!" from imports where tenant_id = $1"#, tenant)
        .fetch_one(tx.connection())
        .await?;
    Ok((rows(tx, &ids).await?, total))
}

async fn rows(tx: &mut TenantTx, ids: &[i64]) -> Result<Vec<ImportRow>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        ImportRow,
        r#"select i.id, i.target, i.file_name, i.columns, i.preview, i.rows, i.mapping, i.status, i.bad_rows, i.faults,
               i.actor_name as asked_by, i.created_at, i.applied_at, i.expires_at, i.job_id,
               j.status as "job_status?", j.progress, j.errors -> -1 ->> 'error' as error
           from imports i left join jobs j on j.tenant_id = i.tenant_id and j.id = i.job_id
           where i.tenant_id = $1 and i.id = any($2) order by i.id desc"#,
        tenant,
        ids
    )
    .fetch_all(tx.connection())
    .await
}

/// What a job works on; none for an unknown import or one whose columns are not mapped.
pub(crate) async fn work(tx: &mut TenantTx, id: i64) -> Result<Option<Work>, Error> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        r#"select target, file_name, file, mapping as "mapping!", status, job_id, actor_kind, actor_id, actor_name, source, request_id
           from imports where tenant_id = $1 and id = $2 and mapping is not null"#,
        tenant,
        id
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.and_then(|row| {
        Some(Work {
            target: Target::parse(&row.target)?,
            file_name: row.file_name,
            file: row.file,
            mapping: serde_json::from_value(row.mapping).ok()?,
            status: ImportStatus::parse(&row.status),
            job_id: row.job_id,
            actor: Actor {
                kind: row.actor_kind,
                id: row.actor_id,
                name: row.actor_name,
                source: row.source,
                request_id: row.request_id,
            },
        })
    }))
}

/// Keeps what a check found.
pub(crate) async fn keep(tx: &mut TenantTx, id: i64, status: ImportStatus, checked: &Checked) -> Result<(), Error> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update imports set status = $3, bad_rows = $4, faults = $5, error_file = $6,
            applied_at = case when $3 = 'applied' then now() end
         where tenant_id = $1 and id = $2",
        tenant,
        id,
        status.as_str(),
        i32::try_from(checked.bad_rows).unwrap_or(i32::MAX),
        checked.told(),
        checked.error_file.as_deref()
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Whether who acts may still administer the tenant.
pub(crate) async fn may(tx: &mut TenantTx, actor: &Actor) -> Result<bool, Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        r#"select case $2
               when 'person' then exists (select from memberships where tenant_id = $1 and person_id = $3 and role = 'admin' and disabled_at is null)
               else exists (select from api_keys where tenant_id = $1 and id = $3 and revoked_at is null
                   and (expires_at is null or expires_at > now()) and 'admin' = any (scopes)) end as "may!""#,
        tenant,
        actor.kind,
        actor.id
    )
    .fetch_one(tx.connection())
    .await
}

/// The rows that are wrong, as a file.
pub async fn error_file(tx: &mut TenantTx, id: i64) -> Result<Option<Vec<u8>>, Error> {
    let tenant = tx.tenant();
    let file = sqlx::query_scalar!("select error_file from imports where tenant_id = $1 and id = $2", tenant, id)
        .fetch_optional(tx.connection())
        .await?;
    Ok(file.flatten())
}

/// Removes the tenant's imports whose time is over; gives how many.
pub async fn remove_expired(tx: &mut TenantTx) -> Result<u64, Error> {
    let tenant = tx.tenant();
    let done = sqlx::query!("delete from imports where tenant_id = $1 and expires_at < now()", tenant)
        .execute(tx.connection())
        .await?;
    Ok(done.rows_affected())
}
