//! What this process has done since it started, for the operator's figures.

use std::sync::atomic::{AtomicU64, Ordering};

use super::run::{RunKind, RunStatus};

/// Counters that only grow.
#[derive(Debug, Default)]
pub struct Tally {
    ended: [[AtomicU64; 3]; 3],
    synced: AtomicU64,
    failed: AtomicU64,
}

const OUTCOMES: [RunStatus; 3] = [RunStatus::Completed, RunStatus::Failed, RunStatus::Cancelled];

impl Tally {
    pub(super) fn run_ended(&self, kind: RunKind, status: RunStatus) {
        let kind = RunKind::ALL.into_iter().position(|known| known == kind);
        let status = OUTCOMES.into_iter().position(|known| known == status);
        if let (Some(kind), Some(status)) = (kind, status) {
            self.ended[kind][status].fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn page(&self, synced: i64, failed: i64) {
        self.synced.fetch_add(u64::try_from(synced).unwrap_or(0), Ordering::Relaxed);
        self.failed.fetch_add(u64::try_from(failed).unwrap_or(0), Ordering::Relaxed);
    }

    /// Runs that ended here, by kind and outcome, also where there were none.
    pub fn runs(&self) -> impl Iterator<Item = (RunKind, RunStatus, u64)> {
        RunKind::ALL.into_iter().zip(&self.ended).flat_map(|(kind, counts)| {
            OUTCOMES.into_iter().zip(counts).map(move |(status, count)| (kind, status, count.load(Ordering::Relaxed)))
        })
    }

    /// Records that pages brought, and records that failed.
    pub fn records(&self) -> (u64, u64) {
        (self.synced.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed))
    }
}
