//! Formulas on the real Postgres: what it answers, and what the same formula says in plain Rust.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test ends where its stand fails")]

#[path = "../support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other test binaries use the rest")]
mod support;

mod compared;
mod ground;
mod hostile;
mod random;
mod same;
mod written;
