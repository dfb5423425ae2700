//! Opportunities: enquiries, drafts, quotations and orders, as the source has them.

pub mod changes;
mod detail_view;
mod list_view;
mod row;
mod sheet;
mod status;

#[cfg(feature = "ssr")]
pub mod address;
#[cfg(feature = "ssr")]
pub mod column;
#[cfg(feature = "ssr")]
mod detail_build;
#[cfg(feature = "ssr")]
pub mod export;
#[cfg(feature = "ssr")]
pub mod filter;
#[cfg(feature = "ssr")]
pub mod form;
#[cfg(feature = "ssr")]
pub mod list;
#[cfg(feature = "ssr")]
pub mod list_build;
#[cfg(feature = "ssr")]
pub mod list_cache;
#[cfg(feature = "ssr")]
pub mod mirror;
#[cfg(feature = "ssr")]
pub mod query;
#[cfg(feature = "ssr")]
pub mod record;
#[cfg(feature = "ssr")]
mod rows;
#[cfg(feature = "ssr")]
pub mod saved;
#[cfg(feature = "ssr")]
pub(crate) mod scalar;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod words;

pub use changes::{ChangeFields, ChangeLine, ChangesView, FieldChange};
pub use detail_view::{DetailView, Fact, Stop};
pub use list_view::{Chip, Choice, Fields, ListView, Tab};
pub use row::OpportunityRow;
pub use sheet::{Cell, Head, Sheet};
pub use status::{State, Status};
