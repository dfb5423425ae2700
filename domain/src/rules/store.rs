//! Reading rules.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::Error;

use super::action;
use super::trigger::Trigger;
use super::{Rule, condition};
use crate::db::TenantTx;
use crate::params::Fault;

/// As it is stored.
struct Row {
    id: i64,
    name: String,
    enabled: bool,
    position: i32,
    trigger: Value,
    conditions: Value,
    actions: Value,
    version: i32,
    fired_count: i64,
    last_fired_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl TryFrom<Row> for Rule {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Rule, Fault> {
        let trigger = Trigger::read(row.trigger)?;
        Ok(Rule {
            conditions: condition::read_all(row.conditions, &trigger)?,
            actions: action::read_all(row.actions)?,
            trigger,
            id: row.id,
            name: row.name,
            enabled: row.enabled,
            order: row.position,
            version: row.version,
            fired_count: row.fired_count,
            last_fired_at: row.last_fired_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// Every rule, in order. One that a newer release wrote and this one cannot read stops no other.
pub async fn all(tx: &mut TenantTx) -> Result<Vec<Rule>, Error> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        Row,
        "select id, name, enabled, position, trigger, conditions, actions, version, fired_count, last_fired_at, created_at, updated_at
         from rules where tenant_id = $1 order by position, id",
        tenant
    )
    .fetch_all(tx.connection())
    .await?;
    let read = |row: Row| {
        let id = row.id;
        Rule::try_from(row)
            .inspect_err(|fault| tracing::warn!(id, %fault, "a rule cannot be read and is left out"))
            .ok()
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// One rule.
pub async fn find(tx: &mut TenantTx, id: i64) -> Result<Option<Rule>, Error> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        Row,
        "select id, name, enabled, position, trigger, conditions, actions, version, fired_count, last_fired_at, created_at, updated_at
         from rules where tenant_id = $1 and id = $2",
        tenant,
        id
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| Rule::try_from(row).map_err(|fault| Error::Decode(fault.into()))).transpose()
}

/// The ids in order, locked: whoever changes rules changes them alone.
pub(super) async fn lock(tx: &mut TenantTx) -> Result<Vec<i64>, Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!("select id from rules where tenant_id = $1 order by position, id for update", tenant)
        .fetch_all(tx.connection())
        .await
}
