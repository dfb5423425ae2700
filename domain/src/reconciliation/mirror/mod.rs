//! Runs that prove the mirror: it is compared with the source record by record; what differs is listed, and repaired on demand.

pub mod check;
mod compare;
mod news;
pub mod repair;
pub mod store;

pub use store::{Counts, MirrorItem, MirrorRun, MirrorStatus};

use serde::{Deserialize, Serialize};

/// How a record differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Difference {
    /// It is another here than there.
    Altered,
    /// The source has it, the mirror does not.
    Missing,
    /// The mirror has it, the source does not.
    Gone,
}

impl Difference {
    pub const fn as_str(self) -> &'static str {
        match self {
            Difference::Altered => "altered",
            Difference::Missing => "missing",
            Difference::Gone => "gone",
        }
    }
}
