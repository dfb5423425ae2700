//! The shapes of `/api/jobs` and `/api/schedules`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::parts::PaginationOut;

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct JobsQuery {
    status: Option<JobStatusOut>,
    r#type: Option<String>,
    /// Created then or later: a date in the tenant's zone, or an instant.
    from: Option<String>,
    /// Created before then, a date included.
    to: Option<String>,
    #[param(minimum = 1, maximum = 1_000_000_000, default = 1)]
    page: Option<i64>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
}

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ProcessQuery {
    #[param(minimum = 1, maximum = 1000, default = 10)]
    max_jobs: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = JobStatus, rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
pub enum JobStatusOut {
    Pending,
    Processing,
    Completed,
    Failed,
    Cancelled,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Jobs)]
pub struct JobsOut {
    jobs: Vec<JobOut>,
    pagination: PaginationOut,
}

/// A job.
#[derive(Serialize, ToSchema)]
#[schema(as = Job, rename_all = "camelCase")]
pub struct JobOut {
    id: i64,
    r#type: String,
    status: JobStatusOut,
    /// Those that have begun.
    attempts: i32,
    max_attempts: i32,
    /// The newest one.
    error: Option<String>,
    errors: Vec<JobErrorOut>,
    #[schema(value_type = Object)]
    payload: Value,
    /// What its handler gave; any JSON.
    result: Option<Value>,
    progress: Option<JobProgressOut>,
    /// Larger first.
    priority: i32,
    run_at: DateTime<Utc>,
    dedupe_key: Option<String>,
    created_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    completed_at: Option<DateTime<Utc>>,
}

/// What went wrong in an attempt.
#[derive(Serialize, ToSchema)]
#[schema(as = JobError)]
struct JobErrorOut {
    attempt: i32,
    at: DateTime<Utc>,
    error: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = JobProgress)]
pub struct JobProgressOut {
    done: i64,
    total: Option<i64>,
}

/// A job to be.
#[derive(Serialize, ToSchema)]
#[schema(as = NewJob, rename_all = "camelCase")]
pub struct NewJobBody {
    r#type: String,
    #[schema(value_type = Option<Object>)]
    payload: Option<Value>,
    /// Larger first; 0 without it.
    priority: Option<i32>,
    /// Now without it.
    run_at: Option<DateTime<Utc>>,
    #[schema(min_length = 1, max_length = 200)]
    dedupe_key: Option<String>,
    /// 3 without it.
    #[schema(minimum = 1, maximum = 25)]
    max_attempts: Option<i32>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MadeJob)]
pub struct JobMade {
    id: i64,
}

/// Which jobs to try again.
#[derive(Serialize, ToSchema)]
#[schema(as = JobRetry, rename_all = "camelCase")]
pub struct RetryBody {
    /// `failed` or `cancelled`; both without it.
    status: Option<String>,
    r#type: Option<String>,
    from: Option<String>,
    to: Option<String>,
    /// Only count.
    dry_run: Option<bool>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = JobCount)]
pub struct CountOut {
    #[schema(minimum = 0)]
    count: u64,
}

/// What a batch did.
#[derive(Serialize, ToSchema)]
#[schema(as = ProcessedJobs, rename_all = "camelCase")]
pub struct ProcessedOut {
    /// Attempts that were made.
    #[schema(minimum = 0)]
    processed: u64,
    /// Those of them that failed.
    #[schema(minimum = 0)]
    failed: u64,
    start_time: DateTime<Utc>,
    end_time: DateTime<Utc>,
    message: String,
}

/// What waits.
#[derive(Serialize, ToSchema)]
#[schema(as = PendingJobs, rename_all = "camelCase")]
pub struct PendingOut {
    /// All of them, not only those that are named.
    #[schema(minimum = 0)]
    pending_count: i64,
    /// The first hundred.
    jobs: Vec<WaitingOut>,
    counts_by_status: BTreeMap<String, i64>,
    counts_by_type: BTreeMap<String, i64>,
    /// Of a long table they are some seconds old.
    counted_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PendingJob, rename_all = "camelCase")]
struct WaitingOut {
    id: i64,
    r#type: String,
    attempts: i32,
    created_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Schedules)]
pub struct SchedulesOut {
    schedules: Vec<ScheduleOut>,
}

/// What runs by the clock.
#[derive(Serialize, ToSchema)]
#[schema(as = Schedule, rename_all = "camelCase")]
pub struct ScheduleOut {
    id: i64,
    name: String,
    r#type: String,
    #[schema(value_type = Object)]
    payload: Value,
    /// Five fields, by the tenant's clock.
    cron: String,
    enabled: bool,
    next_run_at: Option<DateTime<Utc>>,
    last_run_at: Option<DateTime<Utc>>,
    last_job_id: Option<i64>,
}

/// What to change.
#[derive(Serialize, ToSchema)]
#[schema(as = ScheduleChange)]
pub struct ScheduleBody {
    cron: Option<String>,
    enabled: Option<bool>,
}
