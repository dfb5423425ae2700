//! The comparison, as a job. It writes nothing but what it found, and that only at its end: a source that fails midway or
//! suddenly has nothing leaves no list that somebody could repair by.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde_json::json;

use super::compare::{self, Mirrored};
use super::store::{self, NewItem};
use super::{Difference, MirrorRun, news};
use crate::audit::Request;
use crate::db::{Actor, Db, QueryError};
use crate::identity::TenantId;
use crate::jobs::kind::{Attempt, Done, JobError, JobType};
use crate::jobs::{EnqueueError, NewJob};
use crate::live::Topic;
use crate::opportunities::mirror::Sorted;
use crate::opportunities::record::Record;
use crate::opportunities::store as rows;
use crate::services::Services;
use crate::sync::{SyncError, connection, store as syncs};

pub const NAME: &str = "mirror_check";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Check {
    /// The run that somebody asked for; none: one of the schedule's.
    #[serde(default)]
    run: Option<i64>,
}

/// Why a run is not begun.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    #[error("a comparison is already under way")]
    Running(i64),
    #[error(transparent)]
    Sync(#[from] SyncError),
    #[error(transparent)]
    Enqueue(#[from] EnqueueError),
    #[error(transparent)]
    Db(#[from] QueryError),
}

/// Begins a run that somebody asks for, and gives its id.
pub async fn start(services: &Services, actor: &Actor, request: &Request<'_>) -> Result<i64, CheckError> {
    let mut tx = services.db.tenant_tx(actor).await?;
    if !connection::exists(&mut tx).await? {
        return Err(SyncError::NotConnected.into());
    }
    if !syncs::initial_completed(&mut tx).await? {
        return Err(SyncError::InitialRequired.into());
    }
    let Some(run) = store::start(&mut tx).await? else {
        return Err(CheckError::Running(store::running(&mut tx).await?.unwrap_or_default()));
    };
    let job = NewJob { max_attempts: 1, ..NewJob::new(NAME, json!({"run": run})) };
    let job = services.jobs.enqueue_job(&mut tx, &job).await?;
    store::note_job(&mut tx, run, job).await?;
    request.record(&mut tx, ("mirror run", &run.to_string()), "start", None, None).await?;
    tx.commit().await?;
    services.jobs.ring(actor.tenant);
    services.changes.mark(actor.tenant, &[Topic::Sync]);
    Ok(run)
}

/// Waits until a run has ended, on whichever host; none when it is not there any more.
pub async fn wait(db: &Db, tenant: TenantId, run: i64) -> Result<Option<MirrorRun>, QueryError> {
    let mut pause = std::time::Duration::from_millis(20);
    loop {
        let mut tx = db.worker_tx(tenant).await?;
        let found = store::find(&mut tx, run).await?;
        tx.commit_aside().await?;
        if found.as_ref().is_none_or(|run| run.status != super::MirrorStatus::Running) {
            return Ok(found);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(std::time::Duration::from_millis(500));
    }
}

pub fn kind(services: &Services) -> JobType {
    let services = services.clone();
    JobType::new(NAME, move |attempt, payload| run(services.clone(), attempt, payload)).at_once(2)
}

async fn run(services: Services, attempt: Attempt, Check { run }: Check) -> Result<Done, JobError> {
    let tenant = attempt.tenant();
    let Some(run) = (match run {
        Some(run) => Some(run),
        None => of_schedule(&attempt).await?,
    }) else {
        return Ok(Done::Result(json!({"skipped": "nothing is mirrored, or a comparison is under way"})));
    };
    let outcome = compare(&services, &attempt).await;
    let mut told = false;
    let mut tx = attempt.begin().await?;
    let done = match outcome {
        Ok(found) => {
            let checked = found.checked;
            let items: Vec<NewItem> = found.items.into_values().collect();
            let known = news::known(&mut tx).await?;
            if !store::complete(&mut tx, run, checked, &items).await? {
                return Err(JobError::Permanent("the run has ended before it".into()));
            }
            told = news::tell(&mut tx, run, items.len(), known).await?;
            attempt
                .complete_in(&mut tx, &json!({"runId": run, "checked": checked, "differences": items.len()}))
                .await?;
            Ok(Done::Committed)
        }
        Err(SyncError::Source(crate::sync::SourceError::Cancelled)) => return Err(JobError::Stopped),
        Err(error) => {
            let words = error.for_the_row();
            store::fail(&mut tx, run, error.code(), &words).await?;
            Err(JobError::Permanent(words))
        }
    };
    tx.commit().await?;
    services.changes.mark(tenant, &[Topic::Sync, Topic::Opportunities]);
    if told {
        services.jobs.show_notifications(tenant);
    }
    done
}

/// The run of a job that nobody asked for; none where there is nothing to compare.
async fn of_schedule(attempt: &Attempt) -> Result<Option<i64>, JobError> {
    let job = attempt.lease.job;
    let mut tx = attempt.begin().await?;
    if !connection::exists(&mut tx).await? || !syncs::initial_completed(&mut tx).await? {
        return Ok(None);
    }
    if let Some(run) = store::of_job(&mut tx, job).await? {
        return Ok(Some(run));
    }
    let Some(run) = store::start(&mut tx).await? else { return Ok(None) };
    store::note_job(&mut tx, run, job).await?;
    tx.commit().await?;
    Ok(Some(run))
}

#[derive(Default)]
struct Found {
    checked: i64,
    /// By id, so that no record is listed twice.
    items: BTreeMap<i64, NewItem>,
}

/// Looks at everything once, then once more at what seemed to differ: it may have changed in between.
async fn compare(services: &Services, attempt: &Attempt) -> Result<Found, SyncError> {
    let (db, tenant) = (&services.db, attempt.tenant());
    let mut tx = db.worker_tx(tenant).await?;
    let alive = rows::alive(&mut tx).await?;
    tx.commit_aside().await?;
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let total = count(alive.len());

    let mut survey = services.sync.survey(tenant, attempt.stop.clone()).await?;
    let mut suspects = Vec::new();
    let mut pages = 0;
    while let Some(page) = survey.next().await? {
        suspects.extend(differing(db, tenant, &page.records).await?.into_iter().map(|item| item.opportunity));
        pages += 1;
        if pages % 10 == 0 {
            // Where progress cannot be shown the work goes on.
            let _ = attempt.progress(count(survey.met().len()), Some(total)).await;
        }
    }
    if survey.met().is_empty() && total > 0 {
        return Err(SyncError::SweepRefused(format!("it shows no records at all, the mirror has {total}")));
    }
    let unmet: Vec<i64> = alive.into_iter().filter(|id| !survey.met().contains(id)).collect();
    let mut found = Found { checked: count(survey.met().len()), ..Found::default() };
    suspects.extend(unmet.iter().copied());
    suspects.sort_unstable();
    suspects.dedup();
    for batch in suspects.chunks(100) {
        if attempt.stop.is_cancelled() {
            return Err(crate::sync::SourceError::Cancelled.into());
        }
        again(services, tenant, batch, &mut found).await?;
    }
    found.checked +=
        count(unmet.iter().filter(|id| found.items.get(id).is_none_or(|item| item.kind != Difference::Gone)).count());
    let lost = count(found.items.values().filter(|item| item.kind == Difference::Gone).count());
    let most = services.sync.max_gone_percent();
    if lost * 100 > total * i64::from(most) {
        return Err(SyncError::SweepRefused(format!(
            "{lost} of {total} records would be gone, at most {most} % are believed"
        )));
    }
    Ok(found)
}

/// Asks the source for some records by their ids, and compares them with the mirror as it is right then.
async fn again(services: &Services, tenant: TenantId, ids: &[i64], found: &mut Found) -> Result<(), SyncError> {
    let read = services.sync.read_again(tenant, ids).await?;
    let texts: Vec<_> = read.iter().filter_map(|(_, raw)| raw.as_deref()).collect();
    // What cannot be mirrored is listed with its reason among the failed records.
    let there = Sorted::read(&texts).records;
    let absent: Vec<i64> = read.iter().filter(|(_, raw)| raw.is_none()).map(|(id, _)| *id).collect();
    let differing = differing(&services.db, tenant, &there).await?;
    let mut tx = services.db.worker_tx(tenant).await?;
    let gone = compare::mirrored(&mut tx, &absent).await?;
    tx.commit_aside().await?;
    let gone = gone.into_iter().filter(|here| !here.deleted).map(|here| NewItem {
        opportunity: here.id,
        kind: Difference::Gone,
        name: Some(here.name),
        fields: Vec::new(),
    });
    found.items.extend(differing.into_iter().chain(gone).map(|item| (item.opportunity, item)));
    Ok(())
}

/// Records of the source that the mirror has otherwise, or not at all.
async fn differing(db: &Db, tenant: TenantId, there: &[Record]) -> Result<Vec<NewItem>, QueryError> {
    let ids: Vec<i64> = there.iter().map(|record| record.id).collect();
    let mut tx = db.worker_tx(tenant).await?;
    let here: HashMap<i64, Mirrored> =
        compare::mirrored(&mut tx, &ids).await?.into_iter().map(|row| (row.id, row)).collect();
    tx.commit_aside().await?;
    let differing = there.iter().filter_map(|record| {
        let (kind, fields) = match here.get(&record.id) {
            Some(here) if !here.deleted => (Difference::Altered, compare::differences(here, record)),
            _ => (Difference::Missing, Vec::new()),
        };
        let name = Some(record.name.clone());
        (kind == Difference::Missing || !fields.is_empty()).then_some(NewItem {
            opportunity: record.id,
            kind,
            name,
            fields,
        })
    });
    Ok(differing.collect())
}
