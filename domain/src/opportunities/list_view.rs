//! A list in words and figures ready to be shown: the host formats, the browser lays out.

use serde::{Deserialize, Serialize};

use super::Sheet;

/// A filter that is set, and the link without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chip {
    pub label: String,
    pub value: String,
    pub href: String,
}

/// Something to choose in the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// What the form of the filters holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fields {
    pub q: String,
    pub from: String,
    pub to: String,
    pub min_value: String,
    pub max_value: String,
    pub stale_hours: String,
    pub statuses: Vec<Choice>,
    pub states: Vec<Choice>,
    pub kinds: Vec<Choice>,
    pub owners: Vec<Choice>,
    pub deleted: Vec<Choice>,
    pub columns: Vec<Choice>,
    /// Pairs that the form has no field for, kept as they are.
    pub kept: Vec<(String, String)>,
}

/// A list that somebody made before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tab {
    pub name: String,
    pub href: String,
    pub on: bool,
    /// The id of a kept list that this person may remove.
    pub removable: Option<String>,
}

/// A page of the list and everything around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListView {
    pub tabs: Vec<Tab>,
    /// What stands behind the question mark, to be kept as a view.
    pub search: String,
    pub fields: Fields,
    pub sheet: Sheet,
}
