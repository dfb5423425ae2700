//! A run of the synchronisation, as everybody sees it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What a run reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RunKind {
    /// The whole window, and records without dates.
    #[serde(rename = "initial_sync")]
    Initial,
    /// What changed since the cursor, and records that failed.
    #[serde(rename = "incremental_sync")]
    Incremental,
    /// The window again, and every record ever mirrored: finds what was missed and what is gone.
    #[serde(rename = "sweep")]
    Sweep,
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunStatus {
    Running,
    Completed,
    Failed,
    Cancelled,
}

impl RunKind {
    pub const ALL: [RunKind; 3] = [RunKind::Initial, RunKind::Incremental, RunKind::Sweep];

    /// As in the column `sync_type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            RunKind::Initial => "initial_sync",
            RunKind::Incremental => "incremental_sync",
            RunKind::Sweep => "sweep",
        }
    }

    pub fn parse(text: &str) -> Option<RunKind> {
        RunKind::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// For people.
    pub const fn label(self) -> &'static str {
        match self {
            RunKind::Initial => "Initial",
            RunKind::Incremental => "Incremental",
            RunKind::Sweep => "Sweep",
        }
    }
}

impl RunStatus {
    /// As in the column `status`.
    pub const fn as_str(self) -> &'static str {
        match self {
            RunStatus::Running => "running",
            RunStatus::Completed => "completed",
            RunStatus::Failed => "failed",
            RunStatus::Cancelled => "cancelled",
        }
    }

    pub fn parse(text: &str) -> Option<RunStatus> {
        [RunStatus::Running, RunStatus::Completed, RunStatus::Failed, RunStatus::Cancelled]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// A row of `sync_metadata` with the columns that the world may see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRow {
    pub id: i64,
    pub sync_type: RunKind,
    pub status: RunStatus,
    pub records_synced: i32,
    pub records_failed: i32,
    pub started_at: DateTime<Utc>,
    pub completed_at: Option<DateTime<Utc>>,
    pub error: Option<String>,
    pub metadata: serde_json::Value,
}

/// How far a running run has come. Totals are what the source said last; a total is null while it is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    pub pages_done: i32,
    pub pages_total: Option<i32>,
    pub rows_done: i32,
    pub rows_total: Option<i32>,
}
