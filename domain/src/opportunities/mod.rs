//! Opportunities: enquiries, drafts, quotations and orders, as the source has them.

mod row;
mod status;

#[cfg(feature = "ssr")]
pub mod filter;
#[cfg(feature = "ssr")]
pub mod list;
#[cfg(feature = "ssr")]
pub mod mirror;
#[cfg(feature = "ssr")]
pub mod record;
#[cfg(feature = "ssr")]
mod rows;
#[cfg(feature = "ssr")]
mod scalar;
#[cfg(feature = "ssr")]
pub mod store;

pub use row::OpportunityRow;
pub use status::{State, Status};
