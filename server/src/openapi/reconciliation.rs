//! The shapes of `/api/reconciliation`.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::parts::PaginationOut;

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReconciliationQuery {
    /// What is asked for.
    #[param(inline)]
    r#type: ReconciliationType,
    /// A system, such as Xero: `missing-integration` needs it, `stale-integrations` is narrowed by it, the others take none.
    #[param(max_length = 60)]
    system: Option<String>,
    /// Of the items of each result.
    #[param(minimum = 1, maximum = 1_000_000_000, default = 1)]
    page: Option<i64>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(rename_all = "kebab-case")]
#[expect(dead_code, reason = "a description")]
enum ReconciliationType {
    Unaugmented,
    MissingIntegration,
    StaleIntegrations,
    /// What the last comparison of the mirror with the source found, without what was repaired.
    Mirror,
    All,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Reconciliation)]
pub struct ReconciliationOut {
    success: bool,
    /// What was asked for.
    r#type: String,
    timestamp: DateTime<Utc>,
    /// One, or of `all` one for each type and system in use, and what the last comparison found. None of `mirror` before the first.
    results: Vec<ResultOut>,
    /// Of the one result; null when there are several.
    pagination: Option<PaginationOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ReconciliationResult)]
struct ResultOut {
    r#type: String,
    /// Null where it is of no system, or of all.
    system: Option<String>,
    /// Of the whole list.
    #[schema(minimum = 0)]
    count: i64,
    items: Vec<ItemOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ReconciliationItem, rename_all = "camelCase")]
struct ItemOut {
    opportunity_id: i64,
    /// Null when the mirror does not have it.
    opportunity_name: Option<String>,
    organisation_name: Option<String>,
    system: Option<String>,
    reason: String,
    /// Since when it is so, as far as is known.
    since: Option<DateTime<Utc>>,
    /// What to do about it.
    remedy: String,
}
