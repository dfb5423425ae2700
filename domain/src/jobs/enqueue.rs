//! Putting jobs into the queue, in the caller's own transaction: the job exists when, and only when, what it follows does.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::Error;

use super::kind::Registry;
use crate::db::TenantTx;
use crate::params::Fault;

/// A job to be.
#[derive(Debug, Clone)]
pub struct NewJob<'a> {
    pub kind: &'a str,
    pub payload: Value,
    /// Larger first.
    pub priority: i32,
    /// Now when absent.
    pub run_at: Option<DateTime<Utc>>,
    pub max_attempts: i32,
    /// One pending job of this type with this key is enough.
    pub dedupe_key: Option<&'a str>,
}

impl<'a> NewJob<'a> {
    /// At once, with three attempts.
    pub fn new(kind: &'a str, payload: Value) -> NewJob<'a> {
        NewJob { kind, payload, priority: 0, run_at: None, max_attempts: 3, dedupe_key: None }
    }

    pub fn dedupe(self, key: &'a str) -> NewJob<'a> {
        NewJob { dedupe_key: Some(key), ..self }
    }
}

/// Why a job was not taken.
#[derive(Debug, thiserror::Error)]
pub enum EnqueueError {
    #[error("no worker knows jobs of type {0:?}")]
    UnknownType(String),
    #[error(transparent)]
    Invalid(#[from] Fault),
    #[error(transparent)]
    Db(#[from] Error),
}

impl NewJob<'_> {
    /// What is wrong with it, by field.
    fn check(&self, registry: &Registry) -> Result<bool, EnqueueError> {
        let kind = registry.get(self.kind).ok_or_else(|| EnqueueError::UnknownType(self.kind.into()))?;
        if !self.payload.is_object() {
            return Err(Fault::new("payload", "expected an object").into());
        }
        if super::kind::clean(self.payload.clone()) != self.payload {
            return Err(Fault::new("payload", "must not contain U+0000").into());
        }
        kind.check(&self.payload).map_err(|reason| Fault::new("payload", reason))?;
        if !(1..=25).contains(&self.max_attempts) {
            return Err(Fault::new("maxAttempts", "expected a number from 1 to 25").into());
        }
        if self.dedupe_key.is_some_and(|key| key.is_empty() || key.chars().count() > 200 || key.contains('\0')) {
            return Err(Fault::new("dedupeKey", "expected 1 to 200 characters").into());
        }
        Ok(kind.dedupe_open)
    }
}

/// Enqueues a job and gives its id; with a key that a job holds already, that job's. The caller commits, then rings.
pub async fn enqueue_job(tx: &mut TenantTx, registry: &Registry, new: &NewJob<'_>) -> Result<i64, EnqueueError> {
    let open = new.check(registry)?;
    // Twice: the holder of the key may end between the two statements.
    for _ in 0..3 {
        if let Some(key) = new.dedupe_key
            && let Some(id) = holder(tx, new.kind, key, open).await?
        {
            return Ok(id);
        }
        if let Some(id) = insert(tx, new, open).await? {
            return Ok(id);
        }
    }
    Err(EnqueueError::Invalid(Fault::new("dedupeKey", "is held by a job that comes and goes; try again")))
}

async fn holder(tx: &mut TenantTx, kind: &str, key: &str, open: bool) -> Result<Option<i64>, Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        "select id from jobs where tenant_id = $1 and type = $2 and dedupe_key = $3
            and (status = 'pending' or ($4 and dedupe_open and status = 'processing'))
         order by id limit 1",
        tenant,
        kind,
        key,
        open
    )
    .fetch_optional(tx.connection())
    .await
}

async fn insert(tx: &mut TenantTx, new: &NewJob<'_>, open: bool) -> Result<Option<i64>, Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        "insert into jobs (tenant_id, type, payload, priority, run_at, max_attempts, dedupe_key, dedupe_open)
         values ($1, $2, $3, $4, coalesce($5, now()), $6, $7::text, $8 and $7 is not null) on conflict do nothing returning id",
        tenant,
        new.kind,
        new.payload.clone(),
        new.priority,
        new.run_at,
        new.max_attempts,
        new.dedupe_key,
        open
    )
    .fetch_optional(tx.connection())
    .await
}

/// Enqueues many jobs of one type that differ in their payload only; gives how many. For loads, not for keys.
pub async fn enqueue_many(
    tx: &mut TenantTx,
    registry: &Registry,
    kind: &str,
    payloads: &[Value],
) -> Result<u64, EnqueueError> {
    for payload in payloads {
        NewJob::new(kind, payload.clone()).check(registry)?;
    }
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "insert into jobs (tenant_id, type, payload) select $1, $2, payload from unnest($3::jsonb[]) p (payload)",
        tenant,
        kind,
        payloads
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}
