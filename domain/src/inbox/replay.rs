//! Replaying: the stored bytes of an event are looked at anew and followed up as a new event, which says of which one it is
//! a replay. Of one event while the caller waits, of many as a job.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::Error;

use super::delivery::{Delivery, Door, Looked};
use super::events::{self, EventFilter};
use super::{EventState, Provider, follow_up};
use crate::db::{QueryError, TenantTx};
use crate::identity::Change;
use crate::jobs::kind::{Attempt, Done, JobError, JobType};
use crate::jobs::{EnqueueError, NewJob};
use crate::live::Topic;
use crate::services::Services;

/// The type of the job that replays many.
pub const NAME: &str = "bulk_replay";
/// How long a caller waits for the follow-up.
const PATIENCE: Duration = Duration::from_secs(10);
/// Events that are replayed in one transaction.
const BATCH: i64 = 100;

#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error("no such event")]
    Unknown,
    #[error("the bytes of this event are not kept any more")]
    NoBytes,
    #[error(transparent)]
    Enqueue(#[from] EnqueueError),
    #[error(transparent)]
    Db(#[from] Error),
}

/// What a replay led to.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replayed {
    /// Whether the new event is there; what became of it is `processed`.
    pub success: bool,
    pub event_id: String,
    pub replay_event_id: String,
    /// Whether its follow-up is done; false while it is still to come.
    pub processed: bool,
    pub error: Option<String>,
}

/// Replays one event and waits up to ten seconds for its follow-up.
pub async fn one(services: &Services, change: &Change<'_>, id: &str) -> Result<Replayed, ReplayError> {
    let mut tx = services.db.tenant_tx(&change.caller.actor()).await?;
    let replay = insert(&mut tx, id, None).await?;
    change.record(&mut tx, ("event", id), "replay", None, Some(json!({"replay_event_id": replay}))).await?;
    tx.commit().await?;
    services.changes.mark(change.caller.tenant, &[Topic::Events]);
    services.jobs.ring(change.caller.tenant);
    let until = Instant::now() + PATIENCE;
    loop {
        let mut tx = services.db.tenant_tx(&change.caller.actor()).await?;
        let now = events::find(&mut tx, &replay).await?.ok_or(ReplayError::Unknown)?;
        tx.commit().await?;
        if now.state != EventState::Received.as_str() || Instant::now() > until {
            return Ok(Replayed {
                success: true,
                event_id: id.into(),
                replay_event_id: replay,
                processed: now.state == EventState::Processed.as_str(),
                error: now.error,
            });
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Puts the replay of an event into the table, with its follow-up, and gives its id.
async fn insert(tx: &mut TenantTx, id: &str, job: Option<i64>) -> Result<String, ReplayError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        "select endpoint_id, provider, raw_payload, action_type, is_test from webhook_events where tenant_id = $1 and id = $2",
        tenant,
        id
    )
    .fetch_optional(tx.connection())
    .await?
    .ok_or(ReplayError::Unknown)?;
    let body = row.raw_payload.ok_or(ReplayError::NoBytes)?;
    let door = Door {
        tenant: crate::identity::TenantId(tenant),
        endpoint: row.endpoint_id.unwrap_or_default(),
        // Held to these words by what writes it.
        provider: Provider::parse(&row.provider).unwrap_or(Provider::CurrentRms),
        label: String::new(),
    };
    let looked = Looked::at(Delivery {
        door,
        // What the address said when it came is kept as the action.
        event_name: row.action_type,
        body: body.into(),
        at: Utc::now(),
        received: Instant::now(),
        is_test: row.is_test,
    });
    let (mut at, envelope) = (looked.delivery.at, &looked.envelope);
    loop {
        let replay = format!("replay_{}_{}", root(id), at.timestamp_millis());
        let done = sqlx::query!(
            "insert into webhook_events (tenant_id, id, timestamp, opportunity_id, opportunity_name, customer_name, user_id, user_name,
                action_type, error, raw_payload, endpoint_id, provider, state, is_test, replay_of, replay_job)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) on conflict do nothing",
            tenant,
            replay,
            at,
            envelope.opportunity_id,
            envelope.opportunity_name,
            envelope.customer_name,
            envelope.user_id,
            envelope.user_name,
            envelope.action_type,
            looked.reason,
            &looked.delivery.body[..],
            row.endpoint_id,
            row.provider,
            looked.state.as_str(),
            row.is_test,
            id,
            job
        )
        .execute(tx.connection())
        .await?;
        if done.rows_affected() == 0 {
            // Another replay of it in the same millisecond.
            at += chrono::Duration::milliseconds(1);
            continue;
        }
        if let (EventState::Received, Some(opportunity)) = (looked.state, envelope.opportunity_id) {
            follow_up::enqueue(tx, opportunity).await?;
        }
        return Ok(replay);
    }
}

/// The id of the event that a chain of replays began with.
fn root(id: &str) -> &str {
    let mut root = id;
    while let Some((inner, _)) = root.strip_prefix("replay_").and_then(|rest| rest.rsplit_once('_')) {
        root = inner;
    }
    root
}

/// What of many events is replayed, as the job keeps it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Selection {
    pub state: Option<EventState>,
    pub kind: Option<String>,
    pub opportunity: Option<i64>,
    pub from: Option<DateTime<Utc>>,
    /// None: until the job was made.
    pub to: Option<DateTime<Utc>>,
}

impl From<EventFilter> for Selection {
    fn from(filter: EventFilter) -> Selection {
        let EventFilter { state, kind, opportunity, from, to, q: _ } = filter;
        Selection { state, kind, opportunity, from, to }
    }
}

impl Selection {
    fn filter(&self) -> EventFilter {
        EventFilter {
            state: self.state,
            kind: self.kind.clone(),
            opportunity: self.opportunity,
            q: None,
            from: self.from,
            to: self.to,
        }
    }
}

/// How many events a selection finds, and the job that replays them, unless it is only asked.
pub async fn many(
    services: &Services,
    change: &Change<'_>,
    selection: Selection,
    dry_run: bool,
) -> Result<(i64, Option<i64>), ReplayError> {
    let now = Utc::now();
    // Replays are events too: those that this job makes are not its own to replay.
    let selection = Selection { to: Some(selection.to.map_or(now, |to| to.min(now))), ..selection };
    let mut tx = services.db.tenant_tx(&change.caller.actor()).await?;
    let count = events::count(&mut tx, &selection.filter(), false).await?;
    if dry_run || count == 0 {
        return Ok((count, None));
    }
    let payload = serde_json::to_value(&selection).unwrap_or(Value::Null);
    let job = services.jobs.enqueue_job(&mut tx, &NewJob::new(NAME, payload.clone())).await?;
    let after = json!({"selection": payload, "count": count});
    change.record(&mut tx, ("job", &job.to_string()), "replay events", None, Some(after)).await?;
    tx.commit().await?;
    services.jobs.ring(change.caller.tenant);
    Ok((count, Some(job)))
}

/// The type. What was replayed before a worker was lost is not replayed again: each replay says which job made it.
pub fn kind(services: &Services) -> JobType {
    let services = services.clone();
    JobType::new(NAME, move |attempt, payload| run(services.clone(), attempt, payload)).at_once(1)
}

async fn run(services: Services, attempt: Attempt, selection: Selection) -> Result<Done, JobError> {
    let filter = selection.filter();
    let mut tx = attempt.begin().await?;
    let total = events::count(&mut tx, &filter, false).await?;
    tx.commit().await?;
    let (mut done, mut skipped, mut after) = (0_i64, 0_i64, None::<(DateTime<Utc>, String)>);
    loop {
        if attempt.stop.is_cancelled() {
            return Err(JobError::Stopped);
        }
        let mut tx = attempt.begin().await?;
        let behind = after.as_ref().map(|(at, id)| (*at, id.as_str()));
        let batch = events::ids(&mut tx, &filter, behind, BATCH).await?;
        let Some(last) = batch.last().cloned() else { break };
        let job = attempt.lease.job;
        for (_, id) in &batch {
            if was_replayed(&mut tx, id, job).await? {
                skipped += 1;
                continue;
            }
            match insert(&mut tx, id, Some(job)).await {
                Ok(_) => done += 1,
                Err(ReplayError::Unknown | ReplayError::NoBytes) => skipped += 1,
                Err(ReplayError::Db(error)) => return Err(error.into()),
                Err(error) => return Err(JobError::Permanent(error.to_string())),
            }
        }
        tx.commit().await?;
        after = Some(last);
        attempt.progress(done + skipped, Some(total)).await?;
        services.changes.mark(attempt.tenant(), &[Topic::Events, Topic::Jobs]);
        services.jobs.ring(attempt.tenant());
    }
    Ok(Done::Result(json!({"replayed": done, "skipped": skipped})))
}

/// Whether this job replayed the event in an attempt before.
async fn was_replayed(tx: &mut TenantTx, id: &str, job: i64) -> Result<bool, QueryError> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        r#"select exists (select from webhook_events where tenant_id = $1 and replay_job = $2 and replay_of = $3) as "there!""#,
        tenant,
        job,
        id
    )
    .fetch_one(tx.connection())
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_of_replays_is_named_for_its_first_event() {
        assert_eq!(root("evt_77_1795255200000"), "evt_77_1795255200000");
        assert_eq!(root("replay_evt_77_1795255200000_1795255200009"), "evt_77_1795255200000");
        assert_eq!(root("replay_replay_evt_a_1_2_3"), "evt_a_1");
    }
}
