//! Beside an old snapshot every look from the front of an index meets all dead versions of hours. Such a look is repeated the
//! less often the longer it takes.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A look that takes longer is dear.
const DEAR: Duration = Duration::from_millis(20);
/// Of all time, a dear look may take one part in so many.
const SHARE: u32 = 100;

/// When a look may be repeated.
#[derive(Default)]
pub struct Thrift(Mutex<Option<Instant>>);

impl Thrift {
    pub fn may(&self, now: Instant) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_none_or(|until| now >= until)
    }

    /// Notes how long a look took that began then.
    pub fn took(&self, began: Instant, time: Duration) {
        let until = (time > DEAR).then(|| began + time * SHARE);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cheap_look_may_be_repeated_at_once_and_a_dear_one_later() {
        let (thrift, now) = (Thrift::default(), Instant::now());
        assert!(thrift.may(now));
        thrift.took(now, DEAR);
        assert!(thrift.may(now));
        thrift.took(now, Duration::from_millis(300));
        assert!(!thrift.may(now + Duration::from_secs(29)));
        assert!(thrift.may(now + Duration::from_secs(30)));
    }
}
