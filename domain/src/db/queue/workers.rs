//! Who works: a row a worker, renewed with every sign of life.

use chrono::{DateTime, Utc};
use sqlx::Error;
use uuid::Uuid;

use crate::db::{Db, TenantTx};

/// Seconds of silence after which a worker counts as dead.
pub const SILENCE_S: f64 = 60.0;

/// A sign of life.
pub struct Beat<'a> {
    pub id: Uuid,
    pub name: &'a str,
    pub types: &'a [String],
    pub running: i32,
    pub completed: i64,
    pub failed: i64,
    pub rescued: i64,
    pub refused: i64,
}

/// A worker that lives.
#[derive(Debug, Clone)]
pub struct WorkerRow {
    pub id: Uuid,
    pub name: String,
    pub types: Vec<String>,
    pub running: i32,
    pub completed: i64,
    pub failed: i64,
    pub rescued: i64,
    pub refused: i64,
    pub started_at: DateTime<Utc>,
    pub seen_at: DateTime<Utc>,
}

impl Db {
    /// Says that a worker lives; rows of the dead are removed on the way.
    pub async fn beat(&self, beat: &Beat<'_>) -> Result<(), Error> {
        sqlx::query!(
            "with dead as (delete from job_workers where seen_at < now() - interval '1 hour')
             insert into job_workers (id, name, types, running, completed, failed, rescued, refused)
             values ($1, $2, $3, $4, $5, $6, $7, $8)
             on conflict (id) do update set running = excluded.running, completed = excluded.completed, failed = excluded.failed,
                rescued = excluded.rescued, refused = excluded.refused, seen_at = now()",
            beat.id,
            beat.name,
            beat.types,
            beat.running,
            beat.completed,
            beat.failed,
            beat.rescued,
            beat.refused
        )
        .execute(&self.queue)
        .await?;
        Ok(())
    }

    /// A worker that has stopped is no dead one.
    pub async fn forget_worker(&self, id: Uuid) -> Result<(), Error> {
        sqlx::query!("delete from job_workers where id = $1", id).execute(&self.queue).await?;
        Ok(())
    }
}

/// The workers that live, the longest-serving first. They serve all tenants; nothing of a tenant is told.
pub async fn alive(tx: &mut TenantTx) -> Result<Vec<WorkerRow>, Error> {
    sqlx::query_as!(
        WorkerRow,
        "select id, name, types, running, completed, failed, rescued, refused, started_at, seen_at
         from job_workers where seen_at > now() - make_interval(secs => $1) order by started_at, id",
        SILENCE_S
    )
    .fetch_all(tx.connection())
    .await
}
