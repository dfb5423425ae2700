//! The rows of `external_integrations`.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::Error;

use crate::db::TenantTx;

/// What an opportunity is called in another system.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Integration {
    pub id: i64,
    pub opportunity_id: i64,
    pub system_name: String,
    pub external_id: String,
    /// An id that several systems share.
    pub uid: Option<String>,
    /// A [`super::SyncStatus`].
    pub sync_status: String,
    pub last_synced: Option<DateTime<Utc>>,
    /// An object.
    pub metadata: Value,
    pub created_at: DateTime<Utc>,
    pub version: i64,
}

/// Whose integrations.
#[derive(Debug, Clone, Copy)]
pub enum Of<'a> {
    Opportunity(i64),
    /// All that share a uid.
    Uid(&'a str),
}

/// A page of them, by opportunity and system, and how many there are.
pub async fn page(tx: &mut TenantTx, of: Of<'_>, page: i64, limit: i64) -> Result<(Vec<Integration>, i64), Error> {
    let tenant = tx.tenant();
    let (opportunity, uid) = match of {
        Of::Opportunity(id) => (Some(id), None),
        Of::Uid(uid) => (None, Some(uid)),
    };
    let total = sqlx::query_scalar!(
        r#"select count(*) as "count!" from external_integrations
         where tenant_id = $1 and ($2::bigint is null or opportunity_id = $2) and ($3::text is null or uid = $3)"#,
        tenant,
        opportunity,
        uid
    )
    .fetch_one(tx.connection())
    .await?;
    let rows = sqlx::query_as!(
        Integration,
        "select id, opportunity_id, system_name, external_id, uid, sync_status, last_synced, metadata, created_at, version
         from external_integrations
         where tenant_id = $1 and ($2::bigint is null or opportunity_id = $2) and ($3::text is null or uid = $3)
         order by opportunity_id, system_name limit $4 offset $5",
        tenant,
        opportunity,
        uid,
        limit,
        (page - 1) * limit
    )
    .fetch_all(tx.connection())
    .await?;
    Ok((rows, total))
}

/// One integration.
pub async fn find(tx: &mut TenantTx, opportunity: i64, id: i64) -> Result<Option<Integration>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Integration,
        "select id, opportunity_id, system_name, external_id, uid, sync_status, last_synced, metadata, created_at, version
         from external_integrations where tenant_id = $1 and opportunity_id = $2 and id = $3",
        tenant,
        opportunity,
        id
    )
    .fetch_optional(tx.connection())
    .await
}

/// Names of the systems in use, in their order; each costs one probe of the index, however many rows it has.
pub async fn systems(tx: &mut TenantTx) -> Result<Vec<String>, Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        r#"with recursive used as (
            (select system_name from external_integrations where tenant_id = $1 order by system_name limit 1)
            union all
            select (select e.system_name from external_integrations e
                where e.tenant_id = $1 and e.system_name > used.system_name order by e.system_name limit 1)
            from used where used.system_name is not null
        )
        select system_name as "system_name!" from used where system_name is not null order by 1"#,
        tenant
    )
    .fetch_all(tx.connection())
    .await
}

/// The integration of an opportunity with a system, held until the transaction ends.
pub(super) async fn hold_system(
    tx: &mut TenantTx,
    opportunity: i64,
    system: &str,
) -> Result<Option<Integration>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Integration,
        "select id, opportunity_id, system_name, external_id, uid, sync_status, last_synced, metadata, created_at, version
         from external_integrations where tenant_id = $1 and opportunity_id = $2 and system_name = $3 for update",
        tenant,
        opportunity,
        system
    )
    .fetch_optional(tx.connection())
    .await
}

/// One integration, held until the transaction ends.
pub(super) async fn hold(tx: &mut TenantTx, opportunity: i64, id: i64) -> Result<Option<Integration>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Integration,
        "select id, opportunity_id, system_name, external_id, uid, sync_status, last_synced, metadata, created_at, version
         from external_integrations where tenant_id = $1 and opportunity_id = $2 and id = $3 for update",
        tenant,
        opportunity,
        id
    )
    .fetch_optional(tx.connection())
    .await
}

/// Writes a new row; none when the opportunity has one of the system by now.
pub(super) async fn insert(tx: &mut TenantTx, new: &Integration) -> Result<Option<Integration>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Integration,
        "insert into external_integrations
            (tenant_id, opportunity_id, system_name, external_id, uid, sync_status, last_synced, metadata)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict on constraint external_integrations_system_key do nothing
         returning id, opportunity_id, system_name, external_id, uid, sync_status, last_synced, metadata, created_at, version",
        tenant,
        new.opportunity_id,
        new.system_name,
        new.external_id,
        new.uid,
        new.sync_status,
        new.last_synced,
        new.metadata
    )
    .fetch_optional(tx.connection())
    .await
}

/// Writes a row that is held.
pub(super) async fn update(tx: &mut TenantTx, new: &Integration) -> Result<Integration, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Integration,
        "update external_integrations set external_id = $3, uid = $4, sync_status = $5, last_synced = $6, metadata = $7,
            version = version + 1
         where tenant_id = $1 and id = $2
         returning id, opportunity_id, system_name, external_id, uid, sync_status, last_synced, metadata, created_at, version",
        tenant,
        new.id,
        new.external_id,
        new.uid,
        new.sync_status,
        new.last_synced,
        new.metadata
    )
    .fetch_one(tx.connection())
    .await
}

pub(super) async fn delete(tx: &mut TenantTx, id: i64) -> Result<(), Error> {
    let tenant = tx.tenant();
    sqlx::query!("delete from external_integrations where tenant_id = $1 and id = $2", tenant, id)
        .execute(tx.connection())
        .await?;
    Ok(())
}
