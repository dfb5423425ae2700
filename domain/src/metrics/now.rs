//! The instant that a formula calls now, and the civil days of a zone for PostgreSQL.
//!
//! Days are the host's to reckon: its list of zones and the database's may be of different years. So a query carries the zone's
//! offsets with it, and what is "today" or "12 months ago" as dates.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Offset, TimeZone, Utc};
use chrono_tz::Tz;

use super::problem::Problem;
use super::value::read_date;
use crate::calendar;

/// An instant, in a tenant's zone.
#[derive(Debug, Clone)]
pub struct Now {
    pub at: DateTime<Utc>,
    pub today: NaiveDate,
    pub zone: Tz,
}

impl Now {
    pub fn of(at: DateTime<Utc>, zone: Tz) -> Now {
        Now { at, today: calendar::date(at, zone), zone }
    }

    /// A day, which counts from its first instant, or an instant.
    pub fn read(text: &str, zone: Tz) -> Result<Now, Problem> {
        let text = text.trim();
        let at = match read_date(text) {
            Some(day) => Some(calendar::day_start(day, zone)),
            None => DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc()),
        };
        at.map(|at| Now::of(at, zone)).filter(|now| (2..=9998).contains(&now.today.year())).ok_or_else(|| {
            let message = "now is a date, or an instant in RFC 3339, of the years 2 to 9998.";
            Problem::new("/now", "E_RANGE", message, "Such as 2026-11-21.")
        })
    }

    pub(super) fn months_ago(&self, months: u32) -> NaiveDate {
        self.today.checked_sub_months(Months::new(months)).unwrap_or(NaiveDate::MIN)
    }

    pub(super) fn days_ago(&self, days: u64) -> NaiveDate {
        self.today.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN)
    }
}

/// From which instant on a zone is how many seconds ahead of UTC.
#[derive(Debug)]
pub(super) struct Offsets {
    pub from: Vec<DateTime<Utc>>,
    pub seconds: Vec<i32>,
}

static KNOWN: LazyLock<Mutex<HashMap<Tz, Arc<Offsets>>>> = LazyLock::new(Mutex::default);

/// Those of the years 1900 to 2100; the first holds before them, the last after them.
pub(super) fn offsets(zone: Tz) -> Arc<Offsets> {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(zone).or_insert_with(|| Arc::new(reckon(zone))).clone()
}

fn reckon(zone: Tz) -> Offsets {
    let seconds = |at: DateTime<Utc>| zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc();
    let start =
        |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default().and_time(chrono::NaiveTime::MIN).and_utc();
    let mut at = start(1900);
    // The first year that PostgreSQL's calendar has whole.
    let mut all = Offsets { from: vec![start(-4712)], seconds: vec![seconds(at)] };
    while at < start(2100) {
        let next = at + chrono::Duration::days(1);
        if seconds(next) != seconds(at) {
            let (mut before, mut after) = (at, next);
            while after - before > chrono::Duration::seconds(1) {
                let middle = before + (after - before) / 2;
                let middle = DateTime::from_timestamp(middle.timestamp(), 0).unwrap_or(after);
                if seconds(middle) == seconds(at) { before = middle } else { after = middle }
            }
            all.from.push(after);
            all.seconds.push(seconds(next));
        }
        at = next;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offsets_of_a_zone_give_the_days_of_its_calendar() {
        for zone in [Tz::Europe__London, Tz::America__Sao_Paulo, Tz::Pacific__Apia, Tz::Asia__Kathmandu, Tz::UTC] {
            let offsets = offsets(zone);
            let mut at: DateTime<Utc> = "1899-12-31T00:30:00Z".parse().unwrap();
            while at.year() < 2101 {
                let place = offsets.from.partition_point(|from| *from <= at) - 1;
                let day = (at + chrono::Duration::seconds(offsets.seconds[place].into())).date_naive();
                if at.year() >= 1900 {
                    assert_eq!(day, calendar::date(at, zone), "{zone} {at}");
                }
                at += chrono::Duration::minutes(60 * 7 + 31);
            }
        }
    }

    #[test]
    fn now_is_a_day_or_an_instant_of_years_that_people_mean() {
        let read = |text: &str| Now::read(text, Tz::Europe__London).map(|now| now.today.to_string());
        assert_eq!(read("2026-07-01").unwrap(), "2026-07-01");
        assert_eq!(read("2026-06-30T23:30:00Z").unwrap(), "2026-07-01");
        for text in ["", "today", "0000-01-01", "9999-12-31", "10000-01-01", "2026-02-30", "2026-7-1"] {
            assert_eq!(read(text).unwrap_err().pointer, "/now", "{text}");
        }
    }
}
