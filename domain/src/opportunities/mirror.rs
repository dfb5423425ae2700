//! Writing records into the mirror, a page at a time: look at what is there, then insert, update or only note as seen.

use std::collections::{BTreeMap, HashMap};
use std::ops::AddAssign;

use chrono::{DateTime, Utc};
use serde_json::value::RawValue;

use super::record::{Record, Unreadable};
use super::rows;
use crate::db::TenantTx;

/// Where a change was learned from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A run, and the instant since which a record counts as seen by it.
    Run { id: i64, since: DateTime<Utc> },
    /// One record, read by its id.
    Single,
    /// The same because of a webhook.
    Webhook,
}

impl Origin {
    pub(super) const fn source(self) -> &'static str {
        match self {
            Origin::Run { .. } => "sync",
            Origin::Single => "single",
            Origin::Webhook => "webhook",
        }
    }

    pub(super) const fn run(self) -> Option<i64> {
        match self {
            Origin::Run { id, .. } => Some(id),
            Origin::Single | Origin::Webhook => None,
        }
    }
}

/// What a page did to the mirror.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Records that this run had not seen before.
    pub new_to_run: i64,
    /// Records of which something changed: created, updated or restored.
    pub changed: i64,
    /// Records that the mirror did not have.
    pub created: usize,
}

impl AddAssign for Written {
    fn add_assign(&mut self, other: Written) {
        self.new_to_run += other.new_to_run;
        self.changed += other.changed;
        self.created += other.created;
    }
}

/// Writes records of which each id occurs once, and one change for each that differs. An older version never overwrites a
/// newer one, an equal one is taken; a record seen unchanged only moves its `synced_at`.
pub async fn write(tx: &mut TenantTx, records: &[Record], origin: Origin) -> Result<Written, sqlx::Error> {
    let (mut written, mut created, mut updates) = (Written::default(), Vec::new(), Vec::new());
    let mut left: Vec<&Record> = records.iter().collect();
    while !left.is_empty() {
        let known: HashMap<i64, rows::Known> =
            rows::lock_known(tx, &left).await?.into_iter().map(|known| (known.id, known)).collect();
        let (mut new, mut same) = (Vec::new(), Vec::new());
        for record in left {
            let Some(known) = known.get(&record.id) else {
                new.push(record);
                continue;
            };
            let met = matches!(origin, Origin::Run { since, .. } if known.synced_at >= since);
            written.new_to_run += i64::from(!met);
            // An older version than ours has been seen too, else every walk by page would meet it as new.
            if known.is(record) || known.is_newer_than(record) {
                same.push(record.id);
            } else {
                updates.push(record);
            }
        }
        rows::note_seen(tx, &same).await?;
        // What somebody else inserted meanwhile is known now, and comes again. No record is waited for once changes are
        // counted, which updates do.
        let inserted = rows::insert(tx, &new).await?;
        left = new.into_iter().filter(|record| !inserted.contains(&record.id)).collect();
        created.extend(inserted);
    }
    rows::update(tx, &updates, origin).await?;
    written.changed += i64::try_from(updates.len()).unwrap_or(0);
    written += note_created(tx, &created, origin).await?;
    Ok(written)
}

/// Inserts records without a look at what the mirror has; gives the ids of those that it had not. Nobody is told of them before
/// [`note_created`].
pub async fn insert(tx: &mut TenantTx, records: &[Record]) -> Result<Vec<i64>, sqlx::Error> {
    rows::insert(tx, &records.iter().collect::<Vec<_>>()).await
}

/// Writes the changes of records that were inserted in this transaction.
pub async fn note_created(tx: &mut TenantTx, ids: &[i64], origin: Origin) -> Result<Written, sqlx::Error> {
    rows::note_created(tx, ids, origin).await?;
    let count = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    Ok(Written { new_to_run: count, changed: count, created: ids.len() })
}

/// Like [`write`] for each record alone: one that the database refuses comes back with the reason, the others are written.
pub async fn write_one_by_one(
    tx: &mut TenantTx,
    records: &[Record],
    origin: Origin,
) -> Result<(Written, Vec<Unreadable>), sqlx::Error> {
    let (mut total, mut refused) = (Written::default(), Vec::new());
    for record in records {
        tx.savepoint().await?;
        match write(tx, std::slice::from_ref(record), origin).await {
            Ok(written) => total += written,
            Err(error) if !is_about_data(&error) => return Err(error),
            Err(error) => {
                tx.back_to_savepoint().await?;
                refused.push(refusal(record, &error));
            }
        }
    }
    Ok((total, refused))
}

/// Writes a record over whatever the mirror has of it, a later version too: for repairs. One that the database refuses comes
/// back with the reason.
pub async fn overwrite(tx: &mut TenantTx, record: &Record, origin: Origin) -> Result<Option<Unreadable>, sqlx::Error> {
    tx.savepoint().await?;
    match put(tx, record, origin).await {
        Ok(()) => Ok(None),
        Err(error) if !is_about_data(&error) => Err(error),
        Err(error) => {
            tx.back_to_savepoint().await?;
            Ok(Some(refusal(record, &error)))
        }
    }
}

async fn put(tx: &mut TenantTx, record: &Record, origin: Origin) -> Result<(), sqlx::Error> {
    if rows::lock_known(tx, &[record]).await?.is_empty() {
        let inserted = rows::insert(tx, &[record]).await?;
        if !inserted.is_empty() {
            return rows::note_created(tx, &inserted, origin).await;
        }
    }
    rows::update(tx, &[record], origin).await
}

fn refusal(record: &Record, error: &sqlx::Error) -> Unreadable {
    let code = error.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned();
    tracing::warn!(id = record.id, %error, "the database refuses a record");
    let reason = format!("the database refuses it (SQLSTATE {code})");
    Unreadable { id: Some(record.id), field: None, reason, raw: record.raw.clone() }
}

/// Whether the database refuses a record: data exceptions, broken constraints, limits of the server.
pub fn is_about_data(error: &sqlx::Error) -> bool {
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
pub async fn mark_gone(tx: &mut TenantTx, ids: &[i64], origin: Origin) -> Result<i64, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        r#"with gone as (
            update opportunities set deleted_at = now() where tenant_id = $1 and id = any($2) and deleted_at is null returning id
        ), noted as (
            insert into opportunity_changes (tenant_id, opportunity_id, kind, source, run_id) select $1, id, 'deleted', $3, $4 from gone
        )
        select count(*) as "count!" from gone"#,
        tenant,
        ids,
        origin.source(),
        origin.run()
    )
    .fetch_one(tx.connection())
    .await
}

/// The source's word for a record's status, as the mirror has it; none for an unknown record.
pub async fn status_words(tx: &mut TenantTx, id: i64) -> Result<Option<String>, sqlx::Error> {
    let tenant = tx.tenant();
    let found = sqlx::query_scalar!(
        "select case when deleted_at is null then opportunity_status else 'deleted' end from opportunities where tenant_id = $1 and id = $2",
        tenant,
        id
    );
    Ok(found.fetch_optional(tx.connection()).await?.flatten())
}

/// Notes that a webhook touched a record.
pub async fn note_webhook(tx: &mut TenantTx, id: i64) -> Result<(), sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query!("update opportunities set last_webhook_at = now() where tenant_id = $1 and id = $2", tenant, id)
        .execute(tx.connection())
        .await?;
    Ok(())
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
    pub fn read(raw: &[&RawValue]) -> Sorted {
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
