//! The simulated account as its clients meet it: over HTTP.
#![expect(clippy::unwrap_used, reason = "a test ends where its stand fails")]

mod faults;
mod filters;
mod paging;
mod records;
mod stand;
mod wire;
