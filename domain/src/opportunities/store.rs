//! Reading single rows of the mirror.

use chrono::{DateTime, Utc};
use serde_json::value::RawValue;

use super::OpportunityRow;
use crate::db::TenantTx;
use crate::money::Money;

/// Rows by id, in the order of the ids; ids that are not there are left out.
pub async fn by_ids(tx: &mut TenantTx, ids: &[i64]) -> Result<Vec<OpportunityRow>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        OpportunityRow,
        r#"select id, name, subject, description, starts_at, ends_at, opportunity_status, state, status, created_at_rms, updated_at_rms,
            venue_name, organisation_id, organisation_name, owner_id, owner_name, charge_total as "charge_total: Money",
            total_value as "total_value: Money", provisional_cost_total as "provisional_cost_total: Money",
            predicted_cost_total as "predicted_cost_total: Money", actual_cost_total as "actual_cost_total: Money",
            synced_at, last_webhook_at, deleted_at
        from opportunities where tenant_id = (select $1::uuid) and id = any($2) order by array_position($2, id)"#,
        tenant,
        ids
    )
    .fetch_all(tx.connection())
    .await
}

/// One row and the record as the source sent it.
pub async fn get_opportunity(
    tx: &mut TenantTx,
    id: i64,
) -> Result<Option<(OpportunityRow, Box<RawValue>)>, sqlx::Error> {
    let Some(row) = by_ids(tx, &[id]).await?.pop() else { return Ok(None) };
    let tenant = tx.tenant();
    let text = sqlx::query_scalar!(
        r#"select data::text as "data!" from opportunities where tenant_id = $1 and id = $2"#,
        tenant,
        id
    )
    .fetch_one(tx.connection())
    .await?;
    let data = RawValue::from_string(text).map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok(Some((row, data)))
}

/// Ids of all records, gone ones included, that the source has not shown since.
pub async fn unmet_ids(tx: &mut TenantTx, since: DateTime<Utc>) -> Result<Vec<i64>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        "select id from opportunities where tenant_id = $1 and synced_at < $2 order by id",
        tenant,
        since
    )
    .fetch_all(tx.connection())
    .await
}

/// Records that are not marked as gone.
pub async fn alive(tx: &mut TenantTx) -> Result<Vec<i64>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!("select id from opportunities where tenant_id = $1 and deleted_at is null order by id", tenant)
        .fetch_all(tx.connection())
        .await
}

/// How many they are.
pub async fn count_alive(tx: &mut TenantTx) -> Result<i64, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from opportunities where tenant_id = $1 and deleted_at is null"#,
        tenant
    )
    .fetch_one(tx.connection())
    .await
}

/// Which of these are not marked as gone.
pub async fn alive_among(tx: &mut TenantTx, ids: &[i64]) -> Result<Vec<i64>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        "select id from opportunities where tenant_id = $1 and id = any($2) and deleted_at is null",
        tenant,
        ids
    )
    .fetch_all(tx.connection())
    .await
}

/// Whether the mirror holds anything.
pub async fn any(tx: &mut TenantTx) -> Result<bool, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(r#"select exists (select from opportunities where tenant_id = $1) as "any!""#, tenant)
        .fetch_one(tx.connection())
        .await
}

/// Which of these the mirror has, gone ones included.
pub async fn known_among(tx: &mut TenantTx, ids: &[i64]) -> Result<Vec<i64>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!("select id from opportunities where tenant_id = $1 and id = any($2)", tenant, ids)
        .fetch_all(tx.connection())
        .await
}
