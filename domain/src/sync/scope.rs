//! Which records a tenant mirrors: those that begin inside a window of days, and those without a date.

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::calendar::{date, day_end, day_start};

/// The window of `starts_at`, as instants: from the first one, up to but without the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

/// Days before today and days after today that are mirrored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub before: u64,
    pub after: u64,
}

impl Default for Span {
    fn default() -> Self {
        Span { before: 30, after: 365 }
    }
}

/// The first and the last civil date of the window, both included: by default 30 days ago to one year ahead.
pub fn default_date_range(today: NaiveDate, span: Span) -> (NaiveDate, NaiveDate) {
    (
        today.checked_sub_days(Days::new(span.before)).unwrap_or(NaiveDate::MIN),
        today.checked_add_days(Days::new(span.after)).unwrap_or(NaiveDate::MAX),
    )
}

impl Window {
    /// Today's window in a tenant's zone.
    pub fn around(now: DateTime<Utc>, zone: Tz, span: Span) -> Window {
        let (first, last) = default_date_range(date(now, zone), span);
        Window { from: day_start(first, zone), to: day_end(last, zone) }
    }

    /// Whether a record belongs to the mirror by its date. The source may ignore our filter; we do not.
    pub fn holds(&self, starts_at: Option<DateTime<Utc>>) -> bool {
        starts_at.is_none_or(|at| self.from <= at && at < self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_holds_both_its_days_whole() {
        let now = "2026-11-21T23:30:00Z".parse().unwrap();
        let window = Window::around(now, Tz::Europe__London, Span::default());
        assert_eq!(window.from.to_rfc3339(), "2026-10-21T23:00:00+00:00");
        assert_eq!(window.to.to_rfc3339(), "2027-11-22T00:00:00+00:00");
        assert!(window.holds(None));
        assert!(window.holds("2027-11-21T23:59:59.999Z".parse().ok()));
        assert!(!window.holds("2027-11-22T00:00:00Z".parse().ok()));
    }
}
