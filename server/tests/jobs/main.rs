//! The job queue from outside: the real host and workers, the real Postgres, probe jobs.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test ends where its stand fails")]

#[path = "../support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other test binaries use the rest")]
mod support;

mod attempts;
mod backup;
mod dedupe;
mod leases;
mod notifications;
mod oracle;
mod process;
mod scene;
mod schedules;
mod turns;
