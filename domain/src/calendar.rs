//! Days as a tenant counts them: civil dates in its zone, instants in UTC.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;

use crate::identity::FirstDay;

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

/// A moment for people: the time today, the weekday within a week, else the date.
pub fn moment(at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    let format = match (date(now, zone) - local.date_naive()).num_days() {
        0 => "%H:%M",
        1..=6 => "%a %H:%M",
        _ if local.year() == now.with_timezone(&zone).year() => "%-d %b %H:%M",
        _ => "%-d %b %Y",
    };
    local.format(format).to_string()
}

/// The first and the last day of the week that holds this day.
pub fn week(day: NaiveDate, first_day: FirstDay) -> (NaiveDate, NaiveDate) {
    let since = day.weekday().days_since(first_day.into());
    let first = day.checked_sub_days(Days::new(since.into())).unwrap_or(day);
    (first, first.checked_add_days(Days::new(6)).unwrap_or(first))
}

/// How long ago, in the largest unit that fits.
pub fn age(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    match (now - at).num_seconds().max(0) {
        0..60 => "now".into(),
        s @ 60..3_600 => format!("{} min", s / 60),
        s @ 3_600..86_400 => format!("{} h", s / 3_600),
        s => format!("{} d", s / 86_400),
    }
}

/// The same inside of a sentence: "just now", "2 min ago".
pub fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    match age(at, now).as_str() {
        "now" => "just now".into(),
        age => format!("{age} ago"),
    }
}

/// A length of time: "2 s", "3 min 5 s", "1 h 4 min".
pub fn length(seconds: i64) -> String {
    match seconds.max(0) {
        s @ 0..60 => format!("{s} s"),
        s @ 60..3_600 => format!("{} min {} s", s / 60, s % 60),
        s => format!("{} h {} min", s / 3_600, s % 3_600 / 60),
    }
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

    #[test]
    fn a_week_begins_with_the_day_that_the_company_chose() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        // The 21st is a Saturday.
        for (today, first_day, first, last) in [
            (21, FirstDay::Monday, 16, 22),
            (21, FirstDay::Sunday, 15, 21),
            (21, FirstDay::Saturday, 21, 27),
            (22, FirstDay::Monday, 16, 22),
            (22, FirstDay::Sunday, 22, 28),
            (23, FirstDay::Saturday, 21, 27),
        ] {
            assert_eq!(week(day(today), first_day), (day(first), day(last)), "{today} {first_day:?}");
        }
        assert_eq!(week(NaiveDate::MIN, FirstDay::Saturday).0, NaiveDate::MIN, "the calendar has an end");
    }

    #[test]
    fn a_moment_is_told_as_people_tell_it() {
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        let told = |at: &str| moment(at.parse().unwrap(), now, Tz::Europe__London);
        assert_eq!(told("2026-11-21T08:05:00Z"), "08:05");
        assert_eq!(told("2026-11-20T08:05:00Z"), "Fri 08:05");
        assert_eq!(told("2026-06-01T08:05:00Z"), "1 Jun 09:05");
        assert_eq!(told("2025-06-01T08:05:00Z"), "1 Jun 2025");
        assert_eq!(ago(now, now), "just now");
        assert_eq!(ago("2026-11-21T11:58:00Z".parse().unwrap(), now), "2 min ago");
        assert_eq!((length(2), length(185), length(3_840)), ("2 s".into(), "3 min 5 s".into(), "1 h 4 min".into()));
    }
}
