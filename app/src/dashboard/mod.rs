//! The dashboard.

mod api;
mod cards;
mod changes;
pub mod page;
mod status;
