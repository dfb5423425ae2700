//! Failed records in words ready to be shown.

use serde::{Deserialize, Serialize};

use crate::opportunities::Chip;
use crate::pager::Pager;

/// A record that cannot be mirrored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedRow {
    /// The record's id as text, or "sha256:…" of its raw text.
    pub key: String,
    pub id: Option<i64>,
    /// The record in Current RMS.
    pub source_url: Option<String>,
    /// "charge_total: is no amount".
    pub reason: String,
    pub first_seen: String,
    pub last_seen: String,
    /// The runs that met it: "12" or "8 to 12".
    pub runs: String,
    pub attempts: String,
    /// The list with the record's text in it.
    pub raw_href: String,
}

/// A page of the list and everything around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailuresView {
    pub chips: Vec<Chip>,
    pub rows: Vec<FailedRow>,
    /// "3 records".
    pub summary: String,
    pub pager: Pager,
    pub csv: String,
    /// Key and text of the record that was asked for.
    pub raw: Option<(String, String)>,
    /// How old the mirror is.
    pub fresh: String,
    pub may_read_again: bool,
}
