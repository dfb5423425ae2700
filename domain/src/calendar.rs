//! Days as a tenant counts them: civil dates in its zone, instants in UTC.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;

/// The zone of this IANA name; none when the list has no such name.
pub fn zone(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// The tenant's zone. A name that today's list no longer has counts as UTC.
pub fn zone_or_utc(name: &str) -> Tz {
    zone(name).unwrap_or(Tz::UTC)
}

/// The civil date of an instant.
pub fn date(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

/// The first instant of a day. Where midnight is skipped by summer time, the day begins with its first hour.
pub fn day_start(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_hms_opt(0, 0, 0).unwrap_or_default();
    (0..4)
        .find_map(|hour| zone.from_local_datetime(&(midnight + chrono::Duration::hours(hour))).earliest())
        .map_or_else(|| midnight.and_utc(), |at| at.with_timezone(&Utc))
}

/// The first instant after a day.
pub fn day_end(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    day_start(day.checked_add_days(Days::new(1)).unwrap_or(day), zone)
}

/// The instants between which the month of this instant lies, the second excluded.
pub fn month(at: DateTime<Utc>, zone: Tz) -> (DateTime<Utc>, DateTime<Utc>) {
    let today = date(at, zone);
    let first = today.with_day(1).unwrap_or(today);
    let next = first.checked_add_months(chrono::Months::new(1)).unwrap_or(first);
    (day_start(first, zone), day_start(next, zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_without_midnight_begins_with_its_first_hour() {
        // Brazil put its clocks forward at midnight on 2018-11-04.
        let day = NaiveDate::from_ymd_opt(2018, 11, 4).unwrap();
        assert_eq!(day_start(day, Tz::America__Sao_Paulo).to_rfc3339(), "2018-11-04T03:00:00+00:00");
    }

    #[test]
    fn the_day_on_which_clocks_change_has_23_or_25_hours() {
        let spring = NaiveDate::from_ymd_opt(2026, 3, 29).unwrap();
        let autumn = NaiveDate::from_ymd_opt(2026, 10, 25).unwrap();
        let hours = |day| (day_end(day, Tz::Europe__London) - day_start(day, Tz::Europe__London)).num_hours();
        assert_eq!((hours(spring), hours(autumn)), (23, 25));
    }
}
