//! The shapes of `/api/audit`.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::parts::PaginationOut;

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct TrailQuery {
    /// What was changed, such as `person` or `run`.
    entity_type: Option<String>,
    /// Which one; only together with `entityType`.
    entity_id: Option<String>,
    /// Changes of this opportunity, of what is added to it, and of its workflows and integrations.
    opportunity: Option<i64>,
    /// Whose changes: the id of a person or key, or a name.
    actor: Option<String>,
    action: Option<String>,
    source: Option<SourceOut>,
    /// Changed then or later: a date in the tenant's zone, or an instant.
    from: Option<String>,
    /// Changed before then, a date included.
    to: Option<String>,
    #[param(minimum = 1, maximum = 1_000_000_000, default = 1)]
    page: Option<i64>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
}

/// Through which door a change came.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditSource, rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
enum SourceOut {
    Screen,
    Api,
    Webhook,
    Sync,
    Job,
    Replay,
    Rule,
    #[schema(rename = "command line")]
    #[serde(rename = "command line")]
    CommandLine,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AuditTrail, rename_all = "camelCase")]
pub struct TrailOut {
    success: bool,
    /// As asked for.
    entity_type: Option<String>,
    entity_id: Option<String>,
    /// Rows of the filter, at most 100,001.
    count: i64,
    audit_trail: Vec<TrailRowOut>,
    pagination: PaginationOut,
}

/// One change.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditRow, rename_all = "camelCase")]
struct TrailRowOut {
    id: i64,
    timestamp: DateTime<Utc>,
    actor: ActorOut,
    source: SourceOut,
    request_id: Option<String>,
    entity_type: String,
    entity_id: String,
    action: String,
    /// The changed fields only, and never a secret.
    #[schema(value_type = Option<Object>)]
    before: Option<Value>,
    #[schema(value_type = Option<Object>)]
    after: Option<Value>,
    /// Its place in the chain; null until it is sealed, some seconds later.
    number: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AuditActor)]
struct ActorOut {
    /// `person`, `key` or `system`.
    kind: String,
    id: Option<Uuid>,
    name: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AuditVerdict)]
pub struct VerdictOut {
    /// Whether nothing was found.
    success: bool,
    /// Rows with a place in the chain.
    sealed: i64,
    /// Rows that wait for the sealer.
    unsealed: i64,
    head: Option<HeadOut>,
    /// The first hundred.
    findings: Vec<FindingOut>,
    found: u64,
}

/// The end of the chain.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditHead)]
struct HeadOut {
    number: i64,
    #[schema(pattern = "^[0-9a-f]{64}$")]
    hash: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AuditFinding)]
struct FindingOut {
    /// `altered`, `missing`, `foreign`, `misplaced`, `cut` or `head`.
    kind: String,
    /// The row; null where it is not known any more.
    id: Option<i64>,
    /// Its place in the chain.
    number: Option<i64>,
}
