//! Dates as people name them.

use chrono::{Datelike, NaiveDate};

use super::DateRange;
use super::history::month_of;

/// "22 Oct", "October", "1 Oct – 20 Oct"; a year only where it is not this one.
pub fn period(from: NaiveDate, to: NaiveDate, today: NaiveDate) -> String {
    let year = if to.year() == today.year() { String::new() } else { to.format(" %Y").to_string() };
    if from == to {
        return format!("{}{year}", to.format("%-d %b"));
    }
    if month_of(from) == Some((from, to)) {
        return format!("{}{year}", to.format("%B"));
    }
    let first = if from.year() == to.year() { "%-d %b" } else { "%-d %b %Y" };
    format!("{} – {}{year}", from.format(first), to.format("%-d %b"))
}

/// The same of a range that may be open at either side: "from 1 Dec", "to 31 Oct 2027"; nothing where it is all dates.
pub fn range(range: DateRange, today: NaiveDate) -> String {
    match (range.from, range.to) {
        (Some(from), Some(to)) => period(from, to, today),
        (Some(from), None) => format!("from {}", period(from, from, today)),
        (None, Some(to)) => format!("to {}", period(to, to, today)),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_period_is_named_as_people_name_it() {
        let told = |from: &str, to: &str| period(day(from), day(to), day("2026-11-21"));
        assert_eq!(told("2026-10-01", "2026-10-31"), "October");
        assert_eq!(told("2025-12-01", "2025-12-31"), "December 2025");
        assert_eq!(told("2026-10-01", "2026-10-20"), "1 Oct – 20 Oct");
        assert_eq!(told("2025-12-20", "2026-01-10"), "20 Dec 2025 – 10 Jan");
        assert_eq!(told("2025-11-21", "2025-11-21"), "21 Nov 2025");
    }

    #[test]
    fn an_open_side_is_left_open() {
        let told =
            |from: &str, to: &str| range(DateRange { from: from.parse().ok(), to: to.parse().ok() }, day("2026-11-21"));
        assert_eq!(told("2026-12-01", ""), "from 1 Dec");
        assert_eq!(told("", "2027-10-31"), "to 31 Oct 2027");
        assert_eq!(told("2026-11-01", "2026-11-30"), "November");
        assert_eq!(told("", ""), "");
    }
}
