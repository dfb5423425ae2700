//! Committing what answers held, in the order of the answers.
//!
//! By key no two pages have a record in common. So where a run meets only new records, the rows of a page are inserted on a
//! connection of their own while the page before it commits; whatever turns out otherwise is rolled back and written alone.
//! Of such pages only every eighth waits for the disk. A crash of PostgreSQL may take back the last of them, in order: the next
//! page then finds the run elsewhere than it left it, and whoever takes the run over finds their answers in the spool.

use std::sync::Arc;

use tokio::task::JoinError;
use tokio_util::task::AbortOnDropHandle;

use super::engine::{Checkpoint, Engine};
use super::error::SyncError;
use super::failures;
use super::run::{Progress, RunKind};
use super::store::{self, Advance};
use crate::db::TenantTx;
use crate::live::Topic;
use crate::opportunities::mirror::{self, Origin, Sorted, Written};
use crate::opportunities::record::Unreadable;

/// Pages of new records of which one waits for the disk.
const DURABLE: i32 = 8;

/// A page of which the rows are being inserted, in a transaction that is not yet committed.
pub(super) struct Writing {
    page: Arc<Sorted>,
    next: Checkpoint,
    inserting: AbortOnDropHandle<Result<Inserted, sqlx::Error>>,
}

type Inserted = (TenantTx, Vec<i64>);
type Outcome = Result<Result<Inserted, sqlx::Error>, JoinError>;

impl Engine {
    /// Where the run stands once everything that is being written is committed.
    pub fn head(&self) -> &Checkpoint {
        self.writing.as_ref().map_or(&self.at, |writing| &writing.next)
    }

    /// Begins to insert a page of records that the mirror is not expected to have, and commits the page before it.
    pub async fn write_beside(&mut self, page: Sorted, next: Checkpoint) -> Result<(), SyncError> {
        let page = Arc::new(page);
        let (db, tenant, records) = (self.db.clone(), self.lease.tenant, page.clone());
        let durable = next.pages % DURABLE == 0;
        let inserting = AbortOnDropHandle::new(tokio::spawn(async move {
            let mut tx = db.worker_tx(tenant).await?;
            tx.one_of_many(durable).await?;
            let ids = mirror::insert(&mut tx, &records.records).await?;
            Ok((tx, ids))
        }));
        if let Some(before) = self.writing.replace(Writing { page, next, inserting }) {
            let outcome = before.inserting.await;
            self.finish(&before.page, before.next, outcome).await?;
        }
        Ok(())
    }

    /// Commits the page that is being written, if there is one.
    pub async fn settle(&mut self) -> Result<(), SyncError> {
        let Some(Writing { page, next, inserting }) = self.writing.take() else { return Ok(()) };
        let outcome = inserting.await;
        self.finish(&page, next, outcome).await
    }

    /// The same as soon as its rows are inserted, while something else is waited for; without a page it never ends.
    pub async fn settle_beside<T>(&mut self, other: impl Future<Output = T>) -> Result<T, SyncError> {
        tokio::pin!(other);
        loop {
            let Some(writing) = &mut self.writing else { return Ok(other.await) };
            let outcome = tokio::select! {
                biased;
                done = &mut other => return Ok(done),
                outcome = &mut writing.inserting => outcome,
            };
            if let Some(Writing { page, next, .. }) = self.writing.take() {
                self.finish(&page, next, outcome).await?;
            }
        }
    }

    async fn finish(&mut self, page: &Sorted, next: Checkpoint, outcome: Outcome) -> Result<(), SyncError> {
        match outcome {
            Ok(Ok((mut tx, ids))) if ids.len() == page.records.len() => {
                let written = mirror::note_created(&mut tx, &ids, self.origin()).await?;
                self.close(tx, page, &[], written, next).await
            }
            // Some of it is known, or refused, or the connection broke. What is inserted beside it gives way.
            unexpected => {
                drop(unexpected);
                if let Some(later) = &self.writing {
                    later.inserting.abort();
                }
                self.commit(page, next).await
            }
        }
    }

    /// Commits what an answer held, and the place behind it, in one transaction. When the database refuses a record, the
    /// page is written again record by record, and the refused ones are kept among the failures.
    pub async fn commit(&mut self, page: &Sorted, next: Checkpoint) -> Result<(), SyncError> {
        let origin = self.origin();
        let mut tx = self.db.worker_tx(self.lease.tenant).await?;
        let (written, refused) = match mirror::write(&mut tx, &page.records, origin).await {
            Ok(written) => (written, Vec::new()),
            Err(error) if mirror::is_about_data(&error) => {
                drop(tx);
                tx = self.db.worker_tx(self.lease.tenant).await?;
                mirror::write_one_by_one(&mut tx, &page.records, origin).await?
            }
            Err(error) => return Err(error.into()),
        };
        self.close(tx, page, &refused, written, next).await
    }

    /// Ends the transaction of a page with its failures and the place behind it, which counts on from the page before.
    async fn close(
        &mut self,
        mut tx: TenantTx,
        page: &Sorted,
        refused: &[Unreadable],
        written: Written,
        mut next: Checkpoint,
    ) -> Result<(), SyncError> {
        let failed = self.note_failures(&mut tx, page, refused).await?;
        let met = written.new_to_run + failed;
        next.pages = self.at.pages + 1;
        next.met = self.at.met + met;
        next.place.new = self.at.place.new + met;
        next.newest = self.at.newest.or_else(|| page.records.iter().filter_map(|record| record.updated_at_rms).max());
        next.source_started_at = next.source_started_at.or(self.at.source_started_at);
        let synced = if self.run.kind == RunKind::Incremental { written.changed } else { written.new_to_run };
        self.advance(&mut tx, &next, synced, failed).await?;
        tx.commit().await?;
        self.only_new = written.created == page.records.len();
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
        page: &Sorted,
        refused: &[Unreadable],
    ) -> Result<i64, SyncError> {
        let mut failed = failures::keep(tx, &page.unreadable, Some(self.run.id)).await?;
        failed += failures::keep(tx, refused, Some(self.run.id)).await?;
        self.open_failures |= failed > 0;
        if self.open_failures {
            let is_good = |id: &i64| refused.iter().all(|fault| fault.id != Some(*id));
            let good: Vec<i64> = page.records.iter().map(|record| record.id).filter(is_good).collect();
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
        let by = Advance { from: self.at.pages, checkpoint: &checkpoint, synced, failed, progress: progress(next) };
        if store::advance(tx, self.run.id, self.lease.token, &by).await? { Ok(()) } else { Err(SyncError::LeaseLost) }
    }

    /// Where its changes are learned from.
    pub fn origin(&self) -> Origin {
        Origin::Run { id: self.run.id, since: self.run.started_at }
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
