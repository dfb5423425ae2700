//! Claiming: what is due becomes this worker's, a batch in a statement, in turns between tenants, each tenant's by priority
//! (larger first), due time and id.
//!
//! Two statements do it. [`Db::claim_due`] walks what became due since a moment: cheap however many dead versions an old
//! snapshot keeps in the index before it. [`Db::claim_lanes`] walks each tenant's priorities from the front: cheap however
//! long the queue is, and for jobs of any age, but not beside an old snapshot. The pool's planner settings keep both on the
//! indexes they are written for.

use std::time::Duration;

use serde_json::Value;
use sqlx::Error;
use uuid::Uuid;

use super::Lease;
use crate::db::Db;

/// Jobs that [`Db::claim_due`] looks at for each that it may claim: enough to see whose turn it is.
const LOOK: i32 = 4;

/// What a worker asks for.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    pub types: &'a [String],
    pub most: i32,
    /// Of this tenant only.
    pub tenant: Option<Uuid>,
    /// The tenant that was served last: turns begin behind it.
    pub after: Uuid,
    pub worker: Uuid,
    pub lease_s: f64,
}

/// A job that is this worker's until its lease runs out.
#[derive(Debug, Clone)]
pub struct Claimed {
    pub lease: Lease,
    pub kind: String,
    pub payload: Value,
    /// Of this attempt, from 1.
    pub attempt: i32,
    pub max_attempts: i32,
}

/// What a claim brought.
#[derive(Debug, Default)]
pub struct Found {
    pub jobs: Vec<Claimed>,
    /// Whether more may be due.
    pub more: bool,
    /// For how long the oldest job that was looked at had been due; none where that was not asked, or nothing was claimed.
    pub oldest: Option<Duration>,
}

struct Row {
    place: i64,
    found: i64,
    /// Seconds.
    oldest: f64,
    tenant_id: Uuid,
    id: i64,
    kind: String,
    payload: Value,
    attempts: i32,
    max_attempts: i32,
}

impl Found {
    fn of(mut rows: Vec<Row>, token: Uuid, enough: i64) -> Found {
        rows.sort_unstable_by_key(|row| row.place);
        let more = rows.first().is_some_and(|row| row.found >= enough || row.found > rows.len() as i64);
        let oldest = rows.first().map(|row| Duration::try_from_secs_f64(row.oldest).unwrap_or_default());
        let claimed = |row: Row| Claimed {
            lease: Lease { tenant: row.tenant_id, job: row.id, token },
            kind: row.kind,
            payload: row.payload,
            attempt: row.attempts,
            max_attempts: row.max_attempts,
        };
        Found { jobs: rows.into_iter().map(claimed).collect(), more, oldest }
    }
}

impl Db {
    /// Claims from what became due in the last `seconds`.
    pub async fn claim_due(&self, claim: &Claim<'_>, seconds: f64) -> Result<Found, Error> {
        let (token, look) = (Uuid::from_bytes(rand::random()), claim.most.saturating_mul(LOOK));
        let rows = sqlx::query_as!(
            Row,
            r#"with due as materialized (
                select ctid as spot, tenant_id, id, priority, run_at from jobs
                where status = 'pending' and run_at > now() - make_interval(secs => $8) and run_at <= now()
                    and type = any($1) and ($7::uuid is null or tenant_id = $7)
                order by run_at limit $9
            ), ranked as (
                select spot, row_number() over (order by turn, tenant_id <= $3, tenant_id) as place
                from (select *, row_number() over (partition by tenant_id order by priority desc, run_at, id) as turn from due) d
            ), chosen as (
                select r.place, r.spot from ranked r join jobs j on j.ctid = r.spot
                where j.status = 'pending' order by r.place limit $2 for update of j skip locked
            )
            update jobs j set status = 'processing', attempts = j.attempts + 1, lease_token = $4, worker_id = $6,
                lease_until = now() + make_interval(secs => $5), started_at = now(), progress = null
            from chosen c where j.ctid = c.spot
            returning c.place as "place!", (select count(*) from due) as "found!",
                (select extract(epoch from now() - min(run_at))::float8 from due) as "oldest!", j.tenant_id, j.id, j.type as kind, j.payload,
                j.attempts, j.max_attempts"#,
            claim.types,
            i64::from(claim.most),
            claim.after,
            token,
            claim.lease_s,
            claim.worker,
            claim.tenant,
            seconds,
            i64::from(look),
        )
        .fetch_all(&self.queue)
        .await?;
        Ok(Found::of(rows, token, i64::from(look)))
    }

    /// Claims from everything that is due.
    pub async fn claim_lanes(&self, claim: &Claim<'_>) -> Result<Found, Error> {
        let token = Uuid::from_bytes(rand::random());
        let rows = sqlx::query_as!(
            Row,
            r#"with recursive tenants as (
                (select tenant_id from jobs
                 where status = 'pending' and tenant_id >= coalesce($7::uuid, '00000000-0000-0000-0000-000000000000')
                 order by tenant_id, priority desc, run_at, id limit 1)
                union all
                select n.tenant_id from tenants t cross join lateral (
                    select tenant_id from jobs where status = 'pending' and tenant_id > t.tenant_id
                    order by tenant_id, priority desc, run_at, id limit 1) n
                where $7::uuid is null
            ), lanes as (
                (select t.tenant_id, l.priority from tenants t cross join lateral (
                    select priority from jobs where status = 'pending' and tenant_id = t.tenant_id
                    order by priority desc, run_at, id limit 1) l
                 where $7 is null or t.tenant_id = $7)
                union all
                select l.tenant_id, n.priority from lanes l cross join lateral (
                    select priority from jobs where status = 'pending' and tenant_id = l.tenant_id and priority < l.priority
                    order by priority desc, run_at, id limit 1) n
            ), due as (
                select l.tenant_id, d.* from lanes l cross join lateral (
                    select ctid as spot, id, priority, run_at from jobs
                    where status = 'pending' and tenant_id = l.tenant_id and priority = l.priority and run_at <= now()
                        and type = any($1)
                    order by run_at, id limit $2 * 2) d
            ), ranked as (
                select spot, row_number() over (order by turn, tenant_id <= $3, tenant_id) as place
                from (select *, row_number() over (partition by tenant_id order by priority desc, run_at, id) as turn from due) d
                order by place limit $2 * 4
            ), chosen as (
                select r.place, r.spot from ranked r join jobs j on j.ctid = r.spot
                where j.status = 'pending' order by r.place limit $2 for update of j skip locked
            )
            update jobs j set status = 'processing', attempts = j.attempts + 1, lease_token = $4, worker_id = $6,
                lease_until = now() + make_interval(secs => $5), started_at = now(), progress = null
            from chosen c where j.ctid = c.spot
            returning c.place as "place!", 0::bigint as "found!", 0::float8 as "oldest!", j.tenant_id, j.id, j.type as kind, j.payload, j.attempts, j.max_attempts"#,
            claim.types,
            claim.most,
            claim.after,
            token,
            claim.lease_s,
            claim.worker,
            claim.tenant,
        )
        .fetch_all(&self.queue)
        .await?;
        let full = rows.len() as i64 >= i64::from(claim.most);
        Ok(Found { more: full, oldest: None, ..Found::of(rows, token, i64::MAX) })
    }
}
