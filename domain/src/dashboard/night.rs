//! When a day is over: from midnight of the tenant's zone until the sweep begins, its end can be kept.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::calendar::{date, day_start};
use crate::identity::TenantId;

/// After midnight: when the sweep begins, by its schedule.
const NIGHT: Duration = Duration::hours(2);

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

#[cfg(test)]
mod tests {
    use super::*;

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
