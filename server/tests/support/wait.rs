//! Waiting for something to become true.

use std::time::{Duration, Instant};

/// Looks every 20 ms until there is something to give; fails after so many seconds, and says what it waited for.
pub async fn until<T>(what: &str, seconds: u64, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(seconds), "{seconds} s have passed, and still not: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
