//! Which run is due: an incremental one every quarter of an hour, a sweep each night at two by the tenant's clock.

use chrono::{DateTime, Days, Duration, Utc};
use chrono_tz::Tz;

use super::run::RunKind;
use crate::calendar::{date, day_start};
use crate::identity::TenantId;

/// Time between two runs.
const EVERY: Duration = Duration::minutes(15);
/// After midnight: when nobody works, and the day before is over in every list.
const NIGHT: Duration = Duration::hours(2);

/// When a connected tenant was synchronised last.
#[derive(Debug, Clone)]
pub struct Times {
    pub tenant: TenantId,
    pub zone: Tz,
    pub initial_at: DateTime<Utc>,
    pub last_at: Option<DateTime<Utc>>,
    pub last_sweep_at: Option<DateTime<Utc>>,
}

impl Times {
    /// The run that is due now. A sweep goes first: it brings what an incremental run would.
    pub fn due(&self, now: DateTime<Utc>) -> Option<RunKind> {
        // An initial run has seen everything that a sweep would.
        let swept = self.last_sweep_at.map_or(self.initial_at, |at| at.max(self.initial_at));
        if swept < last_night(now, self.zone) {
            return Some(RunKind::Sweep);
        }
        let last = self.last_at.unwrap_or(self.initial_at);
        (now - last >= EVERY).then_some(RunKind::Incremental)
    }
}

/// The newest two o'clock.
fn last_night(now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    let today = date(now, zone);
    let tonight = day_start(today, zone) + NIGHT;
    if tonight <= now {
        return tonight;
    }
    day_start(today.checked_sub_days(Days::new(1)).unwrap_or(today), zone) + NIGHT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(initial: &str, last: &str, sweep: Option<&str>) -> Times {
        Times {
            tenant: TenantId(uuid::Uuid::nil()),
            zone: Tz::America__New_York,
            initial_at: initial.parse().unwrap(),
            last_at: Some(last.parse().unwrap()),
            last_sweep_at: sweep.map(|at| at.parse().unwrap()),
        }
    }

    #[test]
    fn a_quarter_of_an_hour_after_the_last_run_the_next_is_due() {
        let times = times("2026-11-20T15:00:00Z", "2026-11-20T16:00:00Z", None);
        let due = |at: &str| times.due(at.parse().unwrap());
        assert_eq!(due("2026-11-20T16:14:59Z"), None);
        assert_eq!(due("2026-11-20T16:15:00Z"), Some(RunKind::Incremental));
    }

    #[test]
    fn the_night_is_the_tenants() {
        let times = times("2026-11-20T15:00:00Z", "2026-11-21T06:50:00Z", None);
        let due = |at: &str| times.due(at.parse().unwrap());
        assert_eq!(due("2026-11-21T06:59:59Z"), None, "one minute before two in New York");
        assert_eq!(due("2026-11-21T07:00:00Z"), Some(RunKind::Sweep));
        let swept = self::times("2026-11-20T15:00:00Z", "2026-11-21T07:00:01Z", Some("2026-11-21T07:00:01Z"));
        assert_eq!(swept.due("2026-11-21T07:10:00Z".parse().unwrap()), None);
        assert_eq!(swept.due("2026-11-22T07:05:00Z".parse().unwrap()), Some(RunKind::Sweep));
    }

    #[test]
    fn a_host_that_slept_sweeps_once() {
        let times = times("2026-11-01T15:00:00Z", "2026-11-10T06:50:00Z", Some("2026-11-10T07:00:00Z"));
        assert_eq!(times.due("2026-11-21T12:00:00Z".parse().unwrap()), Some(RunKind::Sweep));
    }
}
