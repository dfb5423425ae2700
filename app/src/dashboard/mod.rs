//! The dashboard.

mod activity;
mod api;
mod by_day;
pub mod cards;
mod changes;
mod events;
mod metrics;
mod months;
pub mod page;
mod range;
mod status;
