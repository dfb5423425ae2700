//! Failed records in words ready to be shown.

use serde::{Deserialize, Serialize};

use crate::opportunities::Sheet;

/// A page of the list, and the text of the record that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailuresView {
    pub sheet: Sheet,
    /// Key and text.
    pub raw: Option<(String, String)>,
}
