//! One opportunity in words and figures ready to be shown.

use serde::{Deserialize, Serialize};

use super::ChangeLine;
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
