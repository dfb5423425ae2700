//! A page of a list in words ready to be shown, whatever it lists: the host formats, the browser lays out.

use serde::{Deserialize, Serialize};

use super::{Chip, FieldChange};
use crate::dashboard::Tone;
use crate::pager::Pager;

/// The head of a column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub label: String,
    pub number: bool,
    /// The list sorted by it; none where its order is fixed.
    pub href: Option<String>,
    /// Whether the list is sorted by it, and then whether downwards.
    pub descending: Option<bool>,
}

impl Head {
    /// Of a list whose order is fixed.
    pub fn fixed(label: &str) -> Head {
        Head { label: label.into(), ..Head::default() }
    }
}

/// One field of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    pub text: String,
    pub number: bool,
    /// May take several lines.
    pub wrap: bool,
    /// Shown as a badge in this tone.
    pub tone: Option<Tone>,
    /// Where it leads.
    pub href: Option<String>,
    /// Beside a link: "deleted".
    pub note: Option<String>,
    /// What stands instead of the text.
    pub fields: Vec<FieldChange>,
    /// The record that a button reads again.
    pub again: Option<i64>,
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), ..Cell::default() }
    }

    pub fn link(text: impl Into<String>, href: Option<String>) -> Cell {
        Cell { href, ..Cell::text(text) }
    }
}

/// A page of a list and what stands around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    pub chips: Vec<Chip>,
    pub heads: Vec<Head>,
    pub rows: Vec<Vec<Cell>>,
    /// "245 records · £1,420,118.20 ex tax".
    pub summary: String,
    pub pager: Pager,
    pub csv: String,
    /// The page that makes a workbook of it.
    pub xlsx: String,
    /// How old the mirror is.
    pub fresh: String,
}
