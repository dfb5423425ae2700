//! A tenant's jobs as a list, newest first, and what is done to many of them at once.

use chrono::{DateTime, Utc};
use sqlx::Error;

use super::JobStatus;
use super::store::JobRow;
use crate::calendar::{day_end, day_start, zone_or_utc};
use crate::db::TenantTx;
use crate::params::{Fault, instant};

/// Which jobs.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    pub status: Option<JobStatus>,
    pub kind: Option<String>,
    /// Created at or after the first, before the second.
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
}

/// A filter as somebody wrote it.
#[derive(Debug, Clone, Copy)]
pub struct AskedFor<'a> {
    pub status: Option<&'a str>,
    pub kind: Option<&'a str>,
    pub from: Option<&'a str>,
    pub to: Option<&'a str>,
    pub timezone: &'a str,
}

impl JobFilter {
    /// Days are the tenant's, both included; an instant with its offset is taken as it is.
    pub fn read(asked: &AskedFor<'_>) -> Result<JobFilter, Fault> {
        let states = "expected pending, processing, completed, failed or cancelled";
        let known = |text: &str| JobStatus::parse(text).ok_or_else(|| Fault::new("status", states));
        let zone = zone_or_utc(asked.timezone);
        let filter = JobFilter {
            status: asked.status.map(known).transpose()?,
            kind: asked.kind.map(str::to_owned),
            from: asked.from.map(|text| instant("from", text, day_start, zone)).transpose()?,
            to: asked.to.map(|text| instant("to", text, day_end, zone)).transpose()?,
        };
        match (filter.from, filter.to) {
            (Some(from), Some(to)) if from >= to => Err(Fault::new("to", "lies before from")),
            _ => Ok(filter),
        }
    }

    /// Whether it asks for a time: then its jobs are counted one by one.
    pub fn has_time(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }
}

/// Ids of a filter, newest first. The states stand in the text, so that each may use the index that holds only its jobs,
/// whatever plan the database keeps for the statement.
macro_rules! newest {
    ($tx:expr, $filter:expr, $page:expr, $limit:expr, $state:tt) => {{
        let tenant = $tx.tenant();
        sqlx::query_scalar!(
            "select id from jobs where tenant_id = $1 and "
                + $state
                + " and ($2::text is null or type = $2)
                and ($3::timestamptz is null or created_at >= $3) and ($4::timestamptz is null or created_at < $4)
             order by id desc limit $5 offset $6",
            tenant,
            $filter.kind.as_deref(),
            $filter.from,
            $filter.to,
            $limit,
            ($page - 1).saturating_mul($limit)
        )
        .fetch_all($tx.connection())
        .await?
    }};
}

/// A page, from 1.
pub async fn page(tx: &mut TenantTx, filter: &JobFilter, page: i64, limit: i64) -> Result<Vec<JobRow>, Error> {
    let ids = match filter.status {
        None => newest!(tx, filter, page, limit, "true"),
        Some(JobStatus::Pending) => newest!(tx, filter, page, limit, "status = 'pending'"),
        Some(JobStatus::Processing) => newest!(tx, filter, page, limit, "status = 'processing'"),
        Some(JobStatus::Completed) => newest!(tx, filter, page, limit, "status = 'completed'"),
        Some(JobStatus::Failed) => newest!(tx, filter, page, limit, "status = 'failed'"),
        Some(JobStatus::Cancelled) => newest!(tx, filter, page, limit, "status = 'cancelled'"),
    };
    super::store::rows(tx, &ids).await
}

/// The pending job that has been due for longest, and since when. Priorities are few: each is asked for its first job.
pub async fn longest_due(tx: &mut TenantTx, now: DateTime<Utc>) -> Result<Option<(i64, DateTime<Utc>)>, Error> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        r#"with recursive lane as (
            (select priority, run_at, id from jobs where tenant_id = $1 and status = 'pending'
                order by priority desc, run_at, id limit 1)
            union all
            select next.* from lane cross join lateral (
                select priority, run_at, id from jobs where tenant_id = $1 and status = 'pending' and priority < lane.priority
                order by priority desc, run_at, id limit 1) next
        )
        select id as "id!", run_at as "run_at!" from lane where run_at <= $2 order by run_at, id limit 1"#,
        tenant,
        now
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| (row.id, row.run_at)))
}

/// How many there are, counted no further than this.
pub async fn count_up_to(tx: &mut TenantTx, filter: &JobFilter, most: i64) -> Result<i64, Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
            select from jobs where tenant_id = $1 and ($2::text is null or status = $2) and ($3::text is null or type = $3)
                and ($4::timestamptz is null or created_at >= $4) and ($5::timestamptz is null or created_at < $5)
            order by tenant_id desc, id desc limit $6) j"#,
        tenant,
        filter.status.map(JobStatus::as_str),
        filter.kind.as_deref(),
        filter.from,
        filter.to,
        most
    )
    .fetch_one(tx.connection())
    .await
}

/// How many there are, counted.
pub async fn count(tx: &mut TenantTx, filter: &JobFilter) -> Result<i64, Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from jobs
         where tenant_id = $1 and ($2::text is null or status = $2) and ($3::text is null or type = $3)
            and ($4::timestamptz is null or created_at >= $4) and ($5::timestamptz is null or created_at < $5)"#,
        tenant,
        filter.status.map(JobStatus::as_str),
        filter.kind.as_deref(),
        filter.from,
        filter.to
    )
    .fetch_one(tx.connection())
    .await
}

/// Sends a failed or cancelled job back to the queue with all its attempts; false when it is in another state.
pub async fn retry(tx: &mut TenantTx, id: i64) -> Result<bool, Error> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update jobs set status = 'pending', attempts = 0, run_at = now(), completed_at = null, cancel_requested = false, result = null
         where tenant_id = $1 and id = $2 and status in ('failed', 'cancelled')",
        tenant,
        id
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Jobs that may go back to the queue: failed or cancelled, and their key is free. Whoever may hold the key stands in one of three
/// indexes, and each is asked for itself: one question for all three would read every pending job for each candidate.
macro_rules! again {
    ($query:ident!($head:tt, $tail:tt), $tx:expr, $filter:expr) => {{
        let tenant = $tx.tenant();
        sqlx::$query!(
            $head
                + " from jobs j
                where tenant_id = $1 and status in ('failed', 'cancelled') and ($2::text is null or status = $2)
                    and ($3::text is null or type = $3) and ($4::timestamptz is null or created_at >= $4)
                    and ($5::timestamptz is null or created_at < $5)
                    and (dedupe_key is null or not (
                        exists (select from jobs o where o.tenant_id = $1 and o.type = j.type and o.dedupe_key = j.dedupe_key
                            and o.status = 'pending' and o.attempts = 0 and not o.dedupe_open)
                        or exists (select from jobs o where o.tenant_id = $1 and o.type = j.type and o.dedupe_key = j.dedupe_key
                            and o.status = 'pending' and o.attempts > 0)
                        or exists (select from jobs o where o.tenant_id = $1 and o.type = j.type and o.dedupe_key = j.dedupe_key
                            and o.status in ('pending', 'processing') and o.dedupe_open and (j.dedupe_open or o.status = 'pending'))))"
                + $tail,
            tenant,
            $filter.status.map(JobStatus::as_str),
            $filter.kind.as_deref(),
            $filter.from,
            $filter.to
        )
    }};
}

/// How many [`retry_all`] would send back.
pub async fn count_again(tx: &mut TenantTx, filter: &JobFilter) -> Result<i64, Error> {
    let query = again!(
        query_scalar!("select count(distinct (type, coalesce(dedupe_key, id::text))) as \"count!\"", ""),
        tx,
        filter
    );
    query.fetch_one(tx.connection()).await
}

/// Sends all failed or cancelled ones of a filter back, but those whose key another job holds; gives how many.
pub async fn retry_all(tx: &mut TenantTx, filter: &JobFilter) -> Result<u64, Error> {
    let query = again!(
        query!(
            "with wanted as (select distinct on (type, coalesce(dedupe_key, id::text)) id",
            " order by type, coalesce(dedupe_key, id::text), id desc)
            update jobs j set status = 'pending', attempts = 0, run_at = now(), completed_at = null, cancel_requested = false, result = null
            from wanted w where j.tenant_id = $1 and j.id = w.id"
        ),
        tx,
        filter
    );
    Ok(query.execute(tx.connection()).await?.rows_affected())
}
