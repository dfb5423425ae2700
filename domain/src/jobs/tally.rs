//! What attempts came to, for the figures of a worker and of the process.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters that only grow.
#[derive(Debug, Default)]
pub struct Tally {
    completed: AtomicU64,
    failed: AtomicU64,
    refused: AtomicU64,
    rescued: AtomicU64,
}

/// What an attempt came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    Completed,
    /// Whether or not another attempt follows.
    Failed,
    /// Its result came after the lease was lost.
    Refused,
    /// Its worker was lost, and the job taken back here.
    Rescued,
}

impl Came {
    pub const ALL: [Came; 4] = [Came::Completed, Came::Failed, Came::Refused, Came::Rescued];

    pub const fn as_str(self) -> &'static str {
        match self {
            Came::Completed => "completed",
            Came::Failed => "failed",
            Came::Refused => "refused",
            Came::Rescued => "rescued",
        }
    }
}

impl Tally {
    fn counter(&self, came: Came) -> &AtomicU64 {
        match came {
            Came::Completed => &self.completed,
            Came::Failed => &self.failed,
            Came::Refused => &self.refused,
            Came::Rescued => &self.rescued,
        }
    }

    pub(super) fn add(&self, came: Came, count: usize) {
        self.counter(came).fetch_add(count as u64, Ordering::Relaxed);
    }

    pub fn of(&self, came: Came) -> u64 {
        self.counter(came).load(Ordering::Relaxed)
    }
}
