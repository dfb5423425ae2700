//! The synchronisation from outside: the real host, the real Postgres, a simulated account.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test ends where its stand fails")]

#[path = "../support/mod.rs"]
#[expect(unused_imports, reason = "other test binaries use the rest")]
mod support;

mod changes;
mod command_line;
mod connection;
mod crashes;
mod desk;
mod desk_clocks;
mod equality;
mod failures;
mod manners;
mod mirror_runs;
mod runs;
mod scene;
mod scope;
mod snapshots;
mod sweep;
mod tenants;
