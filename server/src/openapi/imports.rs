//! The shapes of `/api/imports`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::parts::PaginationOut;

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    target: ImportTargetOut,
    /// Only look; rows that are all good are taken at once when it is `false`.
    #[param(rename = "dryRun", default = true)]
    dry_run: Option<bool>,
    /// Of the file, for people.
    name: Option<String>,
    /// The column that is this field, where its name does not say so; likewise `mapping.name`, `mapping.role`,
    /// `mapping.query` and `mapping.shared`.
    #[param(rename = "mapping.email")]
    email: Option<String>,
}

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportsQuery {
    #[param(minimum = 1, maximum = 1_000_000_000, default = 1)]
    page: Option<i64>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ImportTarget, rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
pub enum ImportTargetOut {
    People,
    Views,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ImportStatus, rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
enum ImportStatusOut {
    New,
    Checking,
    Good,
    Bad,
    Applying,
    Applied,
    Failed,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MadeImport, rename_all = "camelCase")]
pub struct ImportMade {
    id: i64,
    job_id: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ImportJob, rename_all = "camelCase")]
pub struct ImportJob {
    job_id: i64,
}

/// Which column is which field; the names of the columns say it for those that are left out.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportCheck)]
pub struct CheckBody {
    mapping: Option<BTreeMap<String, String>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Imports)]
pub struct ImportsOut {
    imports: Vec<ImportOut>,
    pagination: PaginationOut,
}

/// A file that somebody brought.
#[derive(Serialize, ToSchema)]
#[schema(as = Import, rename_all = "camelCase")]
pub struct ImportOut {
    id: i64,
    target: ImportTargetOut,
    name: String,
    status: ImportStatusOut,
    rows: i32,
    /// Null until they were looked at.
    bad_rows: Option<i32>,
    /// All rows, or none.
    applied: i32,
    columns: Vec<String>,
    /// The first rows.
    preview: Vec<Vec<String>>,
    mapping: Option<BTreeMap<String, String>>,
    /// The first of what is wrong; the error file has all.
    faults: Vec<ImportFaultOut>,
    job_id: Option<i64>,
    /// Of a failed one.
    error: Option<String>,
    asked_by: String,
    created_at: DateTime<Utc>,
    applied_at: Option<DateTime<Utc>>,
    expires_at: DateTime<Utc>,
}

/// What is wrong with a row.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportFault)]
struct ImportFaultOut {
    /// The line of the file; that of the columns is 1.
    #[schema(minimum = 1)]
    row: u64,
    /// Null when it is the row as a whole.
    field: Option<String>,
    reason: String,
}
