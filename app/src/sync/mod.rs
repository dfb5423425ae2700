//! The sync control and its server functions.

pub mod api;
pub mod control;
mod runs;
