//! How many deliveries a tenant may send this host in a second: a bucket that fills steadily and holds one second's worth.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::identity::TenantId;

/// One bucket a tenant.
pub struct Rate {
    per_second: u32,
    buckets: Mutex<HashMap<TenantId, Bucket>>,
}

struct Bucket {
    left: f64,
    filled: Instant,
}

impl Rate {
    pub fn new(per_second: u32) -> Rate {
        Rate { per_second: per_second.max(1), buckets: Mutex::default() }
    }

    /// Takes one; else the time until there is one.
    pub fn take(&self, tenant: TenantId, now: Instant) -> Result<(), Duration> {
        let most = f64::from(self.per_second);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(tenant).or_insert(Bucket { left: most, filled: now });
        let passed = now.saturating_duration_since(bucket.filled).as_secs_f64();
        bucket.left = (bucket.left + passed * most).min(most);
        bucket.filled = now;
        if bucket.left < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - bucket.left) / most));
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holds_so_many_and_a_quiet_time_no_more() {
        let (rate, start) = (Rate::new(10), Instant::now());
        let one = TenantId(uuid::Uuid::from_u128(1));
        let taken = |at: Instant, tenant| (0..50).filter(|_| rate.take(tenant, at).is_ok()).count();
        assert_eq!(taken(start, one), 10);
        assert!(rate.take(one, start).unwrap_err() <= Duration::from_millis(101));
        assert_eq!(taken(start, TenantId(uuid::Uuid::from_u128(2))), 10, "another tenant has its own");
        assert_eq!(taken(start + Duration::from_millis(510), one), 5);
        assert_eq!(taken(start + Duration::from_secs(60), one), 10);
    }
}
