//! What kind of account to stand in for.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Faults;

/// The size, the seed and the manners of a simulated account.
#[derive(Clone, Debug)]
pub struct Options {
    /// Records that start between 25 days ago and 360 days ahead, or have no dates. A tenth more lie outside.
    pub opportunities: usize,
    /// The same seed and [`base_time`](Self::base_time) give the same records, byte for byte.
    pub seed: u64,
    /// How the account misbehaves from the start.
    pub faults: Faults,
    /// How often something changes by itself while the account is served; `None` for never.
    pub drift: Option<Duration>,
    /// The value that `X-SUBDOMAIN` must have.
    pub subdomain: String,
    /// The value that `X-AUTH-TOKEN` must have.
    pub token: String,
    /// The moment around which the data is laid out; `None` for the time of creation.
    pub base_time: Option<DateTime<Utc>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            opportunities: 500,
            seed: 1,
            faults: Faults::default(),
            drift: None,
            subdomain: "demo".to_owned(),
            token: "demo-token".to_owned(),
            base_time: None,
        }
    }
}
