//! For how long bytes are kept. They are kept for ever unless a tenant sets a number of days for a provider; then older ones
//! are removed at night, and the rows stay.

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::Error;

use super::Provider;
use crate::audit::Request;
use crate::db::{Db, TenantTx};
use crate::identity::{IdentityError, TenantId};

/// Rows of one statement.
const BATCH: i64 = 1000;
const LONGEST: i32 = 36_500;

/// Days for which each provider's bytes are kept; null: for ever.
pub async fn days(tx: &mut TenantTx) -> Result<BTreeMap<&'static str, Option<i32>>, Error> {
    let tenant = tx.tenant();
    let rows = sqlx::query!("select provider, keep_days from webhook_settings where tenant_id = $1", tenant)
        .fetch_all(tx.connection())
        .await?;
    let set =
        |provider: Provider| rows.iter().find(|row| row.provider == provider.as_str()).and_then(|row| row.keep_days);
    Ok(Provider::ALL.into_iter().map(|provider| (provider.as_str(), set(provider))).collect())
}

/// Sets the days of a provider; the caller commits.
pub async fn set(
    tx: &mut TenantTx,
    hand: &Request<'_>,
    provider: Provider,
    days: Option<i32>,
) -> Result<(), IdentityError> {
    if days.is_some_and(|days| !(1..=LONGEST).contains(&days)) {
        return Err(IdentityError::invalid("keepDays", format!("expected a number from 1 to {LONGEST}, or null")));
    }
    let before = self::days(tx).await?.remove(provider.as_str()).flatten();
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into webhook_settings (tenant_id, provider, keep_days) values ($1, $2, $3)
         on conflict (tenant_id, provider) do update set keep_days = excluded.keep_days",
        tenant,
        provider.as_str(),
        days
    )
    .execute(tx.connection())
    .await?;
    let (before, after) = (json!({"keep_days": before}), json!({"keep_days": days}));
    hand.record(tx, ("webhook settings", provider.as_str()), "set", Some(before), Some(after)).await?;
    Ok(())
}

/// Removes the bytes that a tenant no longer wants, a batch a transaction; gives of how many events.
pub async fn remove_old(db: &Db, tenant: TenantId) -> Result<u64, Error> {
    let mut removed = 0;
    loop {
        let mut tx = db.worker_tx(tenant).await?;
        let done = sqlx::query!(
            "update webhook_events set raw_payload = null
             where tenant_id = $1 and id in (
                select e.id from webhook_settings s join webhook_events e on e.tenant_id = s.tenant_id and e.provider = s.provider
                where s.tenant_id = $1 and e.timestamp < now() - make_interval(days => s.keep_days)
                    and e.raw_payload is not null and e.state <> 'received'
                limit $2)",
            tenant.0,
            BATCH
        )
        .execute(tx.connection())
        .await?;
        tx.commit().await?;
        removed += done.rows_affected();
        if done.rows_affected() < BATCH.unsigned_abs() {
            return Ok(removed);
        }
    }
}
