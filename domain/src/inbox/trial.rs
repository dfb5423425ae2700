//! A test delivery: through the same door as all others, marked, and in no number.

use std::time::Instant;

use bytes::Bytes;
use chrono::Utc;
use serde_json::json;
use sqlx::Error;

use super::Provider;
use super::delivery::{Delivery, Door, Receipt};
use super::intake::IntakeError;
use crate::db::TenantTx;
use crate::identity::Change;
use crate::services::Services;

#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    #[error("there is no endpoint to test: make one first")]
    NoEndpoint,
    #[error(transparent)]
    Intake(#[from] IntakeError),
    #[error(transparent)]
    Db(#[from] Error),
}

/// Delivers an update of the record that was touched last (an unknown one where the mirror is empty) to an endpoint, or to the
/// newest one.
pub async fn deliver(services: &Services, change: &Change<'_>, endpoint: Option<i64>) -> Result<Receipt, TrialError> {
    let mut tx = services.db.tenant_tx(&change.caller.actor()).await?;
    let door = door(&mut tx, endpoint).await?.ok_or(TrialError::NoEndpoint)?;
    let tenant = tx.tenant();
    let opportunity = sqlx::query_scalar!(
        "select id from opportunities where tenant_id = $1 and deleted_at is null order by updated_at_rms desc nulls last limit 1",
        tenant
    )
    .fetch_optional(tx.connection())
    .await?;
    change.record(&mut tx, ("webhook endpoint", &door.endpoint.to_string()), "test", None, None).await?;
    tx.commit().await?;
    let at = Utc::now();
    let body = json!({"action": {
        "id": format!("test-{:016x}", rand::random::<u64>()),
        "subject_id": opportunity.unwrap_or(1),
        "subject_type": "Opportunity",
        "action_type": "update",
        "name": "Test delivery",
        "member": {"name": change.caller.name},
        "created_at": at,
        "updated_at": at,
    }});
    let body = Bytes::from(body.to_string());
    let delivery = Delivery { door, event_name: None, body, at, received: Instant::now(), is_test: true };
    Ok(services.intake.take(delivery).await?)
}

async fn door(tx: &mut TenantTx, endpoint: Option<i64>) -> Result<Option<Door>, Error> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        "select id, label from webhook_endpoints where tenant_id = $1 and revoked_at is null and provider = $2
            and ($3::bigint is null or id = $3) order by id desc limit 1",
        tenant,
        Provider::CurrentRms.as_str(),
        endpoint
    )
    .fetch_optional(tx.connection())
    .await?;
    let tenant = crate::identity::TenantId(tenant);
    Ok(row.map(|row| Door { tenant, endpoint: row.id, provider: Provider::CurrentRms, label: row.label }))
}
