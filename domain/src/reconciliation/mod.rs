//! Lists of what is missing or old beside the mirror, each with the way to mend it.

pub mod export;
mod items;
mod lists;
pub mod mirror;
pub mod query;
pub mod remedy;
mod report;
pub(crate) mod tally;
pub mod view;

pub use items::{Item, Key, items};
pub use lists::{
    Found, Slice, get_opportunities_missing_integration, get_stale_integrations, get_unaugmented_opportunities,
};
pub use report::{Finding, read};

/// What a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Opportunities to which the business has added nothing.
    Unaugmented,
    /// Opportunities that a system does not know.
    MissingIntegration,
    /// Integrations that failed, or that were not synced for a day, or never.
    StaleIntegrations,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Unaugmented, Kind::MissingIntegration, Kind::StaleIntegrations];

    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Unaugmented => "unaugmented",
            Kind::MissingIntegration => "missing-integration",
            Kind::StaleIntegrations => "stale-integrations",
        }
    }

    pub fn parse(text: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}
