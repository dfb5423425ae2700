//! One run from its checkpoint to its end.
//!
//! Guarantees: a page and the checkpoint behind it commit together, under the lease; a killed host leaves a run that
//! another continues with the page that was in flight; the run ends as completed only after every phase.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::client::Client;
use super::dialect::{Dialect, Part};
use super::error::{SourceError, SyncError};
use super::lease::Lease;
use super::run::{Progress, RunKind, RunStatus};
use super::scope::Window;
use super::spool::Spool;
use super::store::{self, Advance, Taken};
use super::tally::Tally;
use super::{cursor, failures};
use crate::db::{Db, TenantTx};
use crate::live::{Changes, Topic};
use crate::opportunities::mirror::{self, Origin, Sorted};
use crate::opportunities::record::Unreadable;

/// Where a run stands. Kept as JSON in the run's row; every field has a default, so that the next release can read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Checkpoint {
    pub window: Option<Window>,
    /// The cursor that an incremental run began with.
    pub since: Option<DateTime<Utc>>,
    /// The source's clock when the run before an incremental one began.
    pub clock_before: Option<DateTime<Utc>>,
    /// The source's clock at the run's first answer.
    pub source_started_at: Option<DateTime<Utc>>,
    pub dialect: Dialect,
    pub phase: usize,
    pub place: Place,
    pub per_page: i64,
    pub pages: i32,
    /// Records met in this run, each once.
    pub met: i64,
    /// The newest version that the mirror had before this run, or that the first page brought into an empty one.
    pub newest: Option<DateTime<Utc>>,
    /// Whether walks by page still met new records when no more were made: a sweep will find what is missing.
    pub unsettled: bool,
}

/// Where a scan stands inside its phase.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    /// By key: the last id that was met.
    pub after: Option<i64>,
    /// By page: the next one, once the scan goes by page.
    pub page: Option<i64>,
    /// By page: how often the list was walked before.
    pub pass: i32,
    /// What the first answer of this phase said there is.
    pub total: Option<i64>,
    /// Rows that answers of this pass held.
    pub rows: i64,
    /// Records that this pass met first.
    pub new: i64,
    /// Records met before this phase.
    pub met_before: i64,
}

impl Default for Checkpoint {
    fn default() -> Self {
        Checkpoint {
            window: None,
            since: None,
            clock_before: None,
            source_started_at: None,
            dialect: Dialect::default(),
            phase: 0,
            place: Place::default(),
            per_page: 100,
            pages: 0,
            met: 0,
            newest: None,
            unsettled: false,
        }
    }
}

/// What a run works with.
pub(super) struct Engine {
    pub db: Db,
    pub client: Client,
    pub lease: Lease,
    pub run: Taken,
    pub spool: Spool,
    pub at: Checkpoint,
    /// Share of the mirror, in percent, that a sweep may mark as gone.
    pub max_gone_percent: u8,
    /// Whether any record is known to fail: only then is there something to mark as mended.
    pub open_failures: bool,
    /// Whether the page before held only records that the mirror did not have: the next one will too.
    pub only_new: bool,
    pub changes: Changes,
    pub tally: Arc<Tally>,
}

impl Engine {
    /// Goes on until the run has ended, or is left open for another host.
    pub async fn go(mut self) -> Result<RunStatus, SyncError> {
        let outcome = self.phases().await;
        let (status, error, code) = match outcome {
            Ok(()) => (RunStatus::Completed, None, None),
            Err(SyncError::Source(SourceError::Cancelled)) if self.lease.is_lost() => return Err(SyncError::LeaseLost),
            Err(SyncError::Source(SourceError::Cancelled)) => (RunStatus::Cancelled, None, None),
            Err(error) if error.leaves_run_open() => return Err(error),
            Err(error) => {
                tracing::warn!(run = self.run.id, code = error.code(), %error, "a sync failed");
                (RunStatus::Failed, Some(error.for_the_row()), Some((error.code(), source_status(&error))))
            }
        };
        let ended = self.end(status, error, code).await?;
        self.spool.clear();
        Ok(ended)
    }

    async fn end(
        &mut self,
        status: RunStatus,
        error: Option<String>,
        code: Option<(&str, Option<u16>)>,
    ) -> Result<RunStatus, SyncError> {
        let mut tx = self.db.worker_tx(self.lease.tenant).await?;
        let (mut status, mut error) = (status, error);
        if status == RunStatus::Completed {
            if let Some(reason) = self.nothing_came(&mut tx).await? {
                (status, error) = (RunStatus::Failed, Some(reason));
            } else {
                if self.run.kind != RunKind::Incremental {
                    failures::resolve_unmet(&mut tx, self.run.id).await?;
                }
                let began = self.at.source_started_at.unwrap_or(self.run.started_at);
                let to = self.at.newest.map_or(began, |newest| newest.min(began));
                cursor::advance(&mut tx, self.run.kind, to, self.at.source_started_at).await?;
            }
        }
        let mut metadata = json!({"pages": self.at.pages});
        if let Some(window) = self.at.window {
            metadata["window"] = json!(window);
        }
        if self.at.unsettled {
            metadata["unsettled"] = json!(true);
        }
        if let Some((code, http)) = code {
            metadata["code"] = json!(code);
            metadata["httpStatus"] = json!(http);
        }
        if !store::end(&mut tx, self.run.id, self.lease.token, status, error.as_deref(), &metadata).await? {
            return Err(SyncError::LeaseLost);
        }
        tx.commit().await?;
        Ok(status)
    }

    /// A run of which every single record failed brought nothing, and must not look like one that did.
    async fn nothing_came(&self, tx: &mut TenantTx) -> Result<Option<String>, SyncError> {
        let Some(row) = store::find(tx, self.run.id).await? else { return Ok(None) };
        if self.run.kind == RunKind::Incremental || row.records_synced > 0 || row.records_failed == 0 {
            return Ok(None);
        }
        let (first, _) = failures::list(tx, Some(self.run.id), 1, 1).await?;
        let reason = first.first().map_or("", |failure| failure.reason.as_str());
        Ok(Some(format!("none of {} records could be mirrored; the first one: {reason}", row.records_failed)))
    }

    /// Where its changes are learned from.
    pub fn origin(&self) -> Origin {
        Origin::Run { id: self.run.id, since: self.run.started_at }
    }

    /// Commits what an answer held, and the place behind it, in one transaction. When the database refuses a record, the
    /// page is written again record by record, and the refused ones are kept among the failures.
    pub async fn commit(&mut self, sorted: &Sorted, next: Checkpoint) -> Result<(), SyncError> {
        let origin = self.origin();
        let mut tx = self.db.worker_tx(self.lease.tenant).await?;
        let (written, refused) = match mirror::write(&mut tx, &sorted.records, origin, self.only_new).await {
            Ok(written) => (written, Vec::new()),
            Err(error) if mirror::is_about_data(&error) => {
                drop(tx);
                tx = self.db.worker_tx(self.lease.tenant).await?;
                mirror::write_one_by_one(&mut tx, &sorted.records, origin).await?
            }
            Err(error) => return Err(error.into()),
        };
        self.only_new = written.created == sorted.records.len();
        let failed = self.note_failures(&mut tx, sorted, &refused).await?;
        let mut next = next;
        next.pages += 1;
        next.met += written.new_to_run + failed;
        next.place.new += written.new_to_run + failed;
        let synced = if self.run.kind == RunKind::Incremental { written.changed } else { written.new_to_run };
        self.advance(&mut tx, &next, synced, failed).await?;
        tx.commit().await?;
        self.at = next;
        self.tally.page(synced, failed);
        let mirror: &[Topic] = if written.changed > 0 { &[Topic::Opportunities] } else { &[] };
        self.changes.mark(self.lease.tenant, &[&[Topic::Sync], mirror].concat());
        Ok(())
    }

    /// Keeps what failed, and marks as mended what failed before; gives how many failed that this run had not met.
    async fn note_failures(
        &mut self,
        tx: &mut TenantTx,
        sorted: &Sorted,
        refused: &[Unreadable],
    ) -> Result<i64, SyncError> {
        let mut failed = failures::keep(tx, &sorted.unreadable, Some(self.run.id)).await?;
        failed += failures::keep(tx, refused, Some(self.run.id)).await?;
        self.open_failures |= failed > 0;
        if self.open_failures {
            let is_good = |id: &i64| refused.iter().all(|fault| fault.id != Some(*id));
            let good: Vec<i64> = sorted.records.iter().map(|record| record.id).filter(is_good).collect();
            failures::resolve(tx, &good).await?;
        }
        Ok(failed)
    }

    /// Commits only a new place.
    pub async fn move_to(&mut self, next: Checkpoint) -> Result<(), SyncError> {
        let mut tx = self.db.worker_tx(self.lease.tenant).await?;
        self.advance(&mut tx, &next, 0, 0).await?;
        tx.commit().await?;
        self.at = next;
        self.changes.mark(self.lease.tenant, &[Topic::Sync]);
        Ok(())
    }

    async fn advance(&self, tx: &mut TenantTx, next: &Checkpoint, synced: i64, failed: i64) -> Result<(), SyncError> {
        let checkpoint = serde_json::to_value(next).map_err(|error| sqlx::Error::Encode(error.into()))?;
        let by = Advance { checkpoint: &checkpoint, synced, failed, progress: progress(next) };
        if store::advance(tx, self.run.id, self.lease.token, &by).await? { Ok(()) } else { Err(SyncError::LeaseLost) }
    }
}

fn source_status(error: &SyncError) -> Option<u16> {
    match error {
        SyncError::Source(error) => error.status(),
        _ => None,
    }
}

/// What a bar can show: the phase's own total on top of what came before it.
fn progress(at: &Checkpoint) -> Progress {
    let number = |count: i64| i32::try_from(count).unwrap_or(i32::MAX);
    let total = at.place.total.map(|total| (total + at.place.met_before).max(at.met));
    let left = total.map(|total| total - at.met);
    Progress {
        pages_done: at.pages,
        pages_total: left.map(|left| at.pages + number((left + at.per_page - 1) / at.per_page.max(1))),
        rows_done: number(at.met),
        rows_total: total.map(number),
    }
}

impl Checkpoint {
    /// The part of the list to ask for next.
    pub fn part(&self) -> Part {
        match self.place.page {
            Some(page) => Part::Page(page),
            None if self.dialect.keyed => Part::After(self.place.after),
            None => Part::Page(1),
        }
    }

    /// The beginning of the next phase.
    pub fn next_phase(&self) -> Checkpoint {
        Checkpoint { phase: self.phase + 1, place: Place { met_before: self.met, ..Place::default() }, ..self.clone() }
    }
}
