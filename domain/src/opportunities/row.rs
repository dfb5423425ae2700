//! One row of the mirror, with the table's column names.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::money::Money;

/// A row of `opportunities`, without the raw record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpportunityRow {
    pub id: i64,
    pub name: String,
    pub subject: Option<String>,
    pub description: Option<String>,
    pub starts_at: Option<DateTime<Utc>>,
    pub ends_at: Option<DateTime<Utc>>,
    pub opportunity_status: Option<String>,
    pub state: Option<i32>,
    pub status: Option<i32>,
    pub created_at_rms: Option<DateTime<Utc>>,
    pub updated_at_rms: Option<DateTime<Utc>>,
    pub venue_name: Option<String>,
    pub organisation_id: Option<i64>,
    pub organisation_name: Option<String>,
    pub owner_id: Option<i64>,
    pub owner_name: Option<String>,
    pub charge_total: Option<Money>,
    pub total_value: Option<Money>,
    pub provisional_cost_total: Option<Money>,
    pub predicted_cost_total: Option<Money>,
    pub actual_cost_total: Option<Money>,
    pub synced_at: DateTime<Utc>,
    pub last_webhook_at: Option<DateTime<Utc>>,
    pub deleted_at: Option<DateTime<Utc>>,
}
