//! What is due: an incremental run every quarter of an hour, a sweep each night at two by the tenant's clock, and before it,
//! as soon as the day is over, a snapshot of the dashboard.

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
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

/// A tenant with a mirror, and the day of its newest snapshot.
#[derive(Debug, Clone)]
pub struct SnapshotDay {
    pub tenant: TenantId,
    pub zone: Tz,
    pub last_day: Option<NaiveDate>,
}

impl SnapshotDay {
    /// The day whose end is to be kept now: yesterday, until the sweep begins. Later the mirror is that of a new day, and
    /// yesterday stays without a snapshot.
    pub fn due(&self, now: DateTime<Utc>) -> Option<NaiveDate> {
        let today = date(now, self.zone);
        let day = today.pred_opt()?;
        (now < day_start(today, self.zone) + NIGHT && self.last_day.is_none_or(|last| last < day)).then_some(day)
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

    fn due_snapshot(zone: Tz, last: Option<&str>, now: &str) -> Option<String> {
        let last_day = last.map(|day| day.parse().unwrap());
        let at = SnapshotDay { tenant: TenantId(uuid::Uuid::nil()), zone, last_day };
        at.due(now.parse().unwrap()).map(|day| day.to_string())
    }

    #[test]
    fn a_day_is_kept_once_when_it_is_over_in_the_tenants_zone() {
        let zone = Tz::Pacific__Auckland;
        assert_eq!(due_snapshot(zone, Some("2026-11-19"), "2026-11-20T10:59:59Z"), None, "a second before midnight");
        assert_eq!(due_snapshot(zone, Some("2026-11-19"), "2026-11-20T11:00:00Z"), Some("2026-11-20".into()));
        assert_eq!(due_snapshot(zone, Some("2026-11-20"), "2026-11-20T11:00:20Z"), None, "it is kept already");
        assert_eq!(due_snapshot(zone, None, "2026-11-20T11:00:20Z"), Some("2026-11-20".into()));
    }

    #[test]
    fn a_night_that_was_missed_stays_without_a_snapshot() {
        let zone = Tz::Europe__London;
        assert_eq!(due_snapshot(zone, Some("2026-11-17"), "2026-11-21T01:59:59Z"), Some("2026-11-20".into()));
        assert_eq!(due_snapshot(zone, Some("2026-11-17"), "2026-11-21T02:00:00Z"), None);
        assert_eq!(due_snapshot(zone, Some("2026-11-17"), "2026-11-21T14:00:00Z"), None);
    }

    #[test]
    fn a_day_of_23_or_25_hours_ends_at_its_own_midnight() {
        let zone = Tz::Europe__London;
        // Clocks went forward on 29 March 2026 and go back on 25 October.
        assert_eq!(due_snapshot(zone, Some("2026-03-28"), "2026-03-29T22:59:59Z"), None);
        assert_eq!(due_snapshot(zone, Some("2026-03-28"), "2026-03-29T23:00:00Z"), Some("2026-03-29".into()));
        assert_eq!(due_snapshot(zone, Some("2026-10-24"), "2026-10-25T23:59:59Z"), None);
        assert_eq!(due_snapshot(zone, Some("2026-10-24"), "2026-10-26T00:00:00Z"), Some("2026-10-25".into()));
        // Where midnight itself is skipped, the day begins with its first hour.
        let zone = Tz::America__Sao_Paulo;
        assert_eq!(due_snapshot(zone, None, "2018-11-04T02:59:59Z"), None);
        assert_eq!(due_snapshot(zone, None, "2018-11-04T03:00:00Z"), Some("2018-11-03".into()));
    }
}
