//! The lists, each with how long it is. Opportunities stand as in their own list, the newest change first; integrations by
//! system and opportunity, as the index has them.

use sqlx::Error;

use super::Kind;
use super::items::Key;
use crate::db::TenantTx;

/// A part of a list; without a limit all that is behind the offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Slice {
    pub limit: Option<i64>,
    pub offset: i64,
}

impl Slice {
    pub const WHOLE: Slice = Slice { limit: None, offset: 0 };

    /// `page` is 1 and up.
    pub const fn of_page(page: i64, limit: i64) -> Slice {
        Slice { limit: Some(limit), offset: (page - 1) * limit }
    }
}

/// A part of a list, and the length of the whole.
#[derive(Debug, Clone, Default)]
pub struct Found {
    pub count: i64,
    pub keys: Vec<Key>,
}

impl Found {
    pub(super) fn of(kind: Kind, system: Option<&str>, count: i64, ids: Vec<i64>) -> Found {
        let keys = ids.into_iter().map(|opportunity| Key { kind, system: system.map(str::to_owned), opportunity });
        Found { count, keys: keys.collect() }
    }
}

/// Opportunities of the mirror to which the business has added nothing.
pub async fn get_unaugmented_opportunities(tx: &mut TenantTx, slice: Slice) -> Result<Found, Error> {
    let tenant = tx.tenant();
    // Materialized: with a limit in sight the planner would probe one by one, which is slow where next to none is missing.
    let found = sqlx::query!(
        r#"with missing as materialized (
            select o.id, o.updated_at_rms from opportunities o where o.tenant_id = $1 and o.deleted_at is null
                and not exists (select from augmented_opportunities a where a.tenant_id = $1 and a.opportunity_id = o.id)
        )
        select (select count(*) from missing) as "count!",
            array(select id from missing order by updated_at_rms desc nulls last, id limit $2 offset $3) as "ids!""#,
        tenant,
        slice.limit,
        slice.offset
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(Found::of(Kind::Unaugmented, None, found.count, found.ids))
}

/// Opportunities of the mirror that a system does not know.
pub async fn get_opportunities_missing_integration(
    tx: &mut TenantTx,
    system: &str,
    slice: Slice,
) -> Result<Found, Error> {
    let tenant = tx.tenant();
    let found = sqlx::query!(
        r#"with missing as materialized (
            select o.id, o.updated_at_rms from opportunities o where o.tenant_id = $1 and o.deleted_at is null
                and not exists (select from external_integrations e
                    where e.tenant_id = $1 and e.opportunity_id = o.id and e.system_name = $2)
        )
        select (select count(*) from missing) as "count!",
            array(select id from missing order by updated_at_rms desc nulls last, id limit $3 offset $4) as "ids!""#,
        tenant,
        system,
        slice.limit,
        slice.offset
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(Found::of(Kind::MissingIntegration, Some(system), found.count, found.ids))
}

/// Integrations that failed, or that were not synced for a day, or never; of one system or of all.
pub async fn get_stale_integrations(tx: &mut TenantTx, system: Option<&str>, slice: Slice) -> Result<Found, Error> {
    let tenant = tx.tenant();
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from external_integrations
        where tenant_id = $1 and ($2::text is null or system_name = $2)
            and (sync_status = 'failed' or last_synced is null or last_synced < now() - interval '24 hours')"#,
        tenant,
        system
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(Found { count, keys: stale_keys(tx, system, slice).await? })
}

/// The part alone, where the length is known.
pub(super) async fn stale_keys(tx: &mut TenantTx, system: Option<&str>, slice: Slice) -> Result<Vec<Key>, Error> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select opportunity_id, system_name from external_integrations
        where tenant_id = $1 and ($2::text is null or system_name = $2)
            and (sync_status = 'failed' or last_synced is null or last_synced < now() - interval '24 hours')
        order by system_name, opportunity_id limit $3 offset $4",
        tenant,
        system,
        slice.limit,
        slice.offset
    )
    .fetch_all(tx.connection())
    .await?;
    let key = |opportunity, system| Key { kind: Kind::StaleIntegrations, system: Some(system), opportunity };
    Ok(rows.into_iter().map(|row| key(row.opportunity_id, row.system_name)).collect())
}

/// Which of these opportunities have a stale integration with the system, with its id; held until the transaction ends.
pub(super) async fn stale_among(tx: &mut TenantTx, system: &str, ids: &[i64]) -> Result<Vec<(i64, i64)>, Error> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select opportunity_id, id from external_integrations
        where tenant_id = $1 and system_name = $2 and opportunity_id = any($3)
            and (sync_status = 'failed' or last_synced is null or last_synced < now() - interval '24 hours')
        order by opportunity_id for update",
        tenant,
        system,
        ids
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.opportunity_id, row.id)).collect())
}
