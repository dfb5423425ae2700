//! The shapes of `/api/integrations` and of an opportunity's own.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::parts::PaginationOut;

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UidQuery {
    /// An id that several systems share, whole.
    #[param(min_length = 1, max_length = 200)]
    uid: String,
    #[param(minimum = 1, maximum = 1_000_000_000, default = 1)]
    page: Option<i64>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = IntegrationStatus, rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
enum SyncStatusOut {
    Pending,
    Synced,
    Failed,
}

/// Fields that are left out stay as they are in the one of the same system, if there is one.
#[derive(Serialize, ToSchema)]
#[schema(as = NewIntegration, rename_all = "camelCase")]
pub struct IntegrationBody {
    /// Xero, Monday, TeamTrack, in any case, or another name.
    #[schema(min_length = 1, max_length = 60, example = "Xero")]
    system_name: String,
    #[schema(min_length = 1, max_length = 200)]
    external_id: String,
    /// An id that several systems share.
    #[schema(max_length = 200)]
    uid: Option<String>,
    /// Without it a new one is pending.
    sync_status: Option<SyncStatusOut>,
    /// Not ahead of the clock; `synced` without it is synced now.
    last_synced: Option<DateTime<Utc>>,
    /// Up to 16 KiB; takes the place of what was before.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Value>,
    /// The version that was read, 0 where there was none: another one is refused with 409 `VERSION_CONFLICT`.
    #[schema(minimum = 0)]
    expected_version: Option<i64>,
}

/// Fields that are left out stay; null empties one. At least one is there.
#[derive(Serialize, ToSchema)]
#[schema(as = SetIntegration, rename_all = "camelCase")]
pub struct IntegrationChange {
    #[schema(min_length = 1, max_length = 200)]
    external_id: Option<String>,
    #[schema(max_length = 200)]
    uid: Option<String>,
    sync_status: Option<SyncStatusOut>,
    /// Not ahead of the clock; `synced` without it is synced now.
    last_synced: Option<DateTime<Utc>>,
    /// Up to 16 KiB; takes the place of what was before.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Value>,
    /// The version that was read: another one is refused with 409 `VERSION_CONFLICT`.
    #[schema(minimum = 0)]
    expected_version: Option<i64>,
}

/// What an opportunity is called in another system.
#[derive(Serialize, ToSchema)]
#[schema(as = Integration, rename_all = "camelCase")]
struct IntegrationOut {
    id: i64,
    opportunity_id: i64,
    system_name: String,
    external_id: String,
    uid: Option<String>,
    sync_status: SyncStatusOut,
    last_synced: Option<DateTime<Utc>>,
    #[schema(value_type = Object)]
    metadata: Value,
    created_at: DateTime<Utc>,
    #[schema(minimum = 1)]
    version: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = IntegrationNow)]
pub struct IntegrationSaid {
    success: bool,
    integration: IntegrationOut,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Integrations)]
pub struct IntegrationsOut {
    success: bool,
    integrations: Vec<IntegrationOut>,
    pagination: PaginationOut,
}
