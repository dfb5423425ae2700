//! The statements behind a page's write. Records travel as arrays, one a column: Postgres refuses COPY into a table with
//! row-level security.

use chrono::{DateTime, Utc};

use super::mirror::Origin;
use super::record::Record;
use crate::db::TenantTx;
use crate::money::Money;

/// What the mirror has of a record that has just been read.
pub(super) struct Known {
    pub id: i64,
    updated_at_rms: Option<DateTime<Utc>>,
    pub synced_at: DateTime<Utc>,
    gone: bool,
    digest: Vec<u8>,
}

impl Known {
    /// Whether the mirror has the very same text, and not marked as gone.
    pub fn is(&self, record: &Record) -> bool {
        !self.gone && self.digest == record.digest
    }

    /// Whether the mirror has a later version. A version without a date cannot be compared and counts as read last; one that
    /// is marked as gone is not later than what the source shows of it again.
    pub fn is_newer_than(&self, record: &Record) -> bool {
        !self.gone && matches!((self.updated_at_rms, record.updated_at_rms), (Some(known), Some(read)) if known > read)
    }
}

macro_rules! column {
    ($records:expr, $($field:tt)+) => { $records.iter().map(|record| record.$($field)+).collect::<Vec<_>>() };
}

/// Looks at the rows of these records, and locks them, so that what was compared is what is written over.
pub(super) async fn lock_known(tx: &mut TenantTx, records: &[&Record]) -> Result<Vec<Known>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Known,
        // One probe of the primary key an id: with `= any` and without statistics the planner reads the whole tenant. It would
        // also with `tenant_id = $1` of a tenant that the statistics do not know yet: any index that begins with the tenant looks
        // as good then. Of `(select $1)` it knows no value, and expects a tenant of the usual size.
        r#"select o.id as "id!", o.updated_at_rms, o.synced_at as "synced_at!", o.gone as "gone!", o.digest as "digest!"
        from unnest($2::bigint[]) as i(id), lateral (
            select id, updated_at_rms, synced_at, deleted_at is not null as gone, digest
            from opportunities where tenant_id = (select $1::uuid) and id = i.id for no key update) o"#,
        tenant,
        &column!(records, id),
    )
    .fetch_all(tx.connection())
    .await
}

/// Records that the source showed unchanged.
pub(super) async fn note_seen(tx: &mut TenantTx, ids: &[i64]) -> Result<(), sqlx::Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let tenant = tx.tenant();
    sqlx::query!(
        "update opportunities set synced_at = clock_timestamp() where tenant_id = (select $1::uuid) and id = any($2)",
        tenant,
        ids
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Records that the mirror does not have; gives the ids that were inserted.
pub(super) async fn insert(tx: &mut TenantTx, records: &[&Record]) -> Result<Vec<i64>, sqlx::Error> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        "insert into opportunities (tenant_id, id, name, subject, description, starts_at, ends_at, opportunity_status, state, status,
                created_at_rms, updated_at_rms, venue_name, organisation_id, organisation_name, owner_id, owner_name, charge_total,
                total_value, provisional_cost_total, predicted_cost_total, actual_cost_total, data, digest, synced_at)
            select $1, id, name, subject, description, starts_at, ends_at, opportunity_status, state, status, created_at_rms,
                updated_at_rms, venue_name, organisation_id, organisation_name, owner_id, owner_name, charge_total, total_value,
                provisional_cost_total, predicted_cost_total, actual_cost_total, raw::json, digest, clock_timestamp()
            from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::text[], $9::int[],
                $10::int[], $11::timestamptz[], $12::timestamptz[], $13::text[], $14::bigint[], $15::text[], $16::bigint[], $17::text[],
                $18::numeric[], $19::numeric[], $20::numeric[], $21::numeric[], $22::numeric[], $23::text[], $24::bytea[])
            as t(id, name, subject, description, starts_at, ends_at, opportunity_status, state, status, created_at_rms, updated_at_rms,
                venue_name, organisation_id, organisation_name, owner_id, owner_name, charge_total, total_value, provisional_cost_total,
                predicted_cost_total, actual_cost_total, raw, digest)
            on conflict do nothing
            returning id",
        tenant,
        &column!(records, id),
        &column!(records, name.as_str()) as &[&str],
        &column!(records, subject.as_deref()) as &[Option<&str>],
        &column!(records, description.as_deref()) as &[Option<&str>],
        &column!(records, starts_at) as &[Option<DateTime<Utc>>],
        &column!(records, ends_at) as &[Option<DateTime<Utc>>],
        &column!(records, opportunity_status.as_deref()) as &[Option<&str>],
        &column!(records, state) as &[Option<i32>],
        &column!(records, status) as &[Option<i32>],
        &column!(records, created_at_rms) as &[Option<DateTime<Utc>>],
        &column!(records, updated_at_rms) as &[Option<DateTime<Utc>>],
        &column!(records, venue_name.as_deref()) as &[Option<&str>],
        &column!(records, organisation_id) as &[Option<i64>],
        &column!(records, organisation_name.as_deref()) as &[Option<&str>],
        &column!(records, owner_id) as &[Option<i64>],
        &column!(records, owner_name.as_deref()) as &[Option<&str>],
        &column!(records, charge_total) as &[Option<Money>],
        &column!(records, total_value) as &[Option<Money>],
        &column!(records, provisional_cost_total) as &[Option<Money>],
        &column!(records, predicted_cost_total) as &[Option<Money>],
        &column!(records, actual_cost_total) as &[Option<Money>],
        &column!(records, raw.as_str()) as &[&str],
        &column!(records, digest.as_slice()) as &[&[u8]],
    )
    .fetch_all(tx.connection())
    .await
}

/// The changes of records that were inserted.
pub(super) async fn note_created(tx: &mut TenantTx, ids: &[i64], origin: Origin) -> Result<(), sqlx::Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into opportunity_changes (tenant_id, opportunity_id, kind, source, run_id)
         select $1, id, 'created', $3, $4 from unnest($2::bigint[]) as t(id)",
        tenant,
        ids,
        origin.source(),
        origin.run(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Records that the mirror has in another version; their rows are locked.
pub(super) async fn update(tx: &mut TenantTx, records: &[&Record], origin: Origin) -> Result<(), sqlx::Error> {
    if records.is_empty() {
        return Ok(());
    }
    let tenant = tx.tenant();
    sqlx::query!(
        r#"with incoming as (
            select * from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::text[],
                $9::int[], $10::int[], $11::timestamptz[], $12::timestamptz[], $13::text[], $14::bigint[], $15::text[], $16::bigint[],
                $17::text[], $18::numeric[], $19::numeric[], $20::numeric[], $21::numeric[], $22::numeric[], $23::text[], $24::bytea[])
            as t(id, name, subject, description, starts_at, ends_at, opportunity_status, state, status, created_at_rms, updated_at_rms,
                venue_name, organisation_id, organisation_name, owner_id, owner_name, charge_total, total_value, provisional_cost_total,
                predicted_cost_total, actual_cost_total, raw, digest)
        ), previous as materialized (
            -- Only columns: `data` may hold what jsonb refuses (\u0000, lone surrogates, numbers without end).
            select id, deleted_at, to_jsonb(o) - 'deleted_at' as was from (
                select id, deleted_at, name, subject, description, starts_at, ends_at, opportunity_status, state, status, created_at_rms,
                    updated_at_rms, venue_name, organisation_id, organisation_name, owner_id, owner_name, charge_total, total_value,
                    provisional_cost_total, predicted_cost_total, actual_cost_total
                from opportunities where tenant_id = (select $1::uuid) and id = any($2)) o
        ), updated as (
            update opportunities o set
                name = i.name, subject = i.subject, description = i.description, starts_at = i.starts_at, ends_at = i.ends_at,
                opportunity_status = i.opportunity_status, state = i.state, status = i.status, created_at_rms = i.created_at_rms,
                updated_at_rms = i.updated_at_rms, venue_name = i.venue_name, organisation_id = i.organisation_id,
                organisation_name = i.organisation_name, owner_id = i.owner_id, owner_name = i.owner_name, charge_total = i.charge_total,
                total_value = i.total_value, provisional_cost_total = i.provisional_cost_total,
                predicted_cost_total = i.predicted_cost_total, actual_cost_total = i.actual_cost_total, data = i.raw::json, digest = i.digest,
                synced_at = clock_timestamp(), deleted_at = null
            from incoming i where o.tenant_id = (select $1::uuid) and o.id = i.id
        )
        insert into opportunity_changes (tenant_id, opportunity_id, kind, source, run_id, fields)
        select $1, i.id, case when p.deleted_at is null then 'updated' else 'restored' end, $25, $26, coalesce((
            select jsonb_object_agg(b.key, jsonb_build_array(b.value, a.value))
            from jsonb_each(p.was) b join jsonb_each(to_jsonb(i)) a using (key) where a.value is distinct from b.value), '{}')
        from incoming i join previous p using (id)"#,
        tenant,
        &column!(records, id),
        &column!(records, name.as_str()) as &[&str],
        &column!(records, subject.as_deref()) as &[Option<&str>],
        &column!(records, description.as_deref()) as &[Option<&str>],
        &column!(records, starts_at) as &[Option<DateTime<Utc>>],
        &column!(records, ends_at) as &[Option<DateTime<Utc>>],
        &column!(records, opportunity_status.as_deref()) as &[Option<&str>],
        &column!(records, state) as &[Option<i32>],
        &column!(records, status) as &[Option<i32>],
        &column!(records, created_at_rms) as &[Option<DateTime<Utc>>],
        &column!(records, updated_at_rms) as &[Option<DateTime<Utc>>],
        &column!(records, venue_name.as_deref()) as &[Option<&str>],
        &column!(records, organisation_id) as &[Option<i64>],
        &column!(records, organisation_name.as_deref()) as &[Option<&str>],
        &column!(records, owner_id) as &[Option<i64>],
        &column!(records, owner_name.as_deref()) as &[Option<&str>],
        &column!(records, charge_total) as &[Option<Money>],
        &column!(records, total_value) as &[Option<Money>],
        &column!(records, provisional_cost_total) as &[Option<Money>],
        &column!(records, predicted_cost_total) as &[Option<Money>],
        &column!(records, actual_cost_total) as &[Option<Money>],
        &column!(records, raw.as_str()) as &[&str],
        &column!(records, digest.as_slice()) as &[&[u8]],
        origin.source(),
        origin.run(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
