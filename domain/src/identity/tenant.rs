//! A tenant's own settings, read inside it.

use sqlx::Error;

use super::TenantView;
use crate::db::TenantTx;

/// The tenant of the transaction.
pub async fn view(tx: &mut TenantTx) -> Result<TenantView, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(TenantView, "select slug, name, timezone, currency from tenants where id = $1", tenant)
        .fetch_one(tx.connection())
        .await
}
