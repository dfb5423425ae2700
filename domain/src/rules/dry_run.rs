//! Trying a rule on the past: which events would fire it. Nothing is done.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::Error;

use super::action::Action;
use super::trigger::Trigger;
use super::{Rule, RuleError, causes, message};
use crate::db::TenantTx;

/// Events that are looked at, at most: the newest.
pub const MOST: i64 = 10_000;
const BATCH: i64 = 500;

/// Over which events.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    /// Events that fire, at most.
    pub limit: usize,
}

/// What would happen.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DryRun {
    pub examined: i64,
    /// Whether every event of the span was looked at.
    pub complete: bool,
    /// Newest first.
    pub events: Vec<WouldFire>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WouldFire {
    pub event_id: String,
    pub timestamp: DateTime<Utc>,
    pub opportunity_id: Option<i64>,
    pub opportunity: Option<String>,
    pub action_type: Option<String>,
    pub previous_status: Option<String>,
    pub new_status: Option<String>,
    /// In the order of the rule, with their words.
    pub actions: Vec<WouldDo>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WouldDo {
    pub r#type: &'static str,
    pub what: String,
    /// What would be said; null for what says nothing.
    pub message: Option<String>,
}

struct Past {
    id: String,
    timestamp: DateTime<Utc>,
    is_replay: bool,
}

/// Looks at the newest events of a span, with their opportunities as they are now.
pub async fn run(tx: &mut TenantTx, rule: &Rule, span: Span) -> Result<DryRun, RuleError> {
    if !matches!(rule.trigger, Trigger::Event(_)) {
        return Err(RuleError::NoPast);
    }
    let mut run = DryRun { examined: 0, complete: false, events: Vec::new() };
    let mut before: Option<(DateTime<Utc>, String)> = None;
    while run.examined < MOST {
        let past = page(tx, span, before.as_ref()).await?;
        let Some(last) = past.last() else {
            run.complete = true;
            break;
        };
        before = Some((last.timestamp, last.id.clone()));
        let ids: Vec<String> = past.iter().map(|event| event.id.clone()).collect();
        let mut known = causes::facts_of(tx, &ids).await?;
        for event in past {
            run.examined += 1;
            let Some(facts) = known.remove(&event.id).filter(|facts| rule.fires(facts, event.is_replay)) else {
                continue;
            };
            let actions = rule.actions.iter().map(|action| WouldDo {
                r#type: action.kind(),
                what: action.words(),
                message: words(action)
                    .map(|words| message::say(words.unwrap_or_else(|| message::default(&facts)), &facts)),
            });
            run.events.push(WouldFire {
                actions: actions.collect(),
                event_id: event.id,
                timestamp: event.timestamp,
                opportunity_id: facts.opportunity_id,
                opportunity: facts.opportunity,
                action_type: facts.action_type,
                previous_status: facts.previous_status,
                new_status: facts.new_status,
            });
            if run.events.len() >= span.limit {
                return Ok(run);
            }
        }
    }
    Ok(run)
}

/// The admin's words of an action that says something.
fn words(action: &Action) -> Option<Option<&str>> {
    match action {
        Action::Notify { message, .. } | Action::Slack { message } => Some(message.as_deref()),
        Action::Webhook { .. } | Action::StartWorkflow { .. } | Action::SetAugmentation { .. } => None,
    }
}

async fn page(tx: &mut TenantTx, span: Span, before: Option<&(DateTime<Utc>, String)>) -> Result<Vec<Past>, Error> {
    let tenant = tx.tenant();
    let (at, id) = before.map(|(at, id)| (*at, id.as_str())).unzip();
    sqlx::query_as!(
        Past,
        r#"select id, timestamp, replay_of is not null as "is_replay!" from webhook_events
         where tenant_id = $1 and state = 'processed' and not is_test
            and ($2::timestamptz is null or timestamp >= $2) and ($3::timestamptz is null or timestamp < $3)
            and ($4::timestamptz is null or timestamp < $4 or (timestamp = $4 and id > $5::text))
         order by timestamp desc, id limit $6"#,
        tenant,
        span.from,
        span.to,
        at,
        id,
        BATCH
    )
    .fetch_all(tx.connection())
    .await
}
