//! One opportunity in words and figures ready to be shown.

use serde::{Deserialize, Serialize};

use crate::dashboard::Tone;

/// A field by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    pub label: String,
    pub value: String,
}

/// A date on the line from preparation to return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    pub label: String,
    pub when: String,
    pub past: bool,
}

/// A column before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    pub field: String,
    pub before: String,
    pub after: String,
}

/// One change of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeLine {
    pub when: String,
    pub what: String,
    pub tone: Tone,
    /// "sync 12", "read again", "webhook".
    pub source: String,
    pub fields: Vec<FieldChange>,
}

/// Everything that the page of one opportunity shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetailView {
    pub id: i64,
    pub name: String,
    pub status: String,
    pub tone: Tone,
    /// When it was found gone from the source.
    pub gone: Option<String>,
    pub stops: Vec<Stop>,
    pub money: Vec<Fact>,
    pub facts: Vec<Fact>,
    /// Every plain field of the record as the source sent it.
    pub fields: Vec<Fact>,
    pub changes: Vec<ChangeLine>,
    /// Other records of the same customer.
    pub customer: Option<(String, String)>,
    /// The record in Current RMS.
    pub source_url: Option<String>,
    /// The text as the source sent it, when it was asked for.
    pub raw: Option<String>,
    /// "seen 2 min ago".
    pub fresh: String,
    pub may_read_again: bool,
}
