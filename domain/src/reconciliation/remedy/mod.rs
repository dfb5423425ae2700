//! Remedies: what mends the lines of a list, for one record or for many of them at once, in one transaction. Each record is done or
//! named with its reason; none of them is changed when somebody else was there first.

mod asked;
pub mod form;
mod mend;

pub use asked::{Asked, Chosen};
pub use mend::{Mended, mend};

use super::Kind;
use crate::augmented;
use crate::integrations::SyncStatus;

/// Records of one request.
pub const MOST: usize = 100;

/// What is to be done with each of the records.
#[derive(Debug, Clone, PartialEq)]
pub enum Remedy {
    /// Add a workflow status and a risk level to opportunities that have nothing yet.
    Augment(augmented::Patch),
    /// Start a workflow of this template's code.
    Start { workflow_type: String },
    /// Note what the system calls opportunities that it did not know.
    Link { system: String },
    /// Note how stale integrations with the system stand: pending, to be synced again, or synced just now.
    Mark { system: String, status: SyncStatus },
}

impl Remedy {
    const fn word(&self) -> &'static str {
        match self {
            Remedy::Augment(_) => "augment",
            Remedy::Start { .. } => "start",
            Remedy::Link { .. } => "link",
            Remedy::Mark { .. } => "mark",
        }
    }

    /// The list whose lines it mends.
    fn list(&self) -> String {
        match self {
            Remedy::Augment(_) | Remedy::Start { .. } => Kind::Unaugmented.as_str().into(),
            Remedy::Link { system } => format!("{} {system}", Kind::MissingIntegration.as_str()),
            Remedy::Mark { system, .. } => format!("{} {system}", Kind::StaleIntegrations.as_str()),
        }
    }
}
