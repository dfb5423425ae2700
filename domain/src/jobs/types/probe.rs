//! A job that lets others drive the queue: fails as often as it is told, then leaves its trace in the transaction that
//! completes it. Taken only with `BACKLINE_PROBE_JOBS=1`.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::db::TenantTx;
use crate::jobs::kind::{Attempt, Done, JobError, JobType};

pub const NAME: &str = "probe";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Probe {
    /// The first so many attempts fail.
    fail_times: i32,
    sleep_ms: u64,
    result: Value,
    key: Option<String>,
    /// Whether a trace is left; a load without one shows the queue alone.
    trace: bool,
}

impl Default for Probe {
    fn default() -> Self {
        Probe { fail_times: 0, sleep_ms: 0, result: Value::Null, key: None, trace: true }
    }
}

pub fn kind() -> JobType {
    JobType::new(NAME, run)
}

async fn run(attempt: Attempt, probe: Probe) -> Result<Done, JobError> {
    if probe.sleep_ms > 0 {
        tokio::select! {
            () = attempt.stop.cancelled() => return Err(JobError::Stopped),
            () = tokio::time::sleep(Duration::from_millis(probe.sleep_ms)) => {}
        }
    }
    if attempt.number <= probe.fail_times {
        return Err(JobError::Retry(format!("told to fail: attempt {}", attempt.number)));
    }
    if !probe.trace {
        return Ok(Done::Result(probe.result));
    }
    let mut tx = attempt.begin().await?;
    leave_trace(&mut tx, &attempt, probe.key.as_deref()).await?;
    attempt.complete_in(&mut tx, &probe.result).await?;
    tx.commit().await?;
    Ok(Done::Committed)
}

async fn leave_trace(tx: &mut TenantTx, attempt: &Attempt, key: Option<&str>) -> Result<(), sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into job_probe (tenant_id, job_id, attempt, lease_token, key) values ($1, $2, $3, $4, $5)",
        tenant,
        attempt.lease.job,
        attempt.number,
        attempt.lease.token,
        key
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
