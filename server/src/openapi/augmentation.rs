//! The shapes of `/api/opportunities/{id}/augmentation`.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Fields that are left out stay; null empties one. At least one is there.
#[derive(Serialize, ToSchema)]
#[schema(as = SetAugmentation, rename_all = "camelCase")]
pub struct AugmentationBody {
    #[schema(max_length = 100)]
    workflow_status: Option<String>,
    risk_level: Option<RiskLevelOut>,
    #[schema(max_length = 4000)]
    risk_notes: Option<String>,
    #[schema(minimum = 0, maximum = 100)]
    financial_health_score: Option<i32>,
    /// The tenant's own figures, up to 16 KiB; takes the place of those before.
    #[schema(value_type = Option<Object>)]
    custom_calculations: Option<Value>,
    /// The version that was read, 0 where there was none: another one is refused with 409 `VERSION_CONFLICT`, whose
    /// `details.current` is the row as it stands now.
    #[schema(minimum = 0)]
    expected_version: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RiskLevel, rename_all = "UPPERCASE")]
#[expect(dead_code, reason = "a description")]
pub enum RiskLevelOut {
    Low,
    Medium,
    High,
    Critical,
}

/// What the business has added to an opportunity.
#[derive(Serialize, ToSchema)]
#[schema(as = Augmentation, rename_all = "camelCase")]
struct AugmentationOut {
    opportunity_id: i64,
    workflow_status: Option<String>,
    risk_level: Option<RiskLevelOut>,
    risk_notes: Option<String>,
    financial_health_score: Option<i32>,
    #[schema(value_type = Object)]
    custom_calculations: Value,
    last_updated: DateTime<Utc>,
    #[schema(minimum = 1)]
    version: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AugmentationOfOne)]
pub struct AugmentationSaid {
    success: bool,
    augmentation: Option<AugmentationOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AugmentationNow)]
pub struct AugmentationSet {
    success: bool,
    augmentation: AugmentationOut,
}
