//! The shapes of `/api/sync/…`.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::parts::PaginationOut;

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StartQuery {
    /// Whether to answer when the run has ended; else at once, with 202.
    #[param(default = true)]
    wait: Option<bool>,
}

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct FailuresQuery {
    /// Those that failed in this run; without it those that are failing now.
    #[param(minimum = 1)]
    run_id: Option<i64>,
    #[param(minimum = 1, maximum = 1_000_000_000, default = 1)]
    page: Option<i64>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
}

/// A run that has ended.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncResult, rename_all = "camelCase")]
pub struct ResultOut {
    success: bool,
    sync_id: i64,
    records_synced: i32,
    records_failed: i32,
    /// Whole seconds.
    #[schema(minimum = 0)]
    duration: i64,
}

/// A run that goes on.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncStarted, rename_all = "camelCase")]
pub struct StartedOut {
    success: bool,
    sync_id: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SyncStatus, rename_all = "camelCase")]
pub struct StatusOut {
    success: bool,
    /// The newest run, a running one included.
    last_sync: Option<RunOut>,
    /// The newest ten.
    history: Vec<RunOut>,
    /// Of the run that is under way.
    progress: Option<ProgressOut>,
    /// When another system posted last; null: never.
    last_webhook_at: Option<DateTime<Utc>>,
}

/// A run.
#[derive(Serialize, ToSchema)]
#[schema(as = Run)]
pub struct RunOut {
    id: i64,
    sync_type: RunKindOut,
    status: RunStatusOut,
    records_synced: i32,
    records_failed: i32,
    started_at: DateTime<Utc>,
    completed_at: Option<DateTime<Utc>>,
    error: Option<String>,
    #[schema(value_type = Object)]
    metadata: Value,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RunKind, rename_all = "snake_case")]
#[expect(dead_code, reason = "a description")]
enum RunKindOut {
    InitialSync,
    IncrementalSync,
    Sweep,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RunStatus, rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
enum RunStatusOut {
    Running,
    Completed,
    Failed,
    Cancelled,
}

/// How far a run has come; totals are null while they are not known.
#[derive(Serialize, ToSchema)]
#[schema(as = Progress, rename_all = "camelCase")]
pub struct ProgressOut {
    pages_done: i32,
    pages_total: Option<i32>,
    rows_done: i32,
    rows_total: Option<i32>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Failures)]
pub struct FailuresOut {
    success: bool,
    failures: Vec<FailureOut>,
    pagination: PaginationOut,
}

/// A record that could not be mirrored.
#[derive(Serialize, ToSchema)]
#[schema(as = Failure)]
struct FailureOut {
    /// The record's id as text, or `sha256:…` of its raw text.
    source_key: String,
    source_id: Option<i64>,
    first_run_id: Option<i64>,
    run_id: Option<i64>,
    /// The key at fault.
    field: Option<String>,
    reason: String,
    /// The record as the source sent it.
    raw: String,
    attempts: i32,
    first_failed_at: DateTime<Utc>,
    failed_at: DateTime<Utc>,
    resolved_at: Option<DateTime<Utc>>,
}
