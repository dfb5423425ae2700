//! Bringing the mirror up to date: runs of three kinds, and single records.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::audit::{By, Request, Source};
use crate::db::Actor;
use crate::jobs::kind::{Attempt, Done, JobError, JobType};
use crate::services::Services;
use crate::sync::{RunKind, RunStatus, SyncError, SyncService};

pub const NAME: &str = "sync";

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
enum Sync {
    Initial,
    Incremental,
    Sweep,
    Single { id: i64 },
}

pub fn kind(services: &Services) -> JobType {
    let sync = services.sync.clone();
    JobType::new(NAME, move |attempt, payload| run(sync.clone(), attempt, payload)).at_once(8)
}

async fn run(sync: SyncService, attempt: Attempt, payload: Sync) -> Result<Done, JobError> {
    let kind = match payload {
        Sync::Initial => RunKind::Initial,
        Sync::Incremental => RunKind::Incremental,
        Sync::Sweep => RunKind::Sweep,
        Sync::Single { id } => return single(&sync, &attempt, id).await,
    };
    let request = Request { by: By::system("schedule"), source: Source::Sync, request_id: None };
    let run = match sync.start(&Actor::operator(attempt.tenant()), kind, &request).await {
        Ok(run) => run,
        // What runs brings what this one would, or the next tick does.
        Err(SyncError::Running { id }) => return skipped("a run is under way", json!(id)),
        Err(SyncError::NotConnected) => return skipped("no account is connected", Value::Null),
        Err(SyncError::InitialRequired) => return skipped("there was no initial sync yet", Value::Null),
        Err(error) => return Err(verdict(&error)),
    };
    let waiting = sync.wait(attempt.tenant(), run);
    let ended = tokio::select! {
        // The run has a lease of its own and goes on, here or on another host.
        () = attempt.stop.cancelled() => return Err(JobError::Stopped),
        ended = waiting => ended.map_err(|error| verdict(&error))?,
    };
    let result = json!({
        "runId": run,
        "status": ended.status.as_str(),
        "recordsSynced": ended.records_synced,
        "recordsFailed": ended.records_failed,
    });
    match ended.status {
        RunStatus::Failed => Err(JobError::Permanent(ended.error.unwrap_or_else(|| "the run failed".into()))),
        _ => Ok(Done::Result(result)),
    }
}

async fn single(sync: &SyncService, attempt: &Attempt, id: i64) -> Result<Done, JobError> {
    match sync.sync_opportunity(attempt.tenant(), id, None).await {
        Ok(_) => Ok(Done::Result(json!({"id": id}))),
        Err(SyncError::NotConnected) => skipped("no account is connected", Value::Null),
        Err(error) => Err(verdict(&error)),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it ends the handler")]
fn skipped(why: &str, run: Value) -> Result<Done, JobError> {
    Ok(Done::Result(json!({"skipped": why, "runId": run})))
}

fn verdict(error: &SyncError) -> JobError {
    JobError::Retry(error.for_the_row())
}
