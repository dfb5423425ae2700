//! How long to wait before the source is asked again.

use std::time::Duration;

use rand::RngExt;
use reqwest::Response;
use reqwest::header::{DATE, RETRY_AFTER};

use super::header;

const LONGEST_BACKOFF: Duration = Duration::from_secs(30);
/// A longer Retry-After is cut to this.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

/// Retry-After in both forms: seconds, or an HTTP date against the answer's own clock.
pub(super) fn retry_after(response: &Response) -> Option<Duration> {
    let text = header(response, &RETRY_AFTER)?;
    if let Ok(seconds) = text.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds).min(LONGEST_RETRY_AFTER));
    }
    let until = httpdate::parse_http_date(text.trim()).ok()?;
    let now = header(response, &DATE)
        .and_then(|date| httpdate::parse_http_date(&date).ok())
        .unwrap_or_else(std::time::SystemTime::now);
    Some(until.duration_since(now).unwrap_or_default().min(LONGEST_RETRY_AFTER))
}

/// How often a request is tried, and how long it waits in between.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The first included.
    pub tries: u32,
    first: Duration,
}

impl Patience {
    /// For runs, which nobody wants to begin again.
    pub const LONG: Patience = Patience { tries: 12, first: Duration::from_secs(1) };
    /// For a single record.
    pub const SHORT: Patience = Patience { tries: 5, first: Duration::from_millis(250) };

    /// The first wait, then twice as long each time, to 30 s; the upper half of it is chance.
    pub fn backoff(self, attempt: u32) -> Duration {
        let full = (self.first * 2u32.pow(attempt.min(10) - 1)).min(LONGEST_BACKOFF);
        full.mul_f64(rand::rng().random_range(0.5..1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_and_stops_at_half_a_minute() {
        for (attempt, most) in [(1, 1.0), (2, 2.0), (3, 4.0), (7, 30.0), (99, 30.0)] {
            let wait = Patience::LONG.backoff(attempt).as_secs_f64();
            assert!((most / 2.0..=most).contains(&wait), "{attempt}: {wait}");
        }
    }
}
