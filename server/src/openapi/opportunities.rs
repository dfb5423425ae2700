//! The shapes of `/api/opportunities`.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::parts::{MoneyOut, PaginationOut};

/// Conditions that all hold.
#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ListQuery {
    /// Numbers of the source's statuses, separated by commas; `none` for records without one.
    #[param(value_type = Option<String>, max_length = 1000, pattern = "^(none|-?[0-9]{1,9})(,(none|-?[0-9]{1,9})){0,80}$", example = "20,5")]
    status: Option<String>,
    /// A named set: what is quoted or ordered and still open, orders that stand, quotations that stand.
    #[param(inline)]
    kind: Option<KindIn>,
    /// Numbers of the source's states, separated by commas.
    #[param(value_type = Option<String>, max_length = 1000, pattern = "^-?[0-9]{1,9}(,-?[0-9]{1,9}){0,80}$")]
    state: Option<String>,
    /// Ids of owners, separated by commas.
    #[param(value_type = Option<String>, max_length = 1000, pattern = "^-?[0-9]{1,18}(,-?[0-9]{1,18}){0,40}$")]
    owner: Option<String>,
    /// Ids of organisations, separated by commas.
    #[param(value_type = Option<String>, max_length = 1000, pattern = "^-?[0-9]{1,18}(,-?[0-9]{1,18}){0,40}$")]
    organisation: Option<String>,
    /// Part of subject, organisation or venue, in any case, or the id. At most 1000 bytes, without U+0000.
    #[param(max_length = 250)]
    q: Option<String>,
    /// First civil date of `starts_at` in the tenant's zone.
    from: Option<NaiveDate>,
    /// The last one, not before the first.
    to: Option<NaiveDate>,
    /// Least `charge_total`.
    #[param(value_type = Option<String>, pattern = r"^-?[0-9]{1,12}(\.[0-9]{1,2})?$", example = "1200.50")]
    min_value: Option<String>,
    /// Largest `charge_total`, not less than the least.
    #[param(value_type = Option<String>, pattern = r"^-?[0-9]{1,12}(\.[0-9]{1,2})?$")]
    max_value: Option<String>,
    /// Not seen in the source for so many hours.
    #[param(minimum = 0, maximum = 1_000_000)]
    stale_hours: Option<i64>,
    /// Touched by a webhook since.
    webhook_since: Option<DateTime<Utc>>,
    /// Whether records that are gone from the source are listed.
    #[param(inline, default = "exclude")]
    deleted: Option<DeletedIn>,
    /// A column, with `-` before it downwards; by default `id`.
    #[param(
        pattern = "^-?(id|name|subject|description|starts_at|ends_at|opportunity_status|state|status|created_at_rms|updated_at_rms|venue_name|organisation_id|organisation_name|owner_id|owner_name|charge_total|total_value|provisional_cost_total|predicted_cost_total|actual_cost_total|synced_at|last_webhook_at|deleted_at)$",
        example = "-charge_total"
    )]
    sort: Option<String>,
    /// Columns of the file, separated by commas; the list of rows has all of its own.
    #[param(
        pattern = "^(id|subject|customer|dates|status|value|owner|venue|total|created|changed|seen|webhook)(,(id|subject|customer|dates|status|value|owner|venue|total|created|changed|seen|webhook)){0,12}$"
    )]
    columns: Option<String>,
    #[param(minimum = 1, maximum = 1_000_000_000, default = 1)]
    page: Option<i64>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
enum KindIn {
    Open,
    Booked,
    Quoted,
}

#[derive(Serialize, ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
enum DeletedIn {
    Exclude,
    Only,
    Include,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Opportunities)]
pub struct ListAnswer {
    opportunities: Vec<OpportunityOut>,
    pagination: PaginationOut,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OneOpportunity)]
pub struct OneAnswer {
    opportunity: WithDataOut,
}

/// A row of the mirror, with the table's column names.
#[derive(Serialize, ToSchema)]
#[schema(as = Opportunity)]
struct OpportunityOut {
    id: i64,
    name: String,
    subject: Option<String>,
    description: Option<String>,
    starts_at: Option<DateTime<Utc>>,
    ends_at: Option<DateTime<Utc>>,
    opportunity_status: Option<String>,
    state: Option<i32>,
    status: Option<i32>,
    created_at_rms: Option<DateTime<Utc>>,
    updated_at_rms: Option<DateTime<Utc>>,
    venue_name: Option<String>,
    organisation_id: Option<i64>,
    organisation_name: Option<String>,
    owner_id: Option<i64>,
    owner_name: Option<String>,
    charge_total: Option<MoneyOut>,
    total_value: Option<MoneyOut>,
    provisional_cost_total: Option<MoneyOut>,
    predicted_cost_total: Option<MoneyOut>,
    actual_cost_total: Option<MoneyOut>,
    synced_at: DateTime<Utc>,
    last_webhook_at: Option<DateTime<Utc>>,
    deleted_at: Option<DateTime<Utc>>,
}

/// A row, and the record exactly as the source sent it.
#[derive(Serialize, ToSchema)]
#[schema(as = OpportunityWithData)]
struct WithDataOut {
    #[schema(inline)]
    #[serde(flatten)]
    row: OpportunityOut,
    #[schema(value_type = Object)]
    data: Value,
}
