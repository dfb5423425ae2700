//! Lists that people bring as CSV: looked at row by row, and taken as a whole or not at all.
//!
//! An import begins as a file that is kept, with a guess at what its columns mean. A check (a dry run) looks at every row and
//! changes nothing; the import itself looks again and then writes all rows in one transaction. Both are jobs.

mod act;
pub mod check;
pub mod mapping;
mod people;
pub mod sheet;
pub mod store;
mod view;
mod views;

pub use act::{Upload, apply, check, upload};
pub use view::{FieldView, Found, ImportLine, ImportView};

use serde::{Deserialize, Serialize};

/// What rows become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    People,
    Views,
}

/// What a target takes from a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    /// What it must look like, for people.
    pub about: &'static str,
    pub needed: bool,
    /// Names of columns that are taken for it, in small letters.
    also: &'static [&'static str],
}

impl Target {
    pub const ALL: [Target; 2] = [Target::People, Target::Views];

    pub const fn as_str(self) -> &'static str {
        match self {
            Target::People => "people",
            Target::Views => "views",
        }
    }

    /// As people call it.
    pub const fn word(self) -> &'static str {
        match self {
            Target::People => "People",
            Target::Views => "Saved views",
        }
    }

    pub fn parse(text: &str) -> Option<Target> {
        Target::ALL.into_iter().find(|target| target.as_str() == text)
    }

    pub const fn fields(self) -> &'static [Field] {
        match self {
            Target::People => people::FIELDS,
            Target::Views => views::FIELDS,
        }
    }
}

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImportStatus {
    /// What its columns mean is to be said.
    New,
    Checking,
    /// Every row can be taken.
    Good,
    /// Some cannot.
    Bad,
    Applying,
    /// All of them were.
    Applied,
}

impl ImportStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            ImportStatus::New => "new",
            ImportStatus::Checking => "checking",
            ImportStatus::Good => "good",
            ImportStatus::Bad => "bad",
            ImportStatus::Applying => "applying",
            ImportStatus::Applied => "applied",
        }
    }

    /// Held to these words by a check constraint.
    fn parse(text: &str) -> ImportStatus {
        use ImportStatus::{Applied, Applying, Bad, Checking, Good, New};
        [New, Checking, Good, Bad, Applying, Applied].into_iter().find(|status| status.as_str() == text).unwrap_or(New)
    }
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFault {
    /// The line of the file where the row begins; that of the columns is 1.
    pub row: u64,
    /// Null when it is the row as a whole.
    pub field: Option<String>,
    pub reason: String,
}
