//! The shapes of `/api/reconciliation`.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::augmentation::RiskLevelOut;
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

#[derive(Serialize, ToSchema)]
#[schema(as = Remedy, rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
enum RemedyOut {
    /// Add a workflow status and a risk level, at least one of them, to opportunities that have nothing yet.
    Augment,
    /// Start a workflow.
    Start,
    /// Note what the system calls opportunities that it did not know.
    Link,
    /// Note how stale integrations with the system stand.
    Mark,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RemedyMark, rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
enum MarkOut {
    /// To be synced again.
    Pending,
    /// Synced just now.
    Synced,
}

/// What another remedy needs is left out.
#[derive(Serialize, ToSchema)]
#[schema(as = MendRecords, rename_all = "camelCase")]
pub struct RemedyBody {
    remedy: RemedyOut,
    /// Needed by `link` and `mark`.
    #[schema(min_length = 1, max_length = 60, example = "Xero")]
    system: Option<String>,
    /// Of `augment`.
    #[schema(max_length = 100)]
    workflow_status: Option<String>,
    /// Of `augment`.
    risk_level: Option<RiskLevelOut>,
    /// Of `start`: the code of a template.
    #[schema(max_length = 60)]
    workflow_type: Option<String>,
    /// Of `mark`.
    sync_status: Option<MarkOut>,
    /// Each once.
    #[schema(min_items = 1, max_items = 100)]
    records: Vec<ChosenOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ChosenRecord, rename_all = "camelCase")]
struct ChosenOut {
    opportunity_id: i64,
    /// Its id in the system: needed by `link`, and of it only.
    #[schema(max_length = 200)]
    external_id: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Mended)]
pub struct MendedOut {
    /// Whether all are done.
    success: bool,
    #[schema(minimum = 0)]
    done: i64,
    /// In order of ids.
    records: Vec<MendedRecordOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MendedRecord, rename_all = "camelCase")]
struct MendedRecordOut {
    opportunity_id: i64,
    done: bool,
    /// Why not, such as `NOT_FOUND`, `VERSION_CONFLICT` where somebody else was first, `WORKFLOW_OPEN`, `NOT_STALE`.
    code: Option<String>,
    reason: Option<String>,
}
