//! A page of the mirror: filtered, sorted, counted.

use super::OpportunityRow;
use super::filter::{Deleted, Filter, Sort};
use super::store;
use crate::calendar::{day_end, day_start, zone_or_utc};
use crate::db::TenantTx;
use crate::identity::tenant;

/// A page and how many rows there are in all.
#[derive(Debug)]
pub struct Listed {
    pub rows: Vec<OpportunityRow>,
    pub total: i64,
}

/// One page; `page` begins with 1. Rows without a value come last, equal ones by id.
pub async fn page(
    tx: &mut TenantTx,
    filter: &Filter,
    sort: Sort,
    page: i64,
    limit: i64,
) -> Result<Listed, sqlx::Error> {
    let zone = zone_or_utc(&tenant::view(tx).await?.timezone);
    let tenant = tx.tenant();
    let some = |list: &[i32]| (!list.is_empty()).then(|| list.to_vec());
    let some_ids = |list: &[i64]| (!list.is_empty()).then(|| list.to_vec());
    // Three sort keys, one a type, so that the column is a parameter and the statement stays one.
    let hits = sqlx::query!(
        r#"with hits as materialized (
            select id,
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
                and ($2::int[] is null or status = any($2)) and ($3::int[] is null or state = any($3))
                and ($4::bigint[] is null or owner_id = any($4)) and ($5::bigint[] is null or organisation_id = any($5))
                and ($6::text is null or position(lower($6) in lower(coalesce(subject, name))) > 0
                    or position(lower($6) in lower(organisation_name)) > 0 or position(lower($6) in lower(venue_name)) > 0)
                and ($7::timestamptz is null or starts_at >= $7) and ($8::timestamptz is null or starts_at < $8)
                and ($9::numeric is null or charge_total >= $9) and ($10::numeric is null or charge_total <= $10)
                and ($11::int is null or synced_at < now() - make_interval(hours => $11))
                and ($12::timestamptz is null or last_webhook_at >= $12)
                and ($13::bool is null or (deleted_at is not null) = $13)
        )
        select (select count(*) from hits) as "total!", array(
            select id from hits
            order by case when not $15 then number_key end, case when $15 then number_key end desc nulls last,
                case when not $15 then text_key end, case when $15 then text_key end desc nulls last,
                case when not $15 then time_key end, case when $15 then time_key end desc nulls last, id
            limit $16 offset $17) as "ids!""#,
        tenant,
        some(&filter.status) as Option<Vec<i32>>,
        some(&filter.state) as Option<Vec<i32>>,
        some_ids(&filter.owner) as Option<Vec<i64>>,
        some_ids(&filter.organisation) as Option<Vec<i64>>,
        filter.q.as_deref(),
        filter.from.map(|day| day_start(day, zone)),
        filter.to.map(|day| day_end(day, zone)),
        filter.min_value as Option<crate::money::Money>,
        filter.max_value as Option<crate::money::Money>,
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
        (page - 1).saturating_mul(limit),
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(Listed { rows: store::by_ids(tx, &hits.ids).await?, total: hits.total })
}
