//! The Jobs screen in words and figures ready to be shown, formatted by the host in the tenant's zone.

use serde::{Deserialize, Serialize};

use super::JobStatus;
use crate::dashboard::{Card, Tone};
use crate::opportunities::{Cell, Choice, Fact, Head, Sheet, Tab};

impl JobStatus {
    /// As a badge says it.
    pub const fn word(self) -> &'static str {
        match self {
            JobStatus::Pending => "Pending",
            JobStatus::Processing => "Processing",
            JobStatus::Completed => "Completed",
            JobStatus::Failed => "Failed",
            JobStatus::Cancelled => "Cancelled",
        }
    }

    pub const fn tone(self) -> Tone {
        match self {
            JobStatus::Completed => Tone::Ok,
            JobStatus::Processing => Tone::Warn,
            JobStatus::Failed => Tone::Bad,
            JobStatus::Pending | JobStatus::Cancelled => Tone::Info,
        }
    }
}

/// Rows of a table and their heads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    pub heads: Vec<Head>,
    pub rows: Vec<Vec<Cell>>,
}

/// A drawing of the last 24 hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursView {
    pub title: String,
    pub basis: String,
    /// What the colours mean, the lowest layer first.
    pub keys: Vec<String>,
    /// An SVG of ours; its labels are hours and numbers.
    pub bars: String,
    /// Table lines of ours: hours and numbers.
    pub lines: String,
}

/// What the form above the list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobFields {
    pub from: String,
    pub to: String,
    pub kinds: Vec<Choice>,
    /// Pairs that the form has no field for, kept as they are.
    pub kept: Vec<(String, String)>,
}

/// Sending all failed or cancelled jobs of a filter back to the queue: a link, and behind it the question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgainView {
    /// "Try again all failed", or the question with the number.
    pub words: String,
    /// To the question, or back from it.
    pub href: String,
    /// Whether this is the question.
    pub asked: bool,
    /// What the answer posts; none before the question, or where there is nothing to do.
    pub filter: Vec<(String, String)>,
}

/// The schedule that is being changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleView {
    pub id: i64,
    pub name: String,
    pub cron: String,
    pub enabled: bool,
    /// "every day at 02:00 · next run Sun 02:00".
    pub when: String,
    /// The page without it.
    pub back: String,
}

/// The screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobsView {
    pub cards: Vec<Card>,
    pub charts: Vec<HoursView>,
    /// A tab a state, with its count.
    pub states: Vec<Tab>,
    pub fields: JobFields,
    pub again: Option<AgainView>,
    pub sheet: Sheet,
    pub schedules: Rows,
    pub schedule: Option<ScheduleView>,
    pub workers: Rows,
}

/// How far work is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgressView {
    pub done: i64,
    /// Null while nobody knows.
    pub total: Option<i64>,
    pub words: String,
}

/// One job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobView {
    pub id: i64,
    /// "Sync 12".
    pub name: String,
    pub status: String,
    pub tone: Tone,
    pub facts: Vec<Fact>,
    pub progress: Option<ProgressView>,
    pub payload: String,
    pub result: Option<String>,
    /// The attempts that failed, oldest first.
    pub attempts: Rows,
    pub may_retry: bool,
    pub may_cancel: bool,
}
