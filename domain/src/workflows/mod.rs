//! Workflows on opportunities: steps that admins define once, in templates, and that people and rules take an opportunity
//! through.
//!
//! ```text
//! start ─► running ─ advance ─► running … ─ advance behind the last step ─► completed
//!             │  ▲
//!        fail ▼  │ retry, at the step where it failed
//!           failed            cancel: of what runs or has failed ─► cancelled
//! ```

mod act;
mod start;
mod store;
pub mod templates;

pub use act::{Act, act};
pub use start::start;
pub use store::{Workflow, find, page};

/// Where a workflow stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkflowStatus {
    Running,
    Completed,
    Failed,
    Cancelled,
}

impl WorkflowStatus {
    pub const ALL: [WorkflowStatus; 4] =
        [WorkflowStatus::Running, WorkflowStatus::Completed, WorkflowStatus::Failed, WorkflowStatus::Cancelled];

    pub const fn as_str(self) -> &'static str {
        match self {
            WorkflowStatus::Running => "running",
            WorkflowStatus::Completed => "completed",
            WorkflowStatus::Failed => "failed",
            WorkflowStatus::Cancelled => "cancelled",
        }
    }

    /// Held to these words by a check constraint.
    pub fn parse(text: &str) -> Option<WorkflowStatus> {
        WorkflowStatus::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Whether more may come of it.
    pub const fn is_open(self) -> bool {
        matches!(self, WorkflowStatus::Running | WorkflowStatus::Failed)
    }
}
