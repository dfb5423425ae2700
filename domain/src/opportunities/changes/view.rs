//! Changes in words ready to be shown.

use serde::{Deserialize, Serialize};

use crate::dashboard::Tone;
use crate::opportunities::{Choice, Sheet};

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

/// A page of the list and the form above it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangesView {
    pub fields: ChangeFields,
    pub sheet: Sheet,
}
