//! The rows of reports and the pieces of their files.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::Error;

use super::Report;
use crate::db::TenantTx;

/// A report and the job that makes it.
#[derive(Debug, Clone)]
pub struct ReportRow {
    pub id: i64,
    pub list: String,
    pub query: String,
    pub format: String,
    pub asked_by: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// Of the file, once it is there.
    pub name: Option<String>,
    pub rows: Option<i64>,
    pub bytes: Option<i64>,
    /// The job's; none when it was cleaned up.
    pub status: Option<String>,
    pub progress: Option<Value>,
    pub error: Option<String>,
}

/// A file that is there.
#[derive(Debug)]
pub struct File {
    pub name: String,
    pub format: String,
    pub bytes: i64,
}

/// Reports that wait or are under way.
pub(super) async fn open(tx: &mut TenantTx) -> Result<i64, Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        r#"select count(*) as "n!" from reports r join jobs j on j.tenant_id = r.tenant_id and j.id = r.job_id
           where r.tenant_id = $1 and r.name is null and j.status in ('pending', 'processing')"#,
        tenant
    )
    .fetch_one(tx.connection())
    .await
}

/// A report to be. One whose job was enqueued without it gets its row from the job.
pub(crate) async fn insert(tx: &mut TenantTx, job: i64, report: &Report, asked_by: &str) -> Result<(), Error> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into reports (tenant_id, job_id, list, query, format, asked_by) values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing",
        tenant,
        job,
        report.list.as_str(),
        report.query,
        report.format.as_str(),
        asked_by
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Says that the file is there: its pieces are in the same transaction.
pub(crate) async fn finish(tx: &mut TenantTx, job: i64, name: &str, rows: i64, bytes: i64) -> Result<(), Error> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update reports set name = $3, rows = $4, bytes = $5, expires_at = now() + interval '7 days'
         where tenant_id = $1 and job_id = $2",
        tenant,
        job,
        name,
        rows,
        bytes
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

pub(crate) async fn add_piece(tx: &mut TenantTx, job: i64, number: i32, bytes: &[u8]) -> Result<(), Error> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into report_pieces (tenant_id, job_id, number, bytes) values ($1, $2, $3, $4)",
        tenant,
        job,
        number,
        bytes
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// A page, newest first, and how many there are. Those of the past are not shown, even before they are removed.
pub async fn page(tx: &mut TenantTx, page: i64, limit: i64) -> Result<(Vec<ReportRow>, i64), Error> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        ReportRow,
        r#"select r.job_id as id, r.list, r.query, r.format, r.asked_by, r.created_at, r.expires_at, r.name, r.rows, r.bytes,
               j.status as "status?", j.progress, j.errors -> -1 ->> 'error' as error
           from reports r left join jobs j on j.tenant_id = r.tenant_id and j.id = r.job_id
           where r.tenant_id = $1 and r.expires_at > now() order by r.job_id desc limit $2 offset $3"#,
        tenant,
        limit,
        (page - 1).saturating_mul(limit)
    )
    .fetch_all(tx.connection())
    .await?;
    let total = sqlx::query_scalar!(
        r#"select count(*) as "n!" from reports where tenant_id = $1 and expires_at > now()"#,
        tenant
    )
    .fetch_one(tx.connection())
    .await?;
    Ok((rows, total))
}

/// The file of a report; none while it is not there, or when its time is over.
pub async fn file(tx: &mut TenantTx, id: i64) -> Result<Option<File>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        File,
        r#"select name as "name!", format, bytes as "bytes!" from reports
           where tenant_id = $1 and job_id = $2 and name is not null and expires_at > now()"#,
        tenant,
        id
    )
    .fetch_optional(tx.connection())
    .await
}

/// A piece, from 0; none behind the last.
pub async fn piece(tx: &mut TenantTx, id: i64, number: i32) -> Result<Option<Vec<u8>>, Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        "select bytes from report_pieces where tenant_id = $1 and job_id = $2 and number = $3",
        tenant,
        id,
        number
    )
    .fetch_optional(tx.connection())
    .await
}

/// Removes the tenant's reports whose time is over; gives how many.
pub async fn remove_expired(tx: &mut TenantTx) -> Result<u64, Error> {
    let tenant = tx.tenant();
    let done = sqlx::query!("delete from reports where tenant_id = $1 and expires_at < now()", tenant)
        .execute(tx.connection())
        .await?;
    Ok(done.rows_affected())
}
