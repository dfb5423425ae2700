//! A definition as everybody sees it: one version of a metric with what is known of its code.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::formula::Formula;
use super::sent;

/// How a code stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum State {
    /// No version counts yet.
    Draft,
    /// A version counts.
    Active,
    /// None counts any more.
    Deprecated,
}

impl State {
    pub const ALL: [State; 3] = [State::Draft, State::Active, State::Deprecated];

    pub const fn as_str(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Active => "active",
            State::Deprecated => "deprecated",
        }
    }

    pub fn parse(text: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// Who made a version or retired a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Author {
    pub id: Uuid,
    pub full_name: String,
    /// Null of a key.
    pub email: Option<String>,
}

/// One version. In JSON with the names of the first system's API.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    /// Of the version.
    pub id: Uuid,
    pub tenant_id: Uuid,
    pub code: String,
    pub name: String,
    pub description: String,
    /// As it was sent, letter by letter.
    pub formula: Option<Box<RawValue>>,
    /// The formula's tree; null without a formula, and where a newer release wrote one that this one cannot read.
    pub compiled: Option<Json>,
    /// The formula in plain words.
    pub sentence: Option<String>,
    /// Rows of field values with the expected answer, as they were sent.
    pub tests: Box<RawValue>,
    pub note: Option<String>,
    pub version: i32,
    /// From when on this version counted; null of one that never did.
    pub effective_at: Option<DateTime<Utc>>,
    pub created_by_id: Option<Uuid>,
    pub created_by: Option<Author>,
    pub created_at: DateTime<Utc>,
    /// Of the code, as all below.
    pub state: State,
    /// The version that every reader uses.
    pub active_version: Option<i32>,
    /// A newer one than that which waits.
    pub draft_version: Option<i32>,
    pub deprecated_at: Option<DateTime<Utc>>,
    pub deprecated_by: Option<Author>,
    pub reason: Option<String>,
    /// The code to use instead.
    pub replaced_by: Option<String>,
    /// The newest version, whatever became of it: what `expectedVersion` is compared with.
    pub newest_version: i32,
}

impl Definition {
    /// Whether this version is the one that counts.
    pub fn is_active(&self) -> bool {
        self.active_version == Some(self.version)
    }

    /// Its formula, read; none without one, and where a newer release wrote one that this one cannot read.
    pub fn read_formula(&self) -> Option<Formula> {
        read(self.formula.as_deref()?)
    }
}

/// A formula out of the store.
pub fn read(stored: &RawValue) -> Option<Formula> {
    let read = Formula::read(&sent::kept(stored));
    read.inspect_err(|problems| tracing::warn!(?problems, "a stored formula cannot be read")).ok()
}
