//! Logs on standard error: for people on a terminal, JSON lines elsewhere.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Sets the process's log; `RUST_LOG` says how much.
pub fn init(default: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second call, as in tests, keeps the first log.
    let _ = if std::io::stderr().is_terminal() { log.try_init() } else { log.json().flatten_event(true).try_init() };
}
