//! Types, rules and SQL of Backline, one folder a noun.
//!
//! Without the feature `ssr` only types and pure rules remain; they also compile to WASM, so that the browser and the host
//! share one rule.

pub mod dashboard;
pub mod identity;
pub mod inbox;
pub mod jobs;
pub mod live;
pub mod money;
pub mod notifications;
pub mod opportunities;
pub mod pager;
pub mod sync;

#[cfg(feature = "ssr")]
pub mod audit;
#[cfg(feature = "ssr")]
pub mod augmented;
#[cfg(feature = "ssr")]
pub mod calendar;
#[cfg(feature = "ssr")]
pub mod db;
#[cfg(feature = "ssr")]
pub mod export;
#[cfg(feature = "ssr")]
mod hex;
#[cfg(feature = "ssr")]
pub mod imports;
#[cfg(feature = "ssr")]
pub mod integrations;
#[cfg(feature = "ssr")]
pub mod metrics;
#[cfg(feature = "ssr")]
pub mod params;
#[cfg(feature = "ssr")]
pub mod patch;
#[cfg(feature = "ssr")]
pub mod reconciliation;
#[cfg(feature = "ssr")]
pub mod reports;
#[cfg(feature = "ssr")]
pub mod rules;
#[cfg(feature = "ssr")]
pub mod seal;
#[cfg(feature = "ssr")]
mod services;
#[cfg(feature = "ssr")]
pub mod workflows;

#[cfg(feature = "ssr")]
pub use services::{Services, ServicesError, Settings};
