//! Rules from outside: the real host, the real Postgres, events over HTTP, receivers that listen.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test ends where its stand fails")]

#[path = "../support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other test binaries use the rest")]
mod support;

#[path = "../inbox/scene.rs"]
#[expect(dead_code, reason = "other test binaries use the rest")]
mod scene;

mod acting;
mod causes;
mod changing;
mod delivering;
mod dry_run;
mod firing;
mod receiver;
mod stage;
mod storm;
