//! The shapes of `/api/reports`.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::jobs::{JobProgressOut, JobStatusOut};
use super::parts::PaginationOut;

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReportsQuery {
    #[param(minimum = 1, maximum = 1_000_000_000, default = 1)]
    page: Option<i64>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
}

/// A list to be written.
#[derive(Serialize, ToSchema)]
#[schema(as = NewReport)]
pub struct NewReportBody {
    /// `opportunities`, `changes` or `failures`.
    list: String,
    /// What stands behind the question mark of the list.
    #[schema(max_length = 4000)]
    query: Option<String>,
    /// `csv` or `xlsx`.
    format: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MadeReport)]
pub struct ReportMade {
    id: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Reports)]
pub struct ReportsOut {
    reports: Vec<ReportOut>,
    pagination: PaginationOut,
}

/// A report and the job that makes it.
#[derive(Serialize, ToSchema)]
#[schema(as = Report, rename_all = "camelCase")]
struct ReportOut {
    /// The job's too.
    id: i64,
    list: String,
    query: String,
    format: String,
    /// The job's; null when it was cleaned up.
    status: Option<JobStatusOut>,
    progress: Option<JobProgressOut>,
    error: Option<String>,
    /// Of the file; null until it is there.
    name: Option<String>,
    rows: Option<i64>,
    bytes: Option<i64>,
    asked_by: String,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}
