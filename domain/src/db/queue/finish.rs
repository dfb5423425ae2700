//! Ending attempts, many in a statement, and only with the lease's own token: what comes too late changes nothing.

use serde_json::Value;
use sqlx::Error;

use super::{Lease, columns};
use crate::db::Db;

/// An attempt that did its work.
#[derive(Debug, Clone)]
pub struct Completion {
    pub lease: Lease,
    pub result: Option<Value>,
}

/// What becomes of a job whose attempt did not complete it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Again later, if attempts are left.
    Retry,
    /// Never again.
    Fail,
    /// The attempt was stopped: the job is cancelled if somebody asked for that, else another worker's turn.
    Stop,
    /// Again later; the attempt does not count.
    Snooze,
}

impl Verdict {
    const fn as_str(self) -> &'static str {
        match self {
            Verdict::Retry => "retry",
            Verdict::Fail => "fail",
            Verdict::Stop => "stop",
            Verdict::Snooze => "snooze",
        }
    }
}

/// An attempt that did not complete its job.
#[derive(Debug, Clone)]
pub struct Failure {
    pub lease: Lease,
    pub verdict: Verdict,
    /// In words, for the job's history; none where nothing went wrong.
    pub error: Option<String>,
    /// Seconds until the next attempt.
    pub delay_s: f64,
}

impl Db {
    /// Marks jobs as completed; gives those whose lease still held.
    pub async fn complete_jobs(&self, done: &[Completion]) -> Result<Vec<i64>, Error> {
        let (tenants, jobs, tokens) = columns(done.iter().map(|done| &done.lease));
        let results: Vec<Option<Value>> = done.iter().map(|done| done.result.clone()).collect();
        sqlx::query_scalar!(
            "update jobs j set status = 'completed', result = d.result, completed_at = now(), lease_until = null, progress = null
             from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::jsonb[]) d (tenant_id, id, token, result)
             where j.tenant_id = d.tenant_id and j.id = d.id and j.lease_token = d.token and j.status = 'processing'
             returning j.id",
            &tenants,
            &jobs,
            &tokens,
            &results as &[Option<Value>]
        )
        .fetch_all(&self.durable)
        .await
    }

    /// Sends jobs back to the queue, or ends them; gives those whose lease still held, and whether they have failed for good.
    /// Of those that have, somebody is told: the same statement writes it down.
    pub async fn fail_jobs(&self, failed: &[Failure]) -> Result<Vec<(Lease, bool)>, Error> {
        let (tenants, jobs, tokens) = columns(failed.iter().map(|failed| &failed.lease));
        let verdicts: Vec<&str> = failed.iter().map(|failed| failed.verdict.as_str()).collect();
        let errors: Vec<Option<String>> = failed.iter().map(|failed| failed.error.clone()).collect();
        let delays: Vec<f64> = failed.iter().map(|failed| failed.delay_s).collect();
        let rows = sqlx::query!(
            r#"with verdicts as (
                select d.*, case
                    when j.cancel_requested and d.verdict <> 'fail' then 'cancelled'
                    when d.verdict = 'fail' or (d.verdict = 'retry' and j.attempts >= j.max_attempts) then 'failed'
                    else 'pending' end as status
                from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::float8[])
                    d (tenant_id, id, token, verdict, error, delay)
                join jobs j on j.tenant_id = d.tenant_id and j.id = d.id
            ), ended as (
            update jobs j set status = v.status,
                attempts = j.attempts - case when v.verdict in ('snooze', 'stop') and v.status = 'pending' then 1 else 0 end,
                run_at = case when v.status = 'pending' then now() + make_interval(secs => v.delay) else j.run_at end,
                completed_at = case when v.status <> 'pending' then now() end,
                lease_until = null, progress = null,
                -- A first attempt that did not count would hold the key by the unique index again.
                dedupe_key = case when v.verdict in ('snooze', 'stop') and j.attempts = 1 and not j.dedupe_open then null else j.dedupe_key end,
                errors = case when v.error is null then j.errors
                    else j.errors || jsonb_build_object('attempt', j.attempts, 'at', now(), 'error', v.error) end
            from verdicts v
            where j.tenant_id = v.tenant_id and j.id = v.id and j.lease_token = v.token and j.status = 'processing'
            returning j.tenant_id, j.id, j.lease_token, j.type, j.status = 'failed' as failed
            ), told as (
                insert into notification_events (tenant_id, kind, job_id, job_type)
                select tenant_id, 'job_failed', id, type from ended where failed
            )
            select tenant_id, id, lease_token as "token!", failed as "failed!" from ended"#,
            &tenants,
            &jobs,
            &tokens,
            &verdicts as &[&str],
            &errors as &[Option<String>],
            &delays
        )
        .fetch_all(&self.durable)
        .await?;
        let held =
            rows.into_iter().map(|row| (Lease { tenant: row.tenant_id, job: row.id, token: row.token }, row.failed));
        Ok(held.collect())
    }
}
