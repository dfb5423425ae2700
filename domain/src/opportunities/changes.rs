//! What changed in one record, newest first.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::db::TenantTx;

/// A row of `opportunity_changes`.
pub(super) struct Change {
    pub changed_at: DateTime<Utc>,
    pub kind: String,
    pub source: String,
    pub run_id: Option<i64>,
    /// `{"column": [before, after]}`.
    pub fields: Value,
}

pub(super) async fn of(tx: &mut TenantTx, id: i64, most: i64) -> Result<Vec<Change>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Change,
        "select changed_at, kind, source, run_id, fields from opportunity_changes
        where tenant_id = $1 and opportunity_id = $2 order by changed_at desc, id desc limit $3",
        tenant,
        id,
        most
    )
    .fetch_all(tx.connection())
    .await
}
