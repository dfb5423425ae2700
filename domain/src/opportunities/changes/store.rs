//! Reading changes, newest first.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::query::Filter;
use crate::calendar::{day_end, day_start, zone_or_utc};
use crate::db::TenantTx;
use crate::identity::tenant;

/// A row of `opportunity_changes`, and what its opportunity is called now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangeRow {
    pub id: i64,
    pub changed_at: DateTime<Utc>,
    pub opportunity_id: i64,
    pub kind: String,
    pub source: String,
    pub run_id: Option<i64>,
    /// `{"column": [before, after]}`.
    pub fields: Value,
    pub name: Option<String>,
    pub organisation_name: Option<String>,
}

/// What names a change: the table's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    changed_at: DateTime<Utc>,
    id: i64,
}

/// A filter with its days as instants: at or after the first, before the second.
struct Bounds {
    changed: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    starts: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
}

impl Bounds {
    async fn of(tx: &mut TenantTx, filter: &Filter) -> Result<Bounds, sqlx::Error> {
        let zone = zone_or_utc(&tenant::view(tx).await?.timezone);
        let between =
            |from: Option<_>, to: Option<_>| (from.map(|day| day_start(day, zone)), to.map(|day| day_end(day, zone)));
        Ok(Bounds { changed: between(filter.from, filter.to), starts: between(filter.starts_from, filter.starts_to) })
    }
}

/// How many changes a filter finds: by days alone from the counts, so that a million cost no more than a thousand.
pub async fn count(tx: &mut TenantTx, filter: &Filter) -> Result<i64, sqlx::Error> {
    let bounds = Bounds::of(tx, filter).await?;
    let tenant = tx.tenant();
    let by_days = matches!(filter, Filter { starts_from: None, starts_to: None, kind: None, opportunity: None, .. });
    if by_days {
        return sqlx::query_scalar!(
            r#"select coalesce(sum(count), 0)::bigint as "count!" from change_counts
            where tenant_id = $1 and ($2::timestamptz is null or quarter >= $2) and ($3::timestamptz is null or quarter < $3)"#,
            tenant,
            bounds.changed.0,
            bounds.changed.1
        )
        .fetch_one(tx.connection())
        .await;
    }
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
        from opportunity_changes c left join opportunities o on o.tenant_id = c.tenant_id and o.id = c.opportunity_id
        where c.tenant_id = $1 and ($2::timestamptz is null or c.changed_at >= $2) and ($3::timestamptz is null or c.changed_at < $3)
            and ($4::timestamptz is null or o.starts_at >= $4) and ($5::timestamptz is null or o.starts_at < $5)
            and ($6::text is null or c.kind = $6) and ($7::bigint is null or c.opportunity_id = $7)"#,
        tenant,
        bounds.changed.0,
        bounds.changed.1,
        bounds.starts.0,
        bounds.starts.1,
        filter.kind,
        filter.opportunity
    )
    .fetch_one(tx.connection())
    .await
}

/// Keys of the changes that a filter finds, newest first; all of them without a limit.
pub async fn keys(
    tx: &mut TenantTx,
    filter: &Filter,
    limit: Option<i64>,
    offset: i64,
) -> Result<Vec<Key>, sqlx::Error> {
    let bounds = Bounds::of(tx, filter).await?;
    let tenant = tx.tenant();
    sqlx::query_as!(
        Key,
        r#"select c.changed_at, c.id
        from opportunity_changes c left join opportunities o on o.tenant_id = c.tenant_id and o.id = c.opportunity_id
        where c.tenant_id = $1 and ($2::timestamptz is null or c.changed_at >= $2) and ($3::timestamptz is null or c.changed_at < $3)
            and ($4::timestamptz is null or o.starts_at >= $4) and ($5::timestamptz is null or o.starts_at < $5)
            and ($6::text is null or c.kind = $6) and ($7::bigint is null or c.opportunity_id = $7)
        order by c.changed_at desc, c.id desc limit $8 offset $9"#,
        tenant,
        bounds.changed.0,
        bounds.changed.1,
        bounds.starts.0,
        bounds.starts.1,
        filter.kind,
        filter.opportunity,
        limit,
        offset
    )
    .fetch_all(tx.connection())
    .await
}

/// The changes with these keys, in their order.
pub async fn by_keys(tx: &mut TenantTx, keys: &[Key]) -> Result<Vec<ChangeRow>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        ChangeRow,
        r#"select c.id as "id!", c.changed_at as "changed_at!", c.opportunity_id as "opportunity_id!", c.kind as "kind!",
            c.source as "source!", c.run_id, c.fields as "fields!", o.name as "name?", o.organisation_name
        from unnest($2::timestamptz[], $3::bigint[]) with ordinality k(changed_at, id, place)
        join opportunity_changes c on c.tenant_id = (select $1::uuid) and c.changed_at = k.changed_at and c.id = k.id
        left join opportunities o on o.tenant_id = (select $1::uuid) and o.id = c.opportunity_id
        order by k.place"#,
        tenant,
        &keys.iter().map(|key| key.changed_at).collect::<Vec<_>>(),
        &keys.iter().map(|key| key.id).collect::<Vec<_>>()
    )
    .fetch_all(tx.connection())
    .await
}

/// One page; `page` begins with 1.
pub async fn page(tx: &mut TenantTx, filter: &Filter, page: i64, limit: i64) -> Result<Vec<ChangeRow>, sqlx::Error> {
    let keys = keys(tx, filter, Some(limit), (page - 1).saturating_mul(limit)).await?;
    by_keys(tx, &keys).await
}
