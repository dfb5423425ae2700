//! Schedules that are due. A tick is one statement that succeeds once: it moves the row from the time that was read to the
//! next one, and the job is born in the same transaction. Whoever comes second finds another time in the row.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::Error;

use crate::calendar::zone_or_utc;
use crate::db::{Db, TenantTx};
use crate::identity::TenantId;

/// A schedule whose time has come, or was never reckoned.
#[derive(Debug, Clone)]
pub struct Due {
    pub tenant: TenantId,
    pub id: i64,
    pub name: String,
    pub kind: String,
    pub payload: Value,
    pub cron: String,
    pub zone: chrono_tz::Tz,
    pub at: Option<DateTime<Utc>>,
}

impl Db {
    /// What is due at an instant, the longest overdue first.
    pub async fn due_schedules(&self, now: DateTime<Utc>) -> Result<Vec<Due>, Error> {
        let rows = sqlx::query!(
            r#"select tenant_id as "tenant_id!", id as "id!", name as "name!", type as "kind!", payload as "payload!",
                cron as "cron!", timezone as "timezone!", next_run_at from due_schedules($1)"#,
            now
        )
        .fetch_all(&self.queue)
        .await?;
        let due = rows.into_iter().map(|row| Due {
            tenant: TenantId(row.tenant_id),
            id: row.id,
            name: row.name,
            kind: row.kind,
            payload: row.payload,
            cron: row.cron,
            zone: zone_or_utc(&row.timezone),
            at: row.next_run_at,
        });
        Ok(due.collect())
    }
}

/// Moves a schedule on; false when another host was quicker, or somebody changed it.
pub async fn advance(
    tx: &mut TenantTx,
    due: &Due,
    fired: bool,
    now: DateTime<Utc>,
    next: Option<DateTime<Utc>>,
) -> Result<bool, Error> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update schedules set next_run_at = $5, last_run_at = case when $4 then $6 else last_run_at end
         where tenant_id = $1 and id = $2 and enabled and next_run_at is not distinct from $3",
        tenant,
        due.id,
        due.at,
        fired,
        next,
        now
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes which job a tick became.
pub async fn note_job(tx: &mut TenantTx, schedule: i64, job: i64) -> Result<(), Error> {
    let tenant = tx.tenant();
    sqlx::query!("update schedules set last_job_id = $3 where tenant_id = $1 and id = $2", tenant, schedule, job)
        .execute(tx.connection())
        .await?;
    Ok(())
}
