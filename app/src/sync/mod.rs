//! The sync control and its server functions.

pub mod api;
pub mod control;
pub mod failures_page;
mod runs;
