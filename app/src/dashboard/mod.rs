//! The dashboard.

mod activity;
mod api;
mod by_day;
pub mod cards;
mod changes;
mod events;
#[cfg(feature = "ssr")]
mod host;
mod metrics;
mod months;
pub mod page;
mod range;
mod status;
