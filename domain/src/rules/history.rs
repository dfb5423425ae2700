//! What fired: of one rule, newest first, with what became of each action.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::Error;

use super::act::last_error;
use super::action::Action;
use crate::db::TenantTx;

/// Days for which firings are kept.
const DAYS: i32 = 90;

/// One firing.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FiringRow {
    pub id: i64,
    pub fired_at: DateTime<Utc>,
    /// The trigger's type.
    pub cause: String,
    /// What was known of it.
    pub facts: Value,
    pub actions: Vec<ActionRow>,
}

/// One action of a firing.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionRow {
    #[serde(skip)]
    firing: i64,
    pub r#type: String,
    /// In a sentence.
    #[serde(skip)]
    pub what: String,
    pub state: String,
    pub attempts: i32,
    /// The newest.
    pub error: Option<String>,
    /// When it is tried next; null when it has ended.
    pub next_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// A page, from 1; `failed`: only firings with an action that failed or is to be tried again.
pub async fn page(tx: &mut TenantTx, rule: i64, failed: bool, page: i64, limit: i64) -> Result<Vec<FiringRow>, Error> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select f.id, f.fired_at, c.kind, c.facts
         from rule_firings f join rule_causes c on c.tenant_id = f.tenant_id and c.id = f.cause_id
         where f.tenant_id = $1 and f.rule_id = $2
            and (not $3 or exists (select from rule_actions a where a.tenant_id = $1 and a.firing_id = f.id and a.errors <> '[]'))
         order by f.id desc limit $4 offset $5",
        tenant,
        rule,
        failed,
        limit,
        (page - 1).saturating_mul(limit)
    )
    .fetch_all(tx.connection())
    .await?;
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut actions = actions(tx, &ids).await?;
    let mut firings = Vec::with_capacity(rows.len());
    for row in rows {
        let (own, others) = actions.into_iter().partition(|action| action.firing == row.id);
        actions = others;
        firings.push(FiringRow { id: row.id, fired_at: row.fired_at, cause: row.kind, facts: row.facts, actions: own });
    }
    Ok(firings)
}

/// How many a rule has.
pub async fn count(tx: &mut TenantTx, rule: i64, failed: bool) -> Result<i64, Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from rule_firings f where f.tenant_id = $1 and f.rule_id = $2
            and (not $3 or exists (select from rule_actions a where a.tenant_id = $1 and a.firing_id = f.id and a.errors <> '[]'))"#,
        tenant,
        rule,
        failed
    )
    .fetch_one(tx.connection())
    .await
}

async fn actions(tx: &mut TenantTx, firings: &[i64]) -> Result<Vec<ActionRow>, Error> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select firing_id, action, state, attempts, errors, run_at, ended_at from rule_actions
         where tenant_id = $1 and firing_id = any($2) order by firing_id, position",
        tenant,
        firings
    )
    .fetch_all(tx.connection())
    .await?;
    let row = rows.into_iter().map(|row| ActionRow {
        firing: row.firing_id,
        r#type: row.action["type"].as_str().unwrap_or_default().to_owned(),
        what: Action::read("action", row.action).map(|action| action.words()).unwrap_or_default(),
        next_at: (row.state == "pending").then_some(row.run_at),
        state: row.state,
        attempts: row.attempts,
        error: last_error(&row.errors),
        ended_at: row.ended_at,
    });
    Ok(row.collect())
}

/// Deletes the tenant's old ones with all that hangs on them; gives how many firings.
pub async fn remove_old(tx: &mut TenantTx) -> Result<i64, Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        r#"with old as (
            delete from rule_firings where tenant_id = $1 and fired_at < now() - make_interval(days => $2) returning id
        ), actions as (
            delete from rule_actions where tenant_id = $1 and firing_id in (select id from old)
        ), causes as (
            delete from rule_causes where tenant_id = $1 and at < now() - make_interval(days => $2 + 1) and evaluated_at is not null
        )
        select count(*) as "count!" from old"#,
        tenant,
        DAYS
    )
    .fetch_one(tx.connection())
    .await
}
