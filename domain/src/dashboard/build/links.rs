//! The lists behind the numbers.

use chrono::NaiveDate;

use crate::dashboard::{DateRange, dates};
use crate::opportunities::address::Address;
use crate::opportunities::list_build::PATH;

/// Where the list of changes lives.
const CHANGES: &str = "/changes";

/// All records, or those that begin in the range.
pub fn in_range(range: DateRange) -> Address {
    dates::address(range)
}

/// From the first day to the last, inside of the range; none where the two do not meet.
pub fn between(list: Address, range: DateRange, first: NaiveDate, last: NaiveDate) -> Option<Address> {
    let (from, to) = (range.from.map_or(first, |from| from.max(first)), range.to.map_or(last, |to| to.min(last)));
    (from <= to).then(|| list.with("from", &from.to_string()).with("to", &to.to_string()))
}

pub fn with_status(list: Address, codes: &[Option<i32>]) -> String {
    let words: Vec<String> =
        codes.iter().map(|code| code.map_or_else(|| "none".into(), |code| code.to_string())).collect();
    list.with("status", &words.join(",")).href(PATH)
}

/// All changes of records that begin in the range, or those of one day.
pub fn changes(range: DateRange, day: Option<NaiveDate>) -> String {
    let on = dates::address(DateRange { from: day, to: day });
    let starts = [("startsFrom", range.from), ("startsTo", range.to)];
    let all = starts.into_iter().filter_map(|(name, day)| Some((name, day?)));
    all.fold(on, |list, (name, day)| list.with(name, &day.to_string())).href(CHANGES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_has_a_list_where_it_meets_the_range() {
        let range = DateRange { from: Some(day("2026-11-15")), to: Some(day("2026-12-31")) };
        let list = |first: &str, last: &str| {
            between(in_range(range), range, day(first), day(last)).map(|list| list.href(PATH))
        };
        assert_eq!(list("2026-11-01", "2026-11-30"), Some("/opportunities?from=2026-11-15&to=2026-11-30".into()));
        assert_eq!(list("2026-10-01", "2026-10-31"), None);
        assert_eq!(list("2027-01-01", "2027-01-31"), None);
    }

    #[test]
    fn changes_have_days_of_their_own_beside_those_of_the_records() {
        let range = DateRange { from: Some(day("2026-11-15")), to: None };
        let on = Some(day("2026-11-20"));
        assert_eq!(changes(range, on), "/changes?from=2026-11-20&to=2026-11-20&startsFrom=2026-11-15");
        assert_eq!(changes(DateRange::default(), on), "/changes?from=2026-11-20&to=2026-11-20");
        assert_eq!(changes(DateRange::default(), None), "/changes");
    }
}
