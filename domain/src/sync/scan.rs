//! Walking a list to its end. By key where the account accepts it, so that rows cannot move between pages; else by page
//! number, and then again until a whole walk meets nothing new.

use std::fmt::Display;

use chrono::{DateTime, Utc};

use super::ahead::{Answered, Glance};
use super::dialect::{Listing, Part};
use super::engine::{Checkpoint, Engine, Place};
use super::error::{SourceError, SyncError};
use super::wire::Meta;
use crate::opportunities::mirror::Sorted;
use crate::opportunities::record::Record;
use crate::opportunities::store as rows;

/// Walks by page number after which the list is taken as it is.
const MOST_PASSES: i32 = 6;
/// Answers in a row that are no page, before the run fails.
const MOST_GARBLED: u32 = 4;

impl Engine {
    /// One list, from the checkpoint to its end.
    pub(super) async fn scan(&mut self, listing: &Listing) -> Result<(), SyncError> {
        let (mut garbled, mut ahead) = (0, None);
        loop {
            let part = self.head().part();
            let Answered { date, glance, page, kept } = match self.page(listing, ahead.take()).await? {
                Ok(answered) => answered,
                Err(error) => {
                    self.settle().await?;
                    self.ask_in_a_simpler_way(error)?;
                    continue;
                }
            };
            self.note_clock(date);
            if let (true, Ok(Glance { rows, last, meta })) = (kept, glance.await)
                && let Some((guess, false)) = self.after(part, &[last], rows, meta)
            {
                ahead = Some(self.ask_ahead(listing, &guess));
            }
            let garble = |reason: &dyn Display| SourceError::Garbled { status: 200, reason: reason.to_string() };
            let (mut sorted, meta) = match self.settle_beside(page).await?.map_err(|broken| garble(&broken))? {
                Ok(read) => read,
                Err(error) if garbled < MOST_GARBLED => {
                    garbled += 1;
                    self.settle().await?;
                    self.spool.forget(self.at.pages);
                    tracing::warn!(run = self.run.id, %error, "an answer is no page of opportunities");
                    continue;
                }
                Err(error) => return Err(garble(&error).into()),
            };
            garbled = 0;
            self.keep_wanted(listing, &mut sorted).await?;
            let rows = i64::try_from(sorted.ids.len()).unwrap_or(i64::MAX);
            let Some((next, over)) = self.after(part, &sorted.ids, rows, meta) else {
                self.settle().await?;
                tracing::info!(run = self.run.id, "the account ignores keys, going by page number");
                self.at.dialect.keyed = false;
                self.at.place = self.at.place.restarted();
                continue;
            };
            if self.only_new && !over && matches!(part, Part::After(_)) {
                self.write_beside(sorted, next).await?;
                continue;
            }
            self.settle().await?;
            self.commit(&sorted, next).await?;
            if over && self.ends_or_walks_again().await? {
                return Ok(());
            }
        }
    }

    /// Where the account rejects a query that it need not know, the phase begins again without it.
    fn ask_in_a_simpler_way(&mut self, error: SourceError) -> Result<(), SyncError> {
        let rejected = matches!(error, SourceError::Rejected { .. } | SourceError::NotFound(_));
        let Some(dialect) = self.at.dialect.simpler().filter(|_| rejected) else { return Err(error.into()) };
        tracing::info!(run = self.run.id, ?dialect, %error, "the account rejects a query, asking in a simpler way");
        self.at.dialect = dialect;
        self.at.place = self.at.place.restarted();
        Ok(())
    }

    /// The source may ignore a filter; the scope is ours: what lies in the window or has no date. An incremental run also
    /// takes what is mirrored already, and what changed since the last run began; a record outside the window that only
    /// lies near the cursor is none of these.
    async fn keep_wanted(&self, listing: &Listing, sorted: &mut Sorted) -> Result<(), SyncError> {
        let inside = |record: &Record| self.at.window.is_none_or(|window| window.holds(record.starts_at));
        let Listing::Updated(since) = listing else {
            sorted.records.retain(inside);
            return Ok(());
        };
        sorted.records.retain(|record| record.updated_at_rms.is_none_or(|at| at >= *since));
        let outside: Vec<i64> =
            sorted.records.iter().filter(|record| !inside(record)).map(|record| record.id).collect();
        if !outside.is_empty() {
            let mut tx = self.db.worker_tx(self.lease.tenant).await?;
            let known = rows::known_among(&mut tx, &outside).await?;
            tx.commit().await?;
            let is_news = |record: &Record| {
                record.updated_at_rms.zip(self.at.clock_before).is_some_and(|(at, clock)| at >= clock)
            };
            sorted.records.retain(|record| inside(record) || known.contains(&record.id) || is_news(record));
        }
        Ok(())
    }

    /// The place behind an answer of so many rows and whether the list is over; none when the answer shows that keys are
    /// ignored.
    fn after(&self, part: Part, ids: &[Option<i64>], rows: i64, meta: Meta) -> Option<(Checkpoint, bool)> {
        let mut next = self.head().clone();
        next.pages += 1;
        next.per_page = meta.per_page.filter(|size| (1..=100).contains(size)).unwrap_or(next.per_page);
        next.place.total = next.place.total.or(Some(meta.total_row_count));
        next.place.rows += rows;
        match part {
            Part::After(after) => {
                let ids: Vec<i64> = ids.iter().copied().flatten().collect();
                // The whole list in one answer: its order says nothing.
                if after.is_none() && rows >= meta.total_row_count {
                    next.place.after = ids.iter().copied().max();
                    return Some((next, true));
                }
                let ascending = after.into_iter().chain(ids.iter().copied()).is_sorted_by(|a, b| a < b);
                if !ascending || (ids.is_empty() && rows > 0) {
                    return None;
                }
                next.place.after = ids.last().copied().or(after);
                Some((next, rows == 0 || rows >= meta.total_row_count))
            }
            Part::Page(page) => {
                next.place.total = Some(meta.total_row_count);
                next.place.page = Some(page + 1);
                let over = rows == 0 || next.place.rows >= meta.total_row_count;
                Some((next, over))
            }
        }
    }

    /// At the end of a walk: whether the list is done. A walk by key that met fewer rows than were announced, and every walk
    /// by page that met something new, is followed by another.
    async fn ends_or_walks_again(&mut self) -> Result<bool, SyncError> {
        let place = &self.at.place;
        let by_key = place.page.is_none() && self.at.dialect.keyed;
        let short = place.total.is_some_and(|total| place.rows < total);
        let unsettled = !by_key && place.pass + 1 >= MOST_PASSES && place.new > 0;
        if by_key && !short || place.pass + 1 >= MOST_PASSES || (!by_key && place.pass > 0 && place.new == 0) {
            self.at.unsettled |= unsettled;
            return Ok(true);
        }
        let next = Checkpoint {
            place: Place {
                page: Some(1),
                pass: place.pass + 1,
                met_before: place.met_before,
                total: place.total,
                ..Place::default()
            },
            ..self.at.clone()
        };
        self.move_to(next).await?;
        Ok(false)
    }

    /// Keeps the source's clock at the run's first answer: the cursor's later bound.
    pub(super) fn note_clock(&mut self, date: Option<DateTime<Utc>>) {
        self.at.source_started_at = self.at.source_started_at.or(date);
    }
}

impl Place {
    /// The beginning of the same phase.
    fn restarted(&self) -> Place {
        Place { met_before: self.met_before, ..Place::default() }
    }
}
