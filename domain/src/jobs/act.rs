//! What people and keys do to jobs: each act is audited in its own transaction.

use serde_json::{Value, json};

use super::JobStatus;
use super::enqueue::{EnqueueError, NewJob};
use super::list::{self, JobFilter};
use super::queue::Jobs;
use super::{schedule, store};
use crate::db::QueryError;
use crate::identity::Change;
use crate::params::Fault;

/// Why an act was refused.
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    #[error("no such {0}")]
    NotFound(&'static str),
    /// It does not fit the state of things.
    #[error("{message}")]
    Refused { code: &'static str, message: String },
    #[error(transparent)]
    Enqueue(#[from] EnqueueError),
    #[error(transparent)]
    Db(#[from] QueryError),
}

impl From<Fault> for JobsError {
    fn from(fault: Fault) -> Self {
        JobsError::Enqueue(fault.into())
    }
}

impl Jobs {
    /// Enqueues a job that somebody asks for.
    pub async fn create(&self, change: &Change<'_>, new: &NewJob<'_>) -> Result<i64, JobsError> {
        let mut tx = self.db().tenant_tx(&change.caller.actor()).await?;
        let id = self.enqueue_job(&mut tx, new).await?;
        let after = json!({"type": new.kind, "priority": new.priority, "dedupeKey": new.dedupe_key});
        change.record(&mut tx, ("job", &id.to_string()), "create", None, Some(after)).await?;
        tx.commit().await?;
        self.ring(change.caller.tenant);
        Ok(id)
    }

    /// Cancels a job that waits, and asks one that is worked on to stop; gives the state that it had.
    pub async fn cancel(&self, change: &Change<'_>, id: i64) -> Result<JobStatus, JobsError> {
        let mut tx = self.db().tenant_tx(&change.caller.actor()).await?;
        let was = store::cancel(&mut tx, id).await?.ok_or(JobsError::NotFound("job"))?;
        if !matches!(was, JobStatus::Pending | JobStatus::Processing) {
            return Err(over(was));
        }
        let before = json!({"status": was.as_str()});
        change.record(&mut tx, ("job", &id.to_string()), "cancel", Some(before), None).await?;
        tx.commit().await?;
        self.ring(change.caller.tenant);
        Ok(was)
    }

    /// Sends a failed or cancelled job back to the queue.
    pub async fn retry(&self, change: &Change<'_>, id: i64) -> Result<(), JobsError> {
        let mut tx = self.db().tenant_tx(&change.caller.actor()).await?;
        let job = store::get_job_status(&mut tx, id).await?.ok_or(JobsError::NotFound("job"))?;
        match list::retry(&mut tx, id).await {
            Ok(true) => {}
            Ok(false) => {
                return Err(JobsError::Refused {
                    code: "JOB_NOT_OVER",
                    message: format!(
                        "the job is {}: only a failed or cancelled one can be tried again",
                        job.status.as_str()
                    ),
                });
            }
            Err(QueryError::Database(error)) if error.is_unique_violation() => {
                let message = "another job with the same dedupe key waits already".into();
                return Err(JobsError::Refused { code: "JOB_DUPLICATE", message });
            }
            Err(error) => return Err(error.into()),
        }
        let before = json!({"status": job.status.as_str(), "attempts": job.attempts});
        change.record(&mut tx, ("job", &id.to_string()), "retry", Some(before), None).await?;
        tx.commit().await?;
        self.ring(change.caller.tenant);
        Ok(())
    }

    /// Sends all that match back, or only says how many there are.
    pub async fn retry_all(&self, change: &Change<'_>, filter: &JobFilter, dry_run: bool) -> Result<u64, JobsError> {
        let mut tx = self.db().tenant_tx(&change.caller.actor()).await?;
        if dry_run {
            return Ok(list::count_again(&mut tx, filter).await?.unsigned_abs());
        }
        let count = list::retry_all(&mut tx, filter).await?;
        let after = json!({"count": count, "status": filter.status.map(JobStatus::as_str), "type": filter.kind,
            "from": filter.from, "to": filter.to});
        change.record(&mut tx, ("job", "many"), "retry", None, Some(after)).await?;
        tx.commit().await?;
        self.ring(change.caller.tenant);
        Ok(count)
    }

    /// Changes a schedule; gives how it stands then.
    pub async fn set_schedule(
        &self,
        change: &Change<'_>,
        id: i64,
        set: &schedule::NewSchedule,
    ) -> Result<schedule::ScheduleRow, JobsError> {
        let mut tx = self.db().tenant_tx(&change.caller.actor()).await?;
        let before = schedule::find(&mut tx, id).await?.ok_or(JobsError::NotFound("schedule"))?;
        let zone = crate::calendar::zone_or_utc(&change.caller.tenant_view.timezone);
        let now = chrono::Utc::now();
        let cron = set.cron.as_deref().unwrap_or(&before.cron);
        let next = schedule::next(cron, now, zone)?;
        schedule::set(&mut tx, id, cron, set.enabled.unwrap_or(before.enabled), next).await?;
        let after = schedule::find(&mut tx, id).await?.ok_or(JobsError::NotFound("schedule"))?;
        let fields = |row: &schedule::ScheduleRow| -> Value { json!({"cron": row.cron, "enabled": row.enabled}) };
        if fields(&before) != fields(&after) {
            change
                .record(&mut tx, ("schedule", &before.name), "set", Some(fields(&before)), Some(fields(&after)))
                .await?;
        }
        tx.commit().await?;
        self.show(change.caller.tenant);
        Ok(after)
    }

    /// Enqueues a schedule's job now, whatever its clock says; gives the job's id.
    pub async fn run_schedule(&self, change: &Change<'_>, id: i64) -> Result<i64, JobsError> {
        let mut tx = self.db().tenant_tx(&change.caller.actor()).await?;
        let row = schedule::find(&mut tx, id).await?.ok_or(JobsError::NotFound("schedule"))?;
        let job = schedule::job(&row.name, &row.kind, row.payload.clone());
        let job = self.enqueue_job(&mut tx, &job).await?;
        change.record(&mut tx, ("schedule", &row.name), "run", None, Some(json!({"jobId": job}))).await?;
        tx.commit().await?;
        self.ring(change.caller.tenant);
        Ok(job)
    }
}

fn over(was: JobStatus) -> JobsError {
    JobsError::Refused { code: "JOB_OVER", message: format!("the job is {} already", was.as_str()) }
}
