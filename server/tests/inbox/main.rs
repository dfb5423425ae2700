//! The inbox from outside: the real host, the real Postgres, deliveries over HTTP.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test ends where its stand fails")]

#[path = "../support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other test binaries use the rest")]
mod support;

mod bodies;
mod doors;
mod follow_ups;
mod health;
mod keeping;
mod receiving;
mod registered;
mod replays;
mod scene;
mod stopped;
mod storm;
