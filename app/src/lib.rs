//! Pages, components and server functions, one folder a noun. The same code renders on the host and hydrates in the browser.

#![recursion_limit = "256"]

#[cfg(feature = "ssr")]
pub mod audit;
#[cfg(feature = "ssr")]
pub mod augmented;
mod components;
#[cfg(feature = "ssr")]
pub mod cookie;
mod dashboard;
#[cfg(feature = "ssr")]
mod document;
#[cfg(feature = "ssr")]
pub mod endpoints;
mod error;
#[cfg(feature = "ssr")]
pub mod events;
#[cfg(feature = "ssr")]
pub mod host;
mod identity;
#[cfg(feature = "ssr")]
pub mod imports;
mod jobs;
mod live;
#[cfg(feature = "hydrate")]
pub mod live_form;
#[cfg(feature = "ssr")]
pub mod metrics;
mod not_found;
mod notifications;
mod opportunities;
#[cfg(feature = "ssr")]
pub mod plain;
#[cfg(feature = "ssr")]
pub mod reconciliation;
#[cfg(feature = "ssr")]
pub mod registration;
#[cfg(feature = "ssr")]
pub mod reports;
mod routes;
#[cfg(feature = "ssr")]
pub mod rules;
mod settings;
mod sync;
mod wire;
#[cfg(feature = "ssr")]
pub mod workflow_templates;

#[cfg(feature = "ssr")]
pub use components::theme;
#[cfg(feature = "ssr")]
pub use document::shell;
pub use error::AppError;
pub use routes::App;
