//! What happened. Events are written down where their follow-up settles them (`inbox::store`), the others here, each in the
//! transaction that makes it happen or tells it first: a cause has a key, so that it is there once.

use std::collections::HashMap;

use chrono::Utc;
use serde_json::Value;
use sqlx::Error;

use super::facts::Facts;
use crate::calendar::{date, zone_or_utc};
use crate::db::TenantTx;
use crate::identity::tenant;
use crate::money::Money;

/// A cause to be.
pub struct NewCause {
    pub kind: &'static str,
    pub key: String,
    pub facts: Facts,
}

/// One that waits.
pub(super) struct Waiting {
    pub id: i64,
    pub event_id: Option<String>,
    pub is_replay: bool,
    pub facts: Value,
}

/// Writes causes down, unless no rule asks for their kind.
pub async fn note(tx: &mut TenantTx, causes: &[NewCause]) -> Result<(), Error> {
    if causes.is_empty() {
        return Ok(());
    }
    let tenant = tx.tenant();
    let kinds: Vec<&str> = causes.iter().map(|cause| cause.kind).collect();
    let keys: Vec<&str> = causes.iter().map(|cause| cause.key.as_str()).collect();
    let facts: Vec<Value> = causes.iter().map(|cause| to_value(&cause.facts)).collect();
    sqlx::query!(
        "insert into rule_causes (tenant_id, kind, key, facts)
         select $1, c.kind, c.key, c.facts from unnest($2::text[], $3::text[], $4::jsonb[]) c (kind, key, facts)
         where exists (select from rules r where r.tenant_id = $1 and r.enabled and r.trigger ->> 'type' = c.kind)
         on conflict (tenant_id, key) do nothing",
        tenant,
        &kinds as &[&str],
        &keys as &[&str],
        &facts
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The oldest that wait, locked.
pub(super) async fn take(tx: &mut TenantTx, most: i64) -> Result<Vec<Waiting>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Waiting,
        "select id, event_id, is_replay, facts from rule_causes where tenant_id = $1 and evaluated_at is null
         order by id limit $2 for update skip locked",
        tenant,
        most
    )
    .fetch_all(tx.connection())
    .await
}

/// Ends the waiting: those that fired something keep what was known, the others go.
pub(super) async fn settle(tx: &mut TenantTx, fired: &[(i64, Facts)], nothing: &[i64]) -> Result<(), Error> {
    let tenant = tx.tenant();
    let ids: Vec<i64> = fired.iter().map(|(id, _)| *id).collect();
    let facts: Vec<Value> = fired.iter().map(|(_, facts)| to_value(facts)).collect();
    sqlx::query!(
        "update rule_causes c set evaluated_at = now(), facts = f.facts from unnest($2::bigint[], $3::jsonb[]) f (id, facts)
         where c.tenant_id = $1 and c.id = f.id",
        tenant,
        &ids,
        &facts
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!("delete from rule_causes where tenant_id = $1 and id = any($2)", tenant, nothing)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// What is known of events now: what they said, and their opportunities as the mirror has them.
pub(super) async fn facts_of(tx: &mut TenantTx, events: &[String]) -> Result<HashMap<String, Facts>, Error> {
    let zone = zone_or_utc(&tenant::view(tx).await?.timezone);
    let today = date(Utc::now(), zone);
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select e.id, e.action_type, e.previous_status, e.new_status, e.user_name, e.opportunity_id,
            coalesce(o.name, e.opportunity_name) as name, o.opportunity_status as "status?", o.organisation_id as "organisation_id?",
            coalesce(o.organisation_name, e.customer_name) as organisation, o.owner_id as "owner_id?", o.owner_name as "owner?",
            o.venue_name as "venue?", o.charge_total as "charge_total?: Money", o.total_value as "total_value?: Money",
            o.starts_at as "starts_at?"
         from webhook_events e left join opportunities o on o.tenant_id = e.tenant_id and o.id = e.opportunity_id
         where e.tenant_id = $1 and e.id = any($2)"#,
        tenant,
        events
    )
    .fetch_all(tx.connection())
    .await?;
    let known = rows.into_iter().map(|row| {
        let facts = Facts {
            event_id: Some(row.id.clone()),
            action_type: row.action_type,
            previous_status: row.previous_status,
            new_status: row.new_status,
            user: row.user_name,
            opportunity_id: row.opportunity_id,
            opportunity: row.name,
            status: row.status,
            organisation_id: row.organisation_id,
            organisation: row.organisation,
            owner_id: row.owner_id,
            owner: row.owner,
            venue: row.venue,
            charge_total: row.charge_total,
            total_value: row.total_value,
            starts_at: row.starts_at,
            days_to_start: row.starts_at.map(|at| (date(at, zone) - today).num_days()),
            ..Facts::default()
        };
        (row.id, facts)
    });
    Ok(known.collect())
}

/// Facts for a `jsonb`, which has no U+0000.
fn to_value(facts: &Facts) -> Value {
    crate::jobs::kind::clean(serde_json::to_value(facts).unwrap_or_default())
}
