//! What opportunities are called in other systems: one integration an opportunity and system.

mod save;
mod store;

pub use save::{NewIntegration, Patch, create, remove, set};
pub use store::{Integration, Of, find, page, systems};

/// Systems that are known by name, each written in its own way.
pub const KNOWN: [&str; 3] = ["Xero", "Monday", "TeamTrack"];

/// Where an integration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncStatus {
    Pending,
    Synced,
    Failed,
}

impl SyncStatus {
    pub const ALL: [SyncStatus; 3] = [SyncStatus::Pending, SyncStatus::Synced, SyncStatus::Failed];

    pub const fn as_str(self) -> &'static str {
        match self {
            SyncStatus::Pending => "pending",
            SyncStatus::Synced => "synced",
            SyncStatus::Failed => "failed",
        }
    }

    pub fn parse(text: &str) -> Option<SyncStatus> {
        SyncStatus::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// A system's name; the known ones in any case.
pub fn system_name(text: &str) -> String {
    let text = text.trim();
    let known = KNOWN.into_iter().find(|known| known.eq_ignore_ascii_case(text));
    known.unwrap_or(text).to_owned()
}
