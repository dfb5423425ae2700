//! The shapes of `/api/changes`.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::parts::PaginationOut;

/// Conditions that all hold.
#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ListQuery {
    /// First civil date of the change in the tenant's zone.
    from: Option<NaiveDate>,
    /// The last one, not before the first.
    to: Option<NaiveDate>,
    /// First civil date on which the opportunity begins now.
    starts_from: Option<NaiveDate>,
    /// The last one, not before the first.
    starts_to: Option<NaiveDate>,
    #[param(inline)]
    kind: Option<KindIn>,
    /// Of this opportunity only.
    #[param(minimum = 1)]
    opportunity: Option<i64>,
    #[param(minimum = 1, maximum = 1_000_000_000, default = 1)]
    page: Option<i64>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
enum KindIn {
    Created,
    Updated,
    Deleted,
    Restored,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Changes)]
pub struct ListAnswer {
    changes: Vec<ChangeOut>,
    pagination: PaginationOut,
}

/// A change, with the table's column names, and what its opportunity is called now.
#[derive(Serialize, ToSchema)]
#[schema(as = Change)]
struct ChangeOut {
    id: i64,
    changed_at: DateTime<Utc>,
    opportunity_id: i64,
    /// created, updated, deleted or restored.
    kind: String,
    /// sync, single or webhook.
    source: String,
    run_id: Option<i64>,
    /// `{"column": [before, after]}`.
    #[schema(value_type = Object)]
    fields: Value,
    name: Option<String>,
    organisation_name: Option<String>,
}
