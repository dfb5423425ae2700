//! What follows from an event: the opportunity is read back from the source, and the mirror brought up to date. A delivery is
//! a hint that anybody who knows the address could send; what the source says counts.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::store::{self, Open};
use crate::db::{QueryError, TenantTx};
use crate::jobs::Jobs;
use crate::jobs::kind::{Attempt, Done, JobError, JobType};
use crate::live::Topic;
use crate::opportunities::mirror;
use crate::services::Services;
use crate::sync::{Single, SyncError};

/// The type of its jobs: one for each opportunity that something happened to.
pub const NAME: &str = "follow_up";
/// How long events of an opportunity gather before it is read, once for all of them.
pub const GATHERING: Duration = Duration::from_millis(400);
/// Tries of an event before it is dead.
const MOST: i32 = 5;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FollowUp {
    opportunity: i64,
}

/// Has an opportunity read as soon as a worker is free; the caller commits, then rings.
pub async fn enqueue(tx: &mut TenantTx, opportunity: i64) -> Result<(), QueryError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into jobs (tenant_id, type, payload, dedupe_key, max_attempts)
         values ($1, $2, jsonb_build_object('opportunity', $3::bigint), 'opportunity:' || $3::bigint, 25)
         on conflict (tenant_id, type, dedupe_key) where status = 'pending' and attempts = 0 and not dedupe_open
            do update set run_at = least(jobs.run_at, excluded.run_at)",
        tenant,
        NAME,
        opportunity
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Enqueues the follow-ups that were lost with their worker, or cancelled: an event waits for nobody for ever.
pub async fn find_lost(jobs: &Jobs) -> Result<(), QueryError> {
    for (tenant, opportunity) in jobs.db().lost_follow_ups().await? {
        let mut tx = jobs.db().worker_tx(tenant).await?;
        enqueue(&mut tx, opportunity).await?;
        tx.commit().await?;
        tracing::warn!(opportunity, "an event's follow-up was lost; it is enqueued again");
        jobs.ring(tenant);
    }
    Ok(())
}

/// The type. A key stands for a job that waits only: an event that arrives during a read causes one more.
pub fn kind(services: &Services) -> JobType {
    let services = services.clone();
    JobType::new(NAME, move |attempt, payload| run(services.clone(), attempt, payload)).at_once(16)
}

async fn run(services: Services, attempt: Attempt, FollowUp { opportunity }: FollowUp) -> Result<Done, JobError> {
    // Before the read: what arrives from now on is not answered by it.
    let mut tx = attempt.begin().await?;
    let events = store::open(&mut tx, opportunity).await?;
    tx.commit().await?;
    if events.is_empty() {
        return Ok(Done::Result(json!({"events": 0})));
    }
    let fetched = tokio::select! {
        () = attempt.stop.cancelled() => return Err(JobError::Stopped),
        fetched = services.sync.fetch(attempt.tenant(), opportunity) => fetched,
    };
    let fetched = match fetched {
        Ok(fetched) => fetched,
        Err(error) => return give_up(&services, &attempt, &events, &error).await,
    };
    let mut tx = attempt.begin().await?;
    let told = fetched.apply_for_webhook(&mut tx).await?;
    if let Single::Failed { reason } = &told.single {
        // Kept among the failed records, which the next syncs try; the event is not done.
        tx.commit().await?;
        return give_up(&services, &attempt, &events, &SyncError::Unmirrored(reason.clone())).await;
    }
    if events.iter().any(|event| !event.is_test) {
        mirror::note_webhook(&mut tx, opportunity).await?;
    }
    let ids: Vec<String> = ids(&events);
    store::settle(&mut tx, &ids, told.before.as_deref(), told.after.as_deref()).await?;
    attempt.complete_in(&mut tx, &json!({"events": events.len(), "read": told.single})).await?;
    tx.commit().await?;
    services.changes.mark(attempt.tenant(), &[Topic::Opportunities, Topic::Events]);
    Ok(Done::Committed)
}

/// The job is tried again as long as one of its events is.
async fn give_up(services: &Services, attempt: &Attempt, events: &[Open], error: &SyncError) -> Result<Done, JobError> {
    let words = error.for_the_row();
    let last = attempt.number >= attempt.most;
    let mut tx = attempt.begin().await?;
    let left = store::fail(&mut tx, &ids(events), &words, if last { 0 } else { MOST }).await?;
    tx.commit().await?;
    services.changes.mark(attempt.tenant(), &[Topic::Events]);
    Err(if left > 0 { JobError::Retry(words) } else { JobError::Permanent(words) })
}

fn ids(events: &[Open]) -> Vec<String> {
    events.iter().map(|event| event.id.clone()).collect()
}
