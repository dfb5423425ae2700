//! The shapes of `/api/reconciliation/mirror`.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::parts::PaginationOut;

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WaitQuery {
    /// Whether the answer comes when the run has ended.
    #[param(default = true)]
    wait: Option<bool>,
}

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    #[param(minimum = 1, maximum = 1_000_000_000, default = 1)]
    page: Option<i64>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MirrorStatus, rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
enum StatusOut {
    Running,
    Completed,
    Failed,
}

/// Records that differ.
#[derive(Serialize, ToSchema)]
#[schema(as = MirrorCounts)]
struct CountsOut {
    /// Other here than there.
    altered: i32,
    /// There only.
    missing: i32,
    /// Here only.
    gone: i32,
}

/// The mirror compared with the source.
#[derive(Serialize, ToSchema)]
#[schema(as = MirrorRun, rename_all = "camelCase")]
pub struct MirrorRunOut {
    /// False once it has failed.
    success: bool,
    run_id: i64,
    status: StatusOut,
    started_at: DateTime<Utc>,
    completed_at: Option<DateTime<Utc>>,
    /// Records that the source showed.
    checked: i64,
    counts: CountsOut,
    /// Differences that were repaired since.
    repaired: i64,
    /// Why it failed, such as `SWEEP_REFUSED`.
    code: Option<String>,
    error: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MirrorRuns)]
pub struct MirrorRunsOut {
    success: bool,
    runs: Vec<MirrorRunOut>,
    pagination: PaginationOut,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MirrorRunWithItems)]
pub struct MirrorItemsOut {
    #[serde(flatten)]
    run: MirrorRunOut,
    /// In order of ids.
    items: Vec<ItemOut>,
    pagination: PaginationOut,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MirrorItem, rename_all = "camelCase")]
struct ItemOut {
    opportunity_id: i64,
    opportunity_name: Option<String>,
    /// `altered`, `missing` or `gone`.
    kind: String,
    /// What differs of an altered one; without what only the order of keys differs in.
    fields: Vec<FieldOut>,
    /// `found`, `repaired` or `failed`.
    state: String,
    /// Why it could not be repaired.
    error: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = FieldDifference)]
struct FieldOut {
    /// A column, or `data.KEY` for what no column holds.
    field: String,
    #[schema(value_type = Option<Object>)]
    here: Value,
    #[schema(value_type = Option<Object>)]
    there: Value,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Repaired)]
pub struct RepairedOut {
    success: bool,
    repaired: i64,
    failed: i64,
}
