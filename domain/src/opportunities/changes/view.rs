//! Changes in words ready to be shown.

use serde::{Deserialize, Serialize};

use crate::dashboard::Tone;
use crate::opportunities::{Chip, Choice};
use crate::pager::Pager;

/// A column before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    pub field: String,
    pub before: String,
    pub after: String,
}

/// One change of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeLine {
    pub when: String,
    pub what: String,
    pub tone: Tone,
    /// "sync 12", "read again", "webhook".
    pub source: String,
    pub fields: Vec<FieldChange>,
}

/// One change of any record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedRow {
    pub opportunity_id: i64,
    pub opportunity: String,
    pub customer: String,
    pub line: ChangeLine,
}

/// What the form above the list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeFields {
    pub from: String,
    pub to: String,
    pub starts_from: String,
    pub starts_to: String,
    pub kinds: Vec<Choice>,
    /// Pairs that the form has no field for, kept as they are.
    pub kept: Vec<(String, String)>,
}

/// A page of the list and everything around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangesView {
    pub fields: ChangeFields,
    pub chips: Vec<Chip>,
    pub rows: Vec<ChangedRow>,
    /// "245 changes".
    pub summary: String,
    pub pager: Pager,
    pub csv: String,
    /// How old the mirror is.
    pub fresh: String,
}
