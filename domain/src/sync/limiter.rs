//! One pace for all requests of a tenant: bursts of ten, never two within the interval, about a hundred a minute over time.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

/// Requests that may follow each other at the short interval before the long one counts.
const BURST: f64 = 10.0;
/// The long-run interval is this many times the short one: 3 × 200 ms is a hundred a minute.
const SUSTAINED: u32 = 3;
/// However often the source says 429, our own pace is never slower.
const SLOWEST: Duration = Duration::from_secs(2);

/// A token bucket whose refill slows down after a 429 and recovers with good answers.
pub struct Limiter {
    interval: Duration,
    state: Mutex<State>,
}

struct State {
    tokens: f64,
    refilled: Instant,
    last: Option<Instant>,
    /// How much slower than configured, 1 or more.
    slowness: f64,
}

impl Limiter {
    /// An interval of zero means no limit.
    pub fn new(interval: Duration) -> Limiter {
        let state = State { tokens: BURST, refilled: Instant::now(), last: None, slowness: 1.0 };
        Limiter { interval, state: Mutex::new(state) }
    }

    /// Waits for the next request's turn. Turns are given in the order of asking.
    pub async fn turn(&self) {
        if self.interval.is_zero() {
            return;
        }
        let mut state = self.state.lock().await;
        tokio::time::sleep_until(state.next(self.interval)).await;
        state.take(self.interval, Instant::now());
    }

    /// Waits until a turn could be had, without taking it: who asks for others too gathers them until then.
    pub async fn near(&self) {
        if !self.interval.is_zero() {
            let next = self.state.lock().await.next(self.interval);
            tokio::time::sleep_until(next).await;
        }
    }

    /// After a 429.
    pub async fn slow_down(&self) {
        let mut state = self.state.lock().await;
        state.slowness = (state.slowness * 1.5).min(16.0);
    }

    /// After a good answer.
    pub async fn speed_up(&self) {
        let mut state = self.state.lock().await;
        state.slowness = (state.slowness * 0.9).max(1.0);
    }
}

impl State {
    fn pace(&self, interval: Duration) -> (Duration, Duration) {
        let slower = |base: Duration| base.mul_f64(self.slowness).min(SLOWEST.max(base));
        (slower(interval), slower(interval * SUSTAINED))
    }

    fn refill(&mut self, interval: Duration, now: Instant) {
        let (_, sustained) = self.pace(interval);
        let earned = now.duration_since(self.refilled).as_secs_f64() / sustained.as_secs_f64();
        self.tokens = (self.tokens + earned).min(BURST);
        self.refilled = now;
    }

    fn next(&mut self, interval: Duration) -> Instant {
        let now = Instant::now();
        self.refill(interval, now);
        let (short, sustained) = self.pace(interval);
        let by_gap = self.last.map_or(now, |last| last + short);
        let by_tokens = now + sustained.mul_f64((1.0 - self.tokens).max(0.0));
        by_gap.max(by_tokens).max(now)
    }

    fn take(&mut self, interval: Duration, now: Instant) {
        self.refill(interval, now);
        self.tokens -= 1.0;
        self.last = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn seconds_for(limiter: &Limiter, turns: usize) -> f64 {
        let start = Instant::now();
        for _ in 0..turns {
            limiter.turn().await;
        }
        start.elapsed().as_secs_f64()
    }

    #[tokio::test(start_paused = true)]
    async fn ten_go_quickly_then_a_hundred_a_minute() {
        let limiter = Limiter::new(Duration::from_millis(200));
        let burst = seconds_for(&limiter, 10).await;
        assert!((1.7..=2.0).contains(&burst), "{burst}");
        let minute = seconds_for(&limiter, 100).await;
        assert!((56.0..=61.0).contains(&minute), "{minute}");
    }

    #[tokio::test(start_paused = true)]
    async fn after_many_429_it_is_slower_but_never_slower_than_two_seconds() {
        let limiter = Limiter::new(Duration::from_millis(200));
        seconds_for(&limiter, 10).await;
        for _ in 0..50 {
            limiter.slow_down().await;
        }
        let ten = seconds_for(&limiter, 10).await;
        assert!((17.0..=20.5).contains(&ten), "{ten}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_interval_of_zero_is_no_limit() {
        assert_eq!(seconds_for(&Limiter::new(Duration::ZERO), 1000).await, 0.0);
    }
}
