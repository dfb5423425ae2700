//! What changed in opportunities, newest first: of one, and of all.

#[cfg(feature = "ssr")]
pub mod build;
#[cfg(feature = "ssr")]
pub mod export;
#[cfg(feature = "ssr")]
pub(super) mod line;
#[cfg(feature = "ssr")]
pub mod query;
#[cfg(feature = "ssr")]
pub mod store;
mod view;

pub use view::{ChangeFields, ChangeLine, ChangesView, FieldChange};
