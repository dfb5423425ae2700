//! A page of the mirror: filtered, sorted, counted.

use super::OpportunityRow;
use super::filter::{Deleted, Filter, Kind, Sort};
use super::store;
use crate::calendar::{day_end, day_start, zone_or_utc};
use crate::db::TenantTx;
use crate::identity::tenant;
use crate::money::Money;

/// A page and how many rows there are in all.
#[derive(Debug)]
pub struct Listed {
    pub rows: Vec<OpportunityRow>,
    pub total: i64,
    /// Sum of `charge_total` over all of them.
    pub value: Money,
}

/// Ids that a filter finds, sorted, and what they come to.
struct Hits {
    ids: Vec<i64>,
    /// Whether they are in the opposite order.
    backwards: bool,
    total: i64,
    value: Money,
}

/// One page; `page` begins with 1. Rows without a value come last, equal ones by id.
pub async fn page(
    tx: &mut TenantTx,
    filter: &Filter,
    sort: Sort,
    page: i64,
    limit: i64,
) -> Result<Listed, sqlx::Error> {
    let hits = hits(tx, filter, sort, Some(limit), (page - 1).saturating_mul(limit)).await?;
    Ok(Listed { rows: store::by_ids(tx, &hits.ids).await?, total: hits.total, value: hits.value })
}

/// All ids that a filter finds, in the order of the list.
pub async fn all_ids(tx: &mut TenantTx, filter: &Filter, sort: Sort) -> Result<Vec<i64>, sqlx::Error> {
    Ok(hits(tx, filter, sort, None, 0).await?.ids)
}

async fn hits(
    tx: &mut TenantTx,
    filter: &Filter,
    sort: Sort,
    limit: Option<i64>,
    offset: i64,
) -> Result<Hits, sqlx::Error> {
    let zone = zone_or_utc(&tenant::view(tx).await?.timezone);
    let tenant = tx.tenant();
    let some = |list: &[i32]| (!list.is_empty()).then(|| list.to_vec());
    let some_ids = |list: &[i64]| (!list.is_empty()).then(|| list.to_vec());
    // Three sort keys, one a type, so that the column is a parameter and the statement stays one.
    let mut hits = sqlx::query_as!(
        Hits,
        r#"with hits as materialized (
            select id, charge_total,
                case $14 when 'id' then id when 'state' then state when 'status' then status when 'organisation_id' then organisation_id
                    when 'owner_id' then owner_id when 'charge_total' then charge_total when 'total_value' then total_value
                    when 'provisional_cost_total' then provisional_cost_total when 'predicted_cost_total' then predicted_cost_total
                    when 'actual_cost_total' then actual_cost_total end as number_key,
                lower(case $14 when 'name' then name when 'subject' then subject when 'description' then description
                    when 'opportunity_status' then opportunity_status when 'venue_name' then venue_name
                    when 'organisation_name' then organisation_name when 'owner_name' then owner_name end) as text_key,
                case $14 when 'starts_at' then starts_at when 'ends_at' then ends_at when 'created_at_rms' then created_at_rms
                    when 'updated_at_rms' then updated_at_rms when 'synced_at' then synced_at when 'last_webhook_at' then last_webhook_at
                    when 'deleted_at' then deleted_at end as time_key
            from opportunities
            where tenant_id = $1
                and ($2::int[] is null and not $18 or status = any($2) or $18 and status is null)
                and ($19::int[] is null or state = any($19)) and ($20::int[] is null or coalesce(status, -1) <> all($20))
                and ($3::int[] is null or state = any($3))
                and ($4::bigint[] is null or owner_id = any($4)) and ($5::bigint[] is null or organisation_id = any($5))
                and ($6::text is null or id = $21
                    or position(lower($6) in lower(concat_ws(e'\n', coalesce(subject, name), organisation_name, venue_name))) > 0)
                and ($7::timestamptz is null or starts_at >= $7) and ($8::timestamptz is null or starts_at < $8)
                and ($9::numeric is null or charge_total >= $9) and ($10::numeric is null or charge_total <= $10)
                and ($11::int is null or synced_at < now() - make_interval(hours => $11))
                and ($12::timestamptz is null or last_webhook_at >= $12)
                and ($13::bool is null or (deleted_at is not null) = $13)
        ), told as materialized (
            select count(*) as total, coalesce(sum(charge_total), 0) as value, coalesce($17 > count(*) / 2, false) as backwards from hits
        )
        select total as "total!", value as "value!: Money", backwards as "backwards!", case when not backwards then array(
            select id from hits
            order by case when not $15 then number_key end, case when $15 then number_key end desc nulls last,
                case when not $15 then text_key end, case when $15 then text_key end desc nulls last,
                case when not $15 then time_key end, case when $15 then time_key end desc nulls last, id
            limit $16 offset $17)
        -- A page of the second half is sought from the end: the sort keeps no more than what lies between.
        else array(
            select id from hits
            order by case when not $15 then number_key end desc, case when $15 then number_key end nulls first,
                case when not $15 then text_key end desc, case when $15 then text_key end nulls first,
                case when not $15 then time_key end desc, case when $15 then time_key end nulls first, id desc
            limit (select greatest(least($16, total - $17), 0) from told) offset (select greatest(total - $17 - $16, 0) from told))
        end as "ids!"
        from told"#,
        tenant,
        some(&filter.status) as Option<Vec<i32>>,
        some(&filter.state) as Option<Vec<i32>>,
        some_ids(&filter.owner) as Option<Vec<i64>>,
        some_ids(&filter.organisation) as Option<Vec<i64>>,
        filter.q.as_deref(),
        filter.from.map(|day| day_start(day, zone)),
        filter.to.map(|day| day_end(day, zone)),
        filter.min_value as Option<Money>,
        filter.max_value as Option<Money>,
        filter.stale_hours,
        filter.webhook_since,
        match filter.deleted {
            Deleted::Exclude => Some(false),
            Deleted::Only => Some(true),
            Deleted::Include => None,
        },
        sort.column,
        sort.descending,
        limit,
        offset,
        filter.no_status,
        filter.kind.map(Kind::states) as Option<Vec<i32>>,
        filter.kind.map(Kind::without) as Option<Vec<i32>>,
        filter.q.as_deref().and_then(|q| q.trim().parse::<i64>().ok()),
    )
    .fetch_one(tx.connection())
    .await?;
    if hits.backwards {
        hits.ids.reverse();
    }
    Ok(hits)
}
