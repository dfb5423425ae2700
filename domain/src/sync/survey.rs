//! Reading all that the source has in scope, without writing: for who compares.

use std::collections::{HashSet, VecDeque};

use futures::future::try_join_all;
use serde_json::value::RawValue;
use tokio_util::sync::CancellationToken;

use super::client::{Asked, Client};
use super::dialect::{Dialect, Listing, Part};
use super::error::{SourceError, SyncError};
use super::service::SyncService;
use super::{store, wire};
use crate::identity::{TenantId, tenant};
use crate::opportunities::mirror::Sorted;
use crate::{calendar, sync};

/// Walks by page number after which a list is taken as it is.
const MOST_PASSES: u32 = 6;
/// Answers in a row that are no page, before the survey fails.
const MOST_GARBLED: u32 = 4;
/// Records that are asked for by their ids at a time.
const BATCH: usize = 100;

/// The source's records page by page: those of the window, then those without a date.
pub(crate) struct Survey {
    client: Client,
    stop: CancellationToken,
    lists: VecDeque<Listing>,
    window: sync::scope::Window,
    dialect: Dialect,
    part: Part,
    per_page: i64,
    rows: i64,
    pass: u32,
    /// Records that this pass met first.
    new: usize,
    /// Answers in a row that were no page.
    garbled: u32,
    met: HashSet<i64>,
}

impl SyncService {
    /// Begins a survey of the tenant's scope; only after an initial run has completed.
    pub(crate) async fn survey(&self, id: TenantId, stop: CancellationToken) -> Result<Survey, SyncError> {
        let client = self.account(id).await?;
        let mut tx = self.db().worker_tx(id).await?;
        if !store::initial_completed(&mut tx).await? {
            return Err(SyncError::InitialRequired);
        }
        let zone = calendar::zone_or_utc(&tenant::view(&mut tx).await?.timezone);
        tx.commit().await?;
        let window = sync::scope::Window::around(chrono::Utc::now(), zone, self.span());
        Ok(Survey {
            client,
            stop,
            lists: [Listing::Window(window), Listing::Undated].into(),
            window,
            dialect: Dialect::default(),
            part: Part::After(None),
            per_page: 100,
            rows: 0,
            pass: 0,
            new: 0,
            garbled: 0,
            met: HashSet::new(),
        })
    }

    /// What the source has of these records now: none of one that it does not have. Each that a list does not show is asked
    /// for alone before it is believed.
    pub(crate) async fn read_again(
        &self,
        tenant: TenantId,
        ids: &[i64],
    ) -> Result<Vec<(i64, Option<Box<RawValue>>)>, SyncError> {
        let mut read = Vec::with_capacity(ids.len());
        for batch in ids.chunks(BATCH) {
            let fetched = try_join_all(batch.iter().map(|id| self.fetch(tenant, *id))).await?;
            read.extend(batch.iter().copied().zip(fetched.into_iter().map(sync::single::Fetched::into_raw)));
        }
        Ok(read)
    }
}

impl Survey {
    /// Records that were met so far, those that cannot be mirrored included.
    pub fn met(&self) -> &HashSet<i64> {
        &self.met
    }

    /// The next page, with what lies in the window or has no date only; none at the end of all lists.
    pub async fn next(&mut self) -> Result<Option<Sorted>, SyncError> {
        loop {
            let Some(listing) = self.lists.front().cloned() else { return Ok(None) };
            let asked = Asked { listing: &listing, dialect: self.dialect, part: self.part, per_page: self.per_page };
            let answer = match self.client.list(&asked, &self.stop).await {
                Ok(answer) => answer,
                Err(error @ (SourceError::Rejected { .. } | SourceError::NotFound(_))) => {
                    self.dialect = self.dialect.simpler().ok_or(error)?;
                    self.begin_list();
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let page: wire::Page<'_> = match serde_json::from_slice(&answer.body) {
                Ok(page) => page,
                Err(error) if self.garbled < MOST_GARBLED => {
                    self.garbled += 1;
                    tracing::warn!(%error, "an answer is no page of opportunities");
                    continue;
                }
                Err(error) => return Err(SourceError::Garbled { status: 200, reason: error.to_string() }.into()),
            };
            self.garbled = 0;
            let mut sorted = Sorted::read(&page.opportunities);
            if !self.go_on(&sorted, page.meta) {
                self.dialect.keyed = false;
                self.begin_list();
                continue;
            }
            let window = self.window;
            sorted.records.retain(|record| window.holds(record.starts_at));
            let before = self.met.len();
            self.met.extend(sorted.records.iter().map(|record| record.id));
            self.met.extend(sorted.unreadable.iter().filter_map(|fault| fault.id));
            self.new += self.met.len() - before;
            return Ok(Some(sorted));
        }
    }

    /// Moves behind an answer; false when it shows that keys are ignored.
    fn go_on(&mut self, sorted: &Sorted, meta: wire::Meta) -> bool {
        let rows = i64::try_from(sorted.ids.len()).unwrap_or(i64::MAX);
        self.per_page = meta.per_page.filter(|size| (1..=100).contains(size)).unwrap_or(self.per_page);
        match self.part {
            Part::After(after) => {
                let ids: Vec<i64> = sorted.ids.iter().copied().flatten().collect();
                let whole = after.is_none() && rows >= meta.total_row_count;
                let ascending = after.into_iter().chain(ids.iter().copied()).is_sorted_by(|a, b| a < b);
                if !whole && (!ascending || (ids.is_empty() && rows > 0)) {
                    return false;
                }
                if whole || rows == 0 || rows >= meta.total_row_count {
                    self.next_list();
                } else {
                    self.part = Part::After(ids.last().copied().or(after));
                }
            }
            Part::Page(page) => {
                self.rows += rows;
                if rows > 0 && self.rows < meta.total_row_count {
                    self.part = Part::Page(page + 1);
                } else if self.pass + 1 < MOST_PASSES && (self.pass == 0 || self.new > 0) {
                    // Rows may have moved between pages: again, until a walk meets nothing new.
                    (self.part, self.rows, self.new) = (Part::Page(1), 0, 0);
                    self.pass += 1;
                } else {
                    self.next_list();
                }
            }
        }
        true
    }

    fn next_list(&mut self) {
        self.lists.pop_front();
        self.begin_list();
    }

    fn begin_list(&mut self) {
        self.part = if self.dialect.keyed { Part::After(None) } else { Part::Page(1) };
        (self.rows, self.pass, self.new) = (0, 0, 0);
    }
}
