//! Writing records into the mirror, a page at a time, in one statement.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::record::{Record, Unreadable};
use crate::db::TenantTx;

/// Where a change was learned from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A run, and the instant since which a record counts as seen by it.
    Run { id: i64, since: DateTime<Utc> },
    /// One record, read by its id.
    Single,
}

/// What a page did to the mirror.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Records that this run had not seen before.
    pub new_to_run: i64,
    /// Records of which something changed: created, updated or restored.
    pub changed: i64,
    /// Records new to the run that changed, or whose version is not older than the run's cursor.
    pub news: i64,
}

/// Writes records of which each id occurs once, and one change for each that differs. An older version never overwrites a
/// newer one, an equal one is taken; a record seen unchanged only moves its `synced_at`.
pub async fn write(
    tx: &mut TenantTx,
    records: &[Record],
    origin: Origin,
    cursor: Option<DateTime<Utc>>,
) -> Result<Written, sqlx::Error> {
    if records.is_empty() {
        return Ok(Written::default());
    }
    let (source, run, since) = match origin {
        Origin::Run { id, since } => ("sync", Some(id), Some(since)),
        Origin::Single => ("single", None, None),
    };
    macro_rules! column {
        ($($field:tt)+) => { records.iter().map(|record| record.$($field)+).collect::<Vec<_>>() };
    }
    let tenant = tx.tenant();
    // `previous` is read before and locked, so that the change's "before" is what the row really held. `written` compares
    // raw texts: the column keeps its stored form when nothing changed, and no new copy is compressed.
    let row = sqlx::query!(
        r#"with incoming as (
            select * from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::text[],
                $9::int[], $10::int[], $11::timestamptz[], $12::timestamptz[], $13::text[], $14::bigint[], $15::text[], $16::bigint[],
                $17::text[], $18::numeric[], $19::numeric[], $20::numeric[], $21::numeric[], $22::numeric[], $23::text[])
            as t(id, name, subject, description, starts_at, ends_at, opportunity_status, state, status, created_at_rms, updated_at_rms,
                venue_name, organisation_id, organisation_name, owner_id, owner_name, charge_total, total_value, provisional_cost_total,
                predicted_cost_total, actual_cost_total, raw)
        ), previous as materialized (
            select * from opportunities where tenant_id = $1 and id = any($2) order by id for no key update
        ), written as (
            insert into opportunities as o (tenant_id, id, name, subject, description, starts_at, ends_at, opportunity_status, state,
                status, created_at_rms, updated_at_rms, venue_name, organisation_id, organisation_name, owner_id, owner_name, charge_total,
                total_value, provisional_cost_total, predicted_cost_total, actual_cost_total, data, synced_at)
            select $1, id, name, subject, description, starts_at, ends_at, opportunity_status, state, status, created_at_rms,
                updated_at_rms, venue_name, organisation_id, organisation_name, owner_id, owner_name, charge_total, total_value,
                provisional_cost_total, predicted_cost_total, actual_cost_total, raw::json, clock_timestamp()
            from incoming
            on conflict (tenant_id, id) do update set
                name = excluded.name, subject = excluded.subject, description = excluded.description, starts_at = excluded.starts_at,
                ends_at = excluded.ends_at, opportunity_status = excluded.opportunity_status, state = excluded.state,
                status = excluded.status, created_at_rms = excluded.created_at_rms, updated_at_rms = excluded.updated_at_rms,
                venue_name = excluded.venue_name, organisation_id = excluded.organisation_id,
                organisation_name = excluded.organisation_name, owner_id = excluded.owner_id, owner_name = excluded.owner_name,
                charge_total = excluded.charge_total, total_value = excluded.total_value,
                provisional_cost_total = excluded.provisional_cost_total, predicted_cost_total = excluded.predicted_cost_total,
                actual_cost_total = excluded.actual_cost_total, synced_at = excluded.synced_at, deleted_at = null,
                data = case when o.data::text = excluded.data::text then o.data else excluded.data end
            where o.updated_at_rms is null or excluded.updated_at_rms is null or excluded.updated_at_rms >= o.updated_at_rms
            returning o.id
        ), compared as (
            select i.*, p.id is null as created, p.deleted_at is not null as restored,
                p.id is null or p.deleted_at is not null or p.data::text <> i.raw as changed,
                p.id is null or p.synced_at < coalesce($25, now()) as new_to_run,
                to_jsonb(p) - '{tenant_id,data,synced_at,last_webhook_at,deleted_at}'::text[] as was
            from incoming i join written w using (id) left join previous p using (id)
        ), noted as (
            insert into opportunity_changes (tenant_id, opportunity_id, kind, source, run_id, fields)
            select $1, c.id, case when c.created then 'created' when c.restored then 'restored' else 'updated' end, $24, $26,
                case when c.created then '{}' else coalesce((
                    select jsonb_object_agg(b.key, jsonb_build_array(b.value, a.value))
                    from jsonb_each(c.was) b join jsonb_each(to_jsonb(c)) a using (key) where a.value is distinct from b.value), '{}') end
            from compared c where c.changed
        )
        select count(*) filter (where new_to_run) as "new_to_run!", count(*) filter (where changed) as "changed!",
            count(*) filter (where changed or (new_to_run and ($27::timestamptz is null or updated_at_rms >= $27))) as "news!"
        from compared"#,
        tenant,
        &column!(id),
        &column!(name.as_str()) as &[&str],
        &column!(subject.as_deref()) as &[Option<&str>],
        &column!(description.as_deref()) as &[Option<&str>],
        &column!(starts_at) as &[Option<DateTime<Utc>>],
        &column!(ends_at) as &[Option<DateTime<Utc>>],
        &column!(opportunity_status.as_deref()) as &[Option<&str>],
        &column!(state) as &[Option<i32>],
        &column!(status) as &[Option<i32>],
        &column!(created_at_rms) as &[Option<DateTime<Utc>>],
        &column!(updated_at_rms) as &[Option<DateTime<Utc>>],
        &column!(venue_name.as_deref()) as &[Option<&str>],
        &column!(organisation_id) as &[Option<i64>],
        &column!(organisation_name.as_deref()) as &[Option<&str>],
        &column!(owner_id) as &[Option<i64>],
        &column!(owner_name.as_deref()) as &[Option<&str>],
        &column!(charge_total) as &[Option<crate::money::Money>],
        &column!(total_value) as &[Option<crate::money::Money>],
        &column!(provisional_cost_total) as &[Option<crate::money::Money>],
        &column!(predicted_cost_total) as &[Option<crate::money::Money>],
        &column!(actual_cost_total) as &[Option<crate::money::Money>],
        &column!(raw.as_str()) as &[&str],
        source,
        since,
        run,
        cursor,
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(Written { new_to_run: row.new_to_run, changed: row.changed, news: row.news })
}

/// Like [`write`], but a record that the database refuses does not take its page with it: it comes back with the reason.
pub async fn write_whatever_fits(
    tx: &mut TenantTx,
    records: &[Record],
    origin: Origin,
    cursor: Option<DateTime<Utc>>,
) -> Result<(Written, Vec<Unreadable>), sqlx::Error> {
    tx.savepoint().await?;
    match write(tx, records, origin, cursor).await {
        Ok(written) => return Ok((written, Vec::new())),
        Err(error) if !is_about_data(&error) => return Err(error),
        Err(_) => tx.back_to_savepoint().await?,
    }
    let (mut total, mut refused) = (Written::default(), Vec::new());
    for record in records {
        match write(tx, std::slice::from_ref(record), origin, cursor).await {
            Ok(written) => {
                total.new_to_run += written.new_to_run;
                total.changed += written.changed;
                total.news += written.news;
                tx.savepoint().await?;
            }
            Err(error) if !is_about_data(&error) => return Err(error),
            Err(error) => {
                tx.back_to_savepoint().await?;
                let reason = format!("the database refuses it: {error}");
                refused.push(Unreadable { id: Some(record.id), field: None, reason, raw: record.raw.clone() });
            }
        }
    }
    Ok((total, refused))
}

/// Data exceptions, broken constraints, limits of the server: about this record, not about the connection.
fn is_about_data(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| ["22", "23", "54"].iter().any(|class| code.starts_with(class)))
}

/// Keeps one record for each id, the newest version of it, in order of ids: locks are then always taken in one order.
pub fn newest_of_each(records: Vec<Record>) -> Vec<Record> {
    let mut by_id: BTreeMap<i64, Record> = BTreeMap::new();
    for record in records {
        match by_id.get(&record.id) {
            Some(kept) if kept.updated_at_rms > record.updated_at_rms => {}
            _ => {
                by_id.insert(record.id, record);
            }
        }
    }
    by_id.into_values().collect()
}

/// Marks records as gone from the source; gives how many were not marked yet.
pub async fn mark_gone(tx: &mut TenantTx, ids: &[i64], run: Option<i64>) -> Result<i64, sqlx::Error> {
    let tenant = tx.tenant();
    let source = if run.is_some() { "sync" } else { "single" };
    sqlx::query_scalar!(
        r#"with gone as (
            update opportunities set deleted_at = now() where tenant_id = $1 and id = any($2) and deleted_at is null returning id
        ), noted as (
            insert into opportunity_changes (tenant_id, opportunity_id, kind, source, run_id) select $1, id, 'deleted', $3, $4 from gone
        )
        select count(*) as "count!" from gone"#,
        tenant,
        ids,
        source,
        run
    )
    .fetch_one(tx.connection())
    .await
}

/// A page's records, sorted into those that can be mirrored and those that cannot.
#[derive(Debug, Default)]
pub struct Sorted {
    pub records: Vec<Record>,
    pub unreadable: Vec<Unreadable>,
    /// The ids in the order of the page; none where there is none to read.
    pub ids: Vec<Option<i64>>,
}

impl Sorted {
    /// Reads every record of a page; a bad one does not disturb the others.
    pub fn read(raw: &[&serde_json::value::RawValue]) -> Sorted {
        let mut sorted = Sorted::default();
        for raw in raw {
            let read = Record::read(raw);
            sorted.ids.push(match &read {
                Ok(record) => Some(record.id),
                Err(fault) => fault.id,
            });
            match read {
                Ok(record) => sorted.records.push(record),
                Err(fault) => sorted.unreadable.push(fault),
            }
        }
        sorted.records = newest_of_each(sorted.records);
        sorted
    }
}
