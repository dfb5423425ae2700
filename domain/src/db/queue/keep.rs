//! Keeping the queue in order: what was overlooked, the minutes of the charts, what is old.

use std::time::Duration;

use sqlx::Error;

use crate::db::Db;
use crate::identity::TenantId;

/// Locks of the tasks that one host does for all. The number only has to differ from other locks'.
const MINUTES: i64 = 0x6a6f_6201;

impl Db {
    /// For how long the oldest job has been due, if for more than `seconds`: enqueued by a transaction that took long to commit.
    pub async fn overlooked(&self, types: &[String], seconds: f64) -> Result<Option<Duration>, Error> {
        let due_for = sqlx::query_scalar!(
            r#"select extract(epoch from now() - run_at)::float8 as "due_for!" from jobs
             where status = 'pending' and run_at <= now() - make_interval(secs => $2) and type = any($1) order by run_at limit 1"#,
            types,
            seconds
        )
        .fetch_optional(&self.queue)
        .await?;
        Ok(due_for.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()))
    }

    /// Writes the minutes of the charts: those of the last three minutes over again, since jobs may still end in them.
    pub async fn count_minutes(&self) -> Result<(), Error> {
        sqlx::query!(
            "insert into job_minutes as m (tenant_id, minute, type, completed, failed, wait_ms, longest_wait_ms, run_ms)
             select tenant_id, date_trunc('minute', completed_at), type, count(*) filter (where status = 'completed'),
                count(*) filter (where status = 'failed'), coalesce(sum(wait), 0)::bigint, coalesce(max(wait), 0)::bigint,
                coalesce(sum(extract(epoch from completed_at - started_at) * 1000), 0)::bigint
             from (select *, greatest(extract(epoch from started_at - run_at) * 1000, 0) as wait from jobs
                where completed_at >= date_trunc('minute', now()) - interval '2 minutes') j
             where pg_try_advisory_xact_lock($1)
             group by 1, 2, 3
             on conflict (tenant_id, minute, type) do update set completed = excluded.completed, failed = excluded.failed,
                wait_ms = excluded.wait_ms, longest_wait_ms = excluded.longest_wait_ms, run_ms = excluded.run_ms",
            MINUTES
        )
        .execute(&self.queue)
        .await?;
        Ok(())
    }

    /// Deletes a batch of a tenant's jobs that ended more than so many days ago, never others; gives how many.
    pub async fn delete_ended_jobs(&self, tenant: TenantId, days: i32, most: i64) -> Result<u64, Error> {
        let done = sqlx::query!(
            "delete from jobs where ctid in (
                select ctid from jobs where tenant_id = $3 and completed_at < now() - make_interval(days => $1)
                    and status in ('completed', 'failed', 'cancelled') order by completed_at limit $2 for update skip locked)",
            days,
            most,
            tenant.0
        )
        .execute(&self.worker)
        .await?;
        Ok(done.rows_affected())
    }

    /// Drops minutes older than two days.
    pub async fn drop_old_minutes(&self) -> Result<(), Error> {
        sqlx::query!("delete from job_minutes where minute < now() - interval '2 days'").execute(&self.worker).await?;
        Ok(())
    }
}
