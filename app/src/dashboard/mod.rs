//! The dashboard.

mod activity;
mod api;
mod cards;
mod changes;
mod months;
pub mod page;
mod range;
mod status;
