//! What the kinds of run read, in which order.

use super::cursor::OVERLAP;
use super::dialect::Listing;
use super::engine::{Checkpoint, Engine};
use super::error::{SourceError, SyncError};
use super::run::RunKind;
use super::{failures, store, wire};
use crate::opportunities::mirror::{self, Sorted};
use crate::opportunities::store as rows;

#[derive(Debug, Clone, Copy)]
enum Phase {
    Window,
    Undated,
    Updated,
    /// Records that failed before.
    Failed,
    /// Records of the mirror that this sweep has not met.
    Known,
}

const fn phases(kind: RunKind) -> &'static [Phase] {
    match kind {
        RunKind::Initial => &[Phase::Window, Phase::Undated],
        RunKind::Incremental => &[Phase::Failed, Phase::Updated],
        RunKind::Sweep => &[Phase::Window, Phase::Undated, Phase::Known],
    }
}

/// What a record means for its run that the source cannot show, though it does not say that it is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OnFault {
    /// It failed before and stays among the failures: one bad record stops nothing.
    StillFailing,
    /// The run cannot know what became of it.
    Fail,
}

/// Ids that an answer did not hold.
enum Missing {
    /// Because the page ended before them.
    CutOff(Vec<i64>),
    Unseen(Vec<i64>),
}

impl Engine {
    /// Every phase from the checkpoint on.
    pub(super) async fn phases(&mut self) -> Result<(), SyncError> {
        while let Some(phase) = phases(self.run.kind).get(self.at.phase) {
            match phase {
                Phase::Window => self.scan(&Listing::Window(self.window()?)).await?,
                // An account that knows no date filters has shown everything in the phase before.
                Phase::Undated if !self.at.dialect.dates => {}
                Phase::Undated => self.scan(&Listing::Undated).await?,
                Phase::Updated => self.scan(&Listing::Updated(self.since()? - OVERLAP)).await?,
                Phase::Failed => self.failed_again().await?,
                Phase::Known => self.known().await?,
            }
            self.at = self.at.next_phase();
        }
        Ok(())
    }

    fn window(&self) -> Result<super::scope::Window, SyncError> {
        self.at.window.ok_or(SyncError::InitialRequired)
    }

    fn since(&self) -> Result<chrono::DateTime<chrono::Utc>, SyncError> {
        self.at.since.ok_or(SyncError::InitialRequired)
    }

    async fn failed_again(&mut self) -> Result<(), SyncError> {
        let mut tx = self.db.worker_tx(self.lease.tenant).await?;
        let ids = failures::open_ids(&mut tx).await?;
        tx.commit().await?;
        let gone = self.read_again(&ids, OnFault::StillFailing).await?;
        if !gone.is_empty() {
            let mut tx = self.db.worker_tx(self.lease.tenant).await?;
            failures::resolve(&mut tx, &gone).await?;
            mirror::mark_gone(&mut tx, &gone, self.origin()).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Asks for every mirrored record that the scans did not meet, and marks those that the source no longer has, unless
    /// the source's answer as a whole is not to be believed.
    async fn known(&mut self) -> Result<(), SyncError> {
        let mut tx = self.db.worker_tx(self.lease.tenant).await?;
        let unmet = rows::unmet_ids(&mut tx, self.run.started_at).await?;
        let alive = rows::count_alive(&mut tx).await?;
        tx.commit().await?;
        if self.at.met == 0 && alive > 0 {
            return Err(SyncError::SweepRefused(format!("it shows no records at all, the mirror has {alive}")));
        }
        let absent = self.read_again(&unmet, OnFault::Fail).await?;
        let mut tx = self.db.worker_tx(self.lease.tenant).await?;
        let gone = rows::alive_among(&mut tx, &absent).await?;
        let lost = i64::try_from(gone.len()).unwrap_or(i64::MAX);
        if lost * 100 > alive * i64::from(self.max_gone_percent) {
            let share = lost * 100 / alive.max(1);
            let most = self.max_gone_percent;
            return Err(SyncError::SweepRefused(format!(
                "{lost} of {alive} records ({share} %) would be marked as gone, at most {most} % are believed"
            )));
        }
        mirror::mark_gone(&mut tx, &gone, self.origin()).await?;
        failures::resolve(&mut tx, &absent).await?;
        if store::renew(&mut tx, self.run.id, self.lease.token).await?.is_none() {
            return Err(SyncError::LeaseLost);
        }
        tx.commit().await?;
        Ok(())
    }

    /// Reads records by id, a page of ids at a time, and gives the ids that the source does not have: each of them is asked
    /// for alone before it is believed.
    async fn read_again(&mut self, ids: &[i64], on_fault: OnFault) -> Result<Vec<i64>, SyncError> {
        let mut absent = Vec::new();
        let mut left = ids.to_vec();
        while !left.is_empty() {
            let size = usize::try_from(self.at.per_page).unwrap_or(25).clamp(1, 100).min(left.len());
            let batch: Vec<i64> = left.drain(..size).collect();
            match self.read_batch(&batch).await? {
                // The account's pages are smaller than what was asked for: the rest is asked for again, in such pages.
                Missing::CutOff(rest) => left.extend(rest),
                Missing::Unseen(unseen) => {
                    for id in unseen {
                        if !self.read_one(id, on_fault).await? {
                            absent.push(id);
                        }
                    }
                }
            }
        }
        Ok(absent)
    }

    /// Gives the ids that the answer did not hold.
    async fn read_batch(&mut self, ids: &[i64]) -> Result<Missing, SyncError> {
        let alone = || Missing::Unseen(ids.to_vec());
        if ids.len() == 1 {
            return Ok(alone());
        }
        let answer = match self.client.get_opportunities(ids, &self.lease.stop).await {
            Ok(answer) => answer,
            // An account that cannot be asked this way is asked one by one.
            Err(SourceError::Rejected { .. } | SourceError::NotFound(_)) => return Ok(alone()),
            Err(error) => return Err(error.into()),
        };
        let Ok(page) = serde_json::from_slice::<wire::Page<'_>>(&answer.body) else { return Ok(alone()) };
        let mut sorted = Sorted::read(&page.opportunities);
        sorted.records.retain(|record| ids.contains(&record.id));
        sorted.unreadable.retain(|fault| fault.id.is_some_and(|id| ids.contains(&id)));
        let missing: Vec<i64> = ids.iter().copied().filter(|id| !sorted.ids.contains(&Some(*id))).collect();
        let rows = sorted.ids.len();
        let cut = rows > 0
            && i64::try_from(rows).unwrap_or(i64::MAX) < page.meta.total_row_count
            && missing.len() < ids.len();
        self.note_clock(answer.date);
        let per_page = if cut { i64::try_from(rows).unwrap_or(self.at.per_page) } else { self.at.per_page };
        self.commit(&sorted, Checkpoint { per_page, ..self.at.clone() }).await?;
        Ok(if cut { Missing::CutOff(missing) } else { Missing::Unseen(missing) })
    }

    /// Whether the source has this record.
    async fn read_one(&mut self, id: i64, on_fault: OnFault) -> Result<bool, SyncError> {
        let answer = match self.client.get_opportunity(id, &self.lease.stop).await {
            Ok(answer) => answer,
            Err(SourceError::NotFound(message)) if !message.contains("No route matches") => return Ok(false),
            Err(error @ (SourceError::ServerError(_) | SourceError::Garbled { .. } | SourceError::Rejected { .. }))
                if on_fault == OnFault::StillFailing =>
            {
                tracing::warn!(id, %error, "a failed record still cannot be read");
                return Ok(true);
            }
            Err(error) => return Err(error.into()),
        };
        let text = String::from_utf8_lossy(&answer.body);
        let show: wire::Show<'_> = match serde_json::from_str(&text) {
            Ok(show) => show,
            Err(_) if on_fault == OnFault::StillFailing => return Ok(true),
            Err(error) => return Err(SourceError::Garbled { status: 200, reason: error.to_string() }.into()),
        };
        self.note_clock(answer.date);
        self.commit(&Sorted::read(&[show.opportunity]), self.at.clone()).await?;
        Ok(true)
    }
}
