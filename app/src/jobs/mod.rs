//! Jobs: the queue, and the page of one.

pub mod api;
#[cfg(feature = "ssr")]
mod host;
mod hours;
pub mod one_page;
pub mod page;
mod schedule;
