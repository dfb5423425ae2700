//! Leases: renewed while the work goes on, given back at a stop, taken back when their worker is gone.

use sqlx::Error;
use uuid::Uuid;

use super::{Lease, columns};
use crate::db::Db;

/// Seconds: of a look at leases that leaves none out.
pub const EVER: f64 = 1e9;

/// A lease that still holds.
pub struct Renewed {
    pub lease: Lease,
    pub cancel_requested: bool,
}

/// A lease that had run out.
pub struct Held {
    pub tenant: Uuid,
    pub job: i64,
    /// Whether its job had no attempt left.
    pub failed: bool,
    /// Seconds since it was due first.
    pub due_for: f64,
}

impl Db {
    /// Signs of life; what is missing in the answer is another's, or ended.
    pub async fn renew_jobs(&self, leases: &[Lease], lease_s: f64) -> Result<Vec<Renewed>, Error> {
        let (tenants, jobs, tokens) = columns(leases.iter());
        let rows = sqlx::query!(
            r#"update jobs j set lease_until = now() + make_interval(secs => $4)
             from unnest($1::uuid[], $2::bigint[], $3::uuid[]) d (tenant_id, id, token)
             where j.tenant_id = d.tenant_id and j.id = d.id and j.lease_token = d.token and j.status = 'processing'
             returning j.tenant_id, j.id, d.token as "token!", j.cancel_requested"#,
            &tenants,
            &jobs,
            &tokens,
            lease_s
        )
        .fetch_all(&self.queue)
        .await?;
        let renewed = rows.into_iter().map(|row| Renewed {
            lease: Lease { tenant: row.tenant_id, job: row.id, token: row.token },
            cancel_requested: row.cancel_requested,
        });
        Ok(renewed.collect())
    }

    /// Puts jobs back as if they had not been claimed: their worker stops.
    pub async fn give_back_jobs(&self, leases: &[Lease]) -> Result<u64, Error> {
        let (tenants, jobs, tokens) = columns(leases.iter());
        let done = sqlx::query!(
            "update jobs j set status = 'pending', attempts = j.attempts - 1, lease_until = null, progress = null,
                dedupe_key = case when j.attempts = 1 and not j.dedupe_open then null else j.dedupe_key end
             from unnest($1::uuid[], $2::bigint[], $3::uuid[]) d (tenant_id, id, token)
             where j.tenant_id = d.tenant_id and j.id = d.id and j.lease_token = d.token and j.status = 'processing'",
            &tenants,
            &jobs,
            &tokens
        )
        .execute(&self.durable)
        .await?;
        Ok(done.rows_affected())
    }

    /// Takes back leases that ran out in the last `seconds`: the next attempt may begin at once, and a job without one has failed, which is written
    /// down to be told.
    pub async fn rescue_jobs(&self, most: i64, seconds: f64) -> Result<Vec<Held>, Error> {
        sqlx::query_as!(
            Held,
            r#"with expired as (
                select ctid as spot from jobs where status = 'processing' and lease_until < now()
                    and lease_until > now() - make_interval(secs => $2)
                order by lease_until limit $1 for update skip locked
            ), ended as (
            update jobs j set lease_until = null, progress = null,
                status = case when j.cancel_requested then 'cancelled' when j.attempts >= j.max_attempts then 'failed' else 'pending' end,
                completed_at = case when j.cancel_requested or j.attempts >= j.max_attempts then now() end,
                errors = j.errors || jsonb_build_object('attempt', j.attempts, 'at', now(), 'error', 'the worker was lost: its lease ran out')
            from expired e where j.ctid = e.spot
            returning j.tenant_id, j.id, j.type, j.status = 'failed' as failed, extract(epoch from now() - j.run_at)::float8 as due_for
            ), told as (
                insert into notification_events (tenant_id, kind, job_id, job_type)
                select tenant_id, 'job_failed', id, type from ended where failed
            )
            select tenant_id as tenant, id as job, failed as "failed!", due_for as "due_for!" from ended"#,
            most,
            seconds
        )
        .fetch_all(&self.queue)
        .await
    }
}
