//! Records that could not be mirrored: kept with reason and raw text, and tried again until they can.

#[cfg(feature = "ssr")]
pub mod build;
#[cfg(feature = "ssr")]
pub mod export;
#[cfg(feature = "ssr")]
pub mod query;
#[cfg(feature = "ssr")]
mod store;
mod view;

#[cfg(feature = "ssr")]
pub use store::{FailureRow, count_open, keep, list, open_ids, resolve, resolve_unmet};
pub use view::FailuresView;
