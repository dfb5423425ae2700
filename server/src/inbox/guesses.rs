//! Wrong tokens, counted by address: who guesses is made to wait. Kept in memory, since a guess must not cost the database.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Wrong tokens of an address in a window.
const MOST: u32 = 30;
const WINDOW: Duration = Duration::from_secs(60);
/// Addresses that are remembered.
const ADDRESSES: usize = 10_000;

/// How many wrong tokens each address has presented since when.
#[derive(Default)]
pub struct Guesses(Mutex<HashMap<String, (u32, Instant)>>);

impl Guesses {
    /// How long an address has to wait; none: not at all.
    pub fn blocked(&self, address: &str, now: Instant) -> Option<Duration> {
        let guesses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, since) = guesses.get(address)?;
        let left = WINDOW.checked_sub(now.saturating_duration_since(*since))?;
        (*count >= MOST && !left.is_zero()).then_some(left)
    }

    /// Counts a wrong token.
    pub fn wrong(&self, address: &str, now: Instant) {
        let mut guesses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if guesses.len() >= ADDRESSES {
            guesses.retain(|_, (_, since)| now.saturating_duration_since(*since) < WINDOW);
            if guesses.len() >= ADDRESSES {
                guesses.clear();
            }
        }
        let (count, since) = guesses.entry(address.to_owned()).or_insert((0, now));
        if now.saturating_duration_since(*since) >= WINDOW {
            (*count, *since) = (0, now);
        }
        *count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_guesses_waits_and_others_do_not() {
        let (guesses, start) = (Guesses::default(), Instant::now());
        for _ in 0..MOST {
            assert_eq!(guesses.blocked("192.0.2.7", start), None);
            guesses.wrong("192.0.2.7", start);
        }
        assert!(guesses.blocked("192.0.2.7", start).is_some());
        assert_eq!(guesses.blocked("192.0.2.8", start), None);
        assert_eq!(guesses.blocked("192.0.2.7", start + WINDOW), None);
        guesses.wrong("192.0.2.7", start + WINDOW);
        assert_eq!(guesses.blocked("192.0.2.7", start + WINDOW), None);
    }
}
