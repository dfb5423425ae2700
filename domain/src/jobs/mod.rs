//! The job queue: work behind the requests, in one table that any number of hosts share. Nothing is lost and nothing ends
//! twice: an attempt holds a lease, and only its token ends it. How to add a type: `docs/jobs.md`.

#[cfg(feature = "ssr")]
mod act;
#[cfg(feature = "ssr")]
mod backoff;
#[cfg(feature = "ssr")]
pub mod counts;
#[cfg(feature = "ssr")]
mod crew;
#[cfg(feature = "ssr")]
mod cron_words;
#[cfg(feature = "ssr")]
pub mod enqueue;
#[cfg(feature = "ssr")]
mod flight;
#[cfg(feature = "ssr")]
mod hours;
#[cfg(feature = "ssr")]
pub mod kind;
#[cfg(feature = "ssr")]
pub mod list;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod process;
#[cfg(feature = "ssr")]
mod queue;
#[cfg(feature = "ssr")]
pub mod schedule;
#[cfg(feature = "ssr")]
mod sight;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod tally;
#[cfg(feature = "ssr")]
mod thrift;
#[cfg(feature = "ssr")]
pub mod types;
mod view;
#[cfg(feature = "ssr")]
mod view_one;
#[cfg(feature = "ssr")]
mod worker;

#[cfg(feature = "ssr")]
pub use {
    act::JobsError,
    enqueue::{EnqueueError, NewJob},
    process::Summary,
    queue::{JobOptions, Jobs},
};

pub use view::{AgainView, HoursView, JobFields, JobView, JobsView, ProgressView, Rows, ScheduleView};

use serde::{Deserialize, Serialize};

/// Where a job stands. The last three are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobStatus {
    /// Waits for its time, or for a worker.
    Pending,
    /// A worker holds its lease.
    Processing,
    Completed,
    /// No attempt is left, or none would help.
    Failed,
    Cancelled,
}

impl JobStatus {
    pub const ALL: [JobStatus; 5] =
        [JobStatus::Pending, JobStatus::Processing, JobStatus::Completed, JobStatus::Failed, JobStatus::Cancelled];

    pub const fn as_str(self) -> &'static str {
        match self {
            JobStatus::Pending => "pending",
            JobStatus::Processing => "processing",
            JobStatus::Completed => "completed",
            JobStatus::Failed => "failed",
            JobStatus::Cancelled => "cancelled",
        }
    }

    pub fn parse(text: &str) -> Option<JobStatus> {
        JobStatus::ALL.into_iter().find(|status| status.as_str() == text)
    }
}
