//! One run from its checkpoint to its end.
//!
//! Guarantees: a page and the checkpoint behind it commit together, under the lease; a killed host leaves a run that
//! another continues with the page that was in flight; the run ends as completed only after every phase.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::client::Client;
use super::commit::Writing;
use super::dialect::{Dialect, Part};
use super::error::{SourceError, SyncError};
use super::lease::Lease;
use super::run::{RunKind, RunStatus};
use super::scope::Window;
use super::spool::Spool;
use super::store::{self, Taken};
use super::tally::Tally;
use super::{cursor, failures};
use crate::db::{Db, TenantTx};
use crate::live::Changes;

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
    /// The page behind which the run goes on already.
    pub writing: Option<Writing>,
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
}

fn source_status(error: &SyncError) -> Option<u16> {
    match error {
        SyncError::Source(error) => error.status(),
        _ => None,
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
