//! The dashboard of earlier days, and what today's numbers are compared with.

use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{DateRange, StatusCount};
use crate::money::Money;

/// A day in the tenant's zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Day {
    pub date: NaiveDate,
    /// None of a night without a snapshot.
    pub figures: Option<Figures>,
}

/// The whole mirror, whatever dates the dashboard is narrowed to: at the end of a day that is over, or now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    pub total_opportunities: i64,
    pub open_value: Money,
    /// Of the month that the day lies in.
    pub orders_this_month: i64,
    pub failed_records: i64,
    pub statuses: Vec<StatusCount>,
}

/// What a number was on a day, or of records that begin on days before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier<T> {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub value: T,
}

/// What each card is compared with. Nothing is guessed: none where it is not known.
///
/// Without dates, value and count are those of a snapshot 30 days ago; with two, those of the same number of days right before
/// them. Orders of this month are compared with those of the last, failed records with the snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Before {
    pub open_value: Option<Earlier<Money>>,
    pub total_opportunities: Option<Earlier<i64>>,
    pub orders_this_month: Option<Earlier<i64>>,
    pub failed_records: Option<Earlier<i64>>,
}

impl DateRange {
    /// Whether nothing is left out.
    pub fn is_all(self) -> bool {
        self == DateRange::default()
    }

    /// The same number of days right before it; none for one without both ends.
    pub fn before(self) -> Option<DateRange> {
        let (from, to) = (self.from?, self.to?);
        let length = u64::try_from((to - from).num_days()).ok()?;
        let last = from.pred_opt()?;
        Some(DateRange { from: Some(last.checked_sub_days(Days::new(length))?), to: Some(last) })
    }

    /// Whether no record of this month is left out for its date.
    pub fn holds_month(self, today: NaiveDate) -> bool {
        let Some((first, last)) = month_of(today) else { return false };
        self.from.is_none_or(|from| from <= first) && self.to.is_none_or(|to| last <= to)
    }
}

/// The first and the last day of the month that holds this day.
pub fn month_of(day: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let first = day.with_day(1)?;
    Some((first, first.checked_add_months(chrono::Months::new(1))?.pred_opt()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: &str, to: &str) -> DateRange {
        DateRange { from: from.parse().ok(), to: to.parse().ok() }
    }

    #[test]
    fn the_period_before_is_as_long_and_ends_the_day_before() {
        assert_eq!(range("2026-11-01", "2026-11-30").before(), Some(range("2026-10-02", "2026-10-31")));
        assert_eq!(range("2026-03-01", "2026-03-01").before(), Some(range("2026-02-28", "2026-02-28")));
        assert_eq!(range("2024-03-01", "2024-03-02").before(), Some(range("2024-02-28", "2024-02-29")));
        assert_eq!(range("2026-11-01", "").before(), None);
        assert_eq!(range("", "2026-11-01").before(), None);
        assert_eq!(range("-262143-01-01", "9999-12-31").before(), None);
    }

    #[test]
    fn a_month_is_held_by_dates_around_it() {
        let today = "2026-02-14".parse().unwrap();
        assert!(DateRange::default().holds_month(today));
        assert!(range("2026-02-01", "2026-02-28").holds_month(today));
        assert!(range("2026-02-01", "").holds_month(today));
        assert!(!range("2026-02-02", "").holds_month(today));
        assert!(!range("", "2026-02-27").holds_month(today));
    }
}
