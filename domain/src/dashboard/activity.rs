//! What changed: days, opportunities with many changes, the newest.

use super::store::Bounds;
use super::{Activity, DayCount, TopOpportunity};
use crate::db::TenantTx;

/// Without a range from the counts; with one the changes themselves are looked at, since dates are the records'.
pub(super) async fn timeline(tx: &mut TenantTx, bounds: &Bounds, zone: &str) -> Result<Vec<DayCount>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        DayCount,
        r#"with days as (
            select (now() at time zone $4)::date - back as day from generate_series(0, 6) back
        ), since as (
            select ((now() at time zone $4)::date - 6)::timestamp at time zone $4 as at
        ), counted as (
            select (quarter at time zone $4)::date as day, count from change_counts
            where tenant_id = $1 and quarter >= (select at from since) and $2::timestamptz is null and $3::timestamptz is null
            union all
            select (c.changed_at at time zone $4)::date, 1
            from opportunity_changes c join opportunities o on o.tenant_id = c.tenant_id and o.id = c.opportunity_id
            where c.tenant_id = $1 and c.changed_at >= (select at from since) and ($2 is not null or $3 is not null)
                and ($2 is null or o.starts_at >= $2) and ($3 is null or o.starts_at < $3)
        )
        select days.day as "date!", coalesce(sum(counted.count), 0)::bigint as "count!"
        from days left join counted using (day) group by 1 order by 1"#,
        tenant,
        bounds.from,
        bounds.to,
        zone
    )
    .fetch_all(tx.connection())
    .await
}

/// Those with changes after their creation by their counts, then the newest: what was only created has one change.
pub(super) async fn top(tx: &mut TenantTx, bounds: &Bounds) -> Result<Vec<TopOpportunity>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        TopOpportunity,
        r#"with busy as (
            select o.id, a.count + 1 as count, a.last_at
            from opportunity_activity a join opportunities o on o.tenant_id = a.tenant_id and o.id = a.opportunity_id
            where a.tenant_id = $1 and o.deleted_at is null
                and ($2::timestamptz is null or o.starts_at >= $2) and ($3::timestamptz is null or o.starts_at < $3)
            order by a.count desc, a.last_at desc limit 10
        ), fresh as (
            select o.id, 1::bigint as count, c.changed_at
            from opportunity_changes c join opportunities o on o.tenant_id = c.tenant_id and o.id = c.opportunity_id
            where c.tenant_id = $1 and c.kind = 'created' and o.deleted_at is null
                and ($2 is null or o.starts_at >= $2) and ($3 is null or o.starts_at < $3)
                and not exists (select from opportunity_activity a where a.tenant_id = $1 and a.opportunity_id = o.id)
                and (select count(*) from busy) < 10
            order by c.changed_at desc, c.id desc limit 10
        )
        select o.id as "opportunity_id!", o.name as "opportunity_name!", o.organisation_name as customer_name,
            t.count as "event_count!", t.last_at as "last_activity!"
        from (select * from busy union all select * from fresh) t join opportunities o on o.tenant_id = $1 and o.id = t.id
        order by t.count desc, t.last_at desc, o.id limit 10"#,
        tenant,
        bounds.from,
        bounds.to
    )
    .fetch_all(tx.connection())
    .await
}

/// The newest changes.
pub(super) async fn recent(tx: &mut TenantTx, bounds: &Bounds) -> Result<Vec<Activity>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Activity,
        r#"select c.id::text as "id!", c.changed_at as "timestamp!", o.id as "opportunity_id!", o.name as "opportunity_name!",
            o.organisation_name as customer_name, null::text as user_name, c.kind as "action_type!",
            case when c.kind = 'created' then o.opportunity_status else c.fields -> 'opportunity_status' ->> 1 end as new_status,
            case when c.source = 'webhook' then true end as processed, null::text as error
        from opportunity_changes c join opportunities o on o.tenant_id = c.tenant_id and o.id = c.opportunity_id
        where c.tenant_id = $1 and ($2::timestamptz is null or o.starts_at >= $2) and ($3::timestamptz is null or o.starts_at < $3)
        order by c.changed_at desc, c.id desc limit 20"#,
        tenant,
        bounds.from,
        bounds.to
    )
    .fetch_all(tx.connection())
    .await
}
