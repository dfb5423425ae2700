//! Keeping the mirror equal to the source: the Current RMS client, runs, checkpoints, the cursor, failures.

pub mod failures;
mod run;

#[cfg(feature = "ssr")]
mod accounts;
#[cfg(feature = "ssr")]
mod ahead;
#[cfg(feature = "ssr")]
pub mod client;
#[cfg(feature = "ssr")]
mod commit;
#[cfg(feature = "ssr")]
pub mod connection;
#[cfg(feature = "ssr")]
mod cursor;
#[cfg(feature = "ssr")]
mod dialect;
#[cfg(feature = "ssr")]
mod engine;
#[cfg(feature = "ssr")]
mod error;
#[cfg(feature = "ssr")]
mod lease;
#[cfg(feature = "ssr")]
mod limiter;
#[cfg(feature = "ssr")]
mod phases;
#[cfg(feature = "ssr")]
pub mod public_address;
#[cfg(feature = "ssr")]
mod readers;
#[cfg(feature = "ssr")]
mod scan;
#[cfg(feature = "ssr")]
mod scope;
#[cfg(feature = "ssr")]
mod service;
#[cfg(feature = "ssr")]
mod single;
#[cfg(feature = "ssr")]
mod spool;
#[cfg(feature = "ssr")]
pub mod start_over;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
mod survey;
#[cfg(feature = "ssr")]
mod tally;
#[cfg(feature = "ssr")]
mod wire;

mod connection_view;
mod view;

pub use connection_view::ConnectionView;
pub use run::{Progress, RunKind, RunRow, RunStatus};
#[cfg(feature = "ssr")]
pub use view::freshness;
pub use view::{ActiveRun, RunView, SyncView};
#[cfg(feature = "ssr")]
pub use {
    error::{SourceError, SyncError},
    scope::{Span, Window, default_date_range},
    service::{SyncOptions, SyncService},
    single::Single,
    tally::Tally,
};
