//! The rows of `augmented_opportunities`.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::Error;

use crate::db::TenantTx;

/// What was added to an opportunity.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Augmentation {
    pub opportunity_id: i64,
    pub workflow_status: Option<String>,
    /// A [`super::RiskLevel`].
    pub risk_level: Option<String>,
    pub risk_notes: Option<String>,
    /// 0 to 100.
    pub financial_health_score: Option<i32>,
    /// An object.
    pub custom_calculations: Value,
    pub last_updated: DateTime<Utc>,
    pub version: i64,
}

/// What was added to an opportunity, if anything was.
pub async fn find(tx: &mut TenantTx, opportunity: i64) -> Result<Option<Augmentation>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Augmentation,
        "select opportunity_id, workflow_status, risk_level, risk_notes, financial_health_score, custom_calculations,
            last_updated, version
         from augmented_opportunities where tenant_id = $1 and opportunity_id = $2",
        tenant,
        opportunity
    )
    .fetch_optional(tx.connection())
    .await
}

/// The same, held until the transaction ends.
pub(super) async fn hold(tx: &mut TenantTx, opportunity: i64) -> Result<Option<Augmentation>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Augmentation,
        "select opportunity_id, workflow_status, risk_level, risk_notes, financial_health_score, custom_calculations,
            last_updated, version
         from augmented_opportunities where tenant_id = $1 and opportunity_id = $2 for update",
        tenant,
        opportunity
    )
    .fetch_optional(tx.connection())
    .await
}

/// Writes a first row; none when somebody else just did.
pub(super) async fn insert(tx: &mut TenantTx, new: &Augmentation) -> Result<Option<Augmentation>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Augmentation,
        "insert into augmented_opportunities
            (tenant_id, opportunity_id, workflow_status, risk_level, risk_notes, financial_health_score, custom_calculations)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (tenant_id, opportunity_id) do nothing
         returning opportunity_id, workflow_status, risk_level, risk_notes, financial_health_score, custom_calculations,
            last_updated, version",
        tenant,
        new.opportunity_id,
        new.workflow_status,
        new.risk_level,
        new.risk_notes,
        new.financial_health_score,
        new.custom_calculations
    )
    .fetch_optional(tx.connection())
    .await
}

/// Writes a row that is held.
pub(super) async fn update(tx: &mut TenantTx, new: &Augmentation) -> Result<Augmentation, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Augmentation,
        "update augmented_opportunities set workflow_status = $3, risk_level = $4, risk_notes = $5, financial_health_score = $6,
            custom_calculations = $7, last_updated = clock_timestamp(), version = version + 1
         where tenant_id = $1 and opportunity_id = $2
         returning opportunity_id, workflow_status, risk_level, risk_notes, financial_health_score, custom_calculations,
            last_updated, version",
        tenant,
        new.opportunity_id,
        new.workflow_status,
        new.risk_level,
        new.risk_notes,
        new.financial_health_score,
        new.custom_calculations
    )
    .fetch_one(tx.connection())
    .await
}
