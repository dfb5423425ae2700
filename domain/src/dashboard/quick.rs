//! Dates that are chosen often, at one click.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use super::{DateRange, Quick, dates};

/// All dates, this week and the next, by the tenant's first day of the week, and this month.
pub fn choices(range: DateRange, today: NaiveDate, first_day: Weekday) -> Vec<Quick> {
    let week = today.week(first_day).first_day();
    let weeks_on = |weeks: u64| week.checked_add_days(Days::new(7 * weeks));
    let month = today.with_day(1);
    let before = |day: Option<NaiveDate>| day.and_then(|day| day.pred_opt());
    let all = Quick { name: "All dates".into(), href: "/?dates=all".into(), on: range.is_all() };
    let narrower = [
        ("This week", Some(week), before(weeks_on(1))),
        ("Next week", weeks_on(1), before(weeks_on(2))),
        ("This month", month, before(month.and_then(|first| first.checked_add_months(Months::new(1))))),
    ];
    let narrower = narrower.into_iter().map(|(name, from, to)| {
        let choice = DateRange { from, to };
        Quick { name: name.into(), href: dates::address(choice).with("keep", "1").href("/"), on: choice == range }
    });
    [all].into_iter().chain(narrower).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn weeks_begin_with_the_tenants_first_day() {
        let hrefs = |today: &str, first: Weekday| -> Vec<String> {
            choices(DateRange::default(), day(today), first).into_iter().map(|choice| choice.href).collect()
        };
        // A Saturday.
        assert_eq!(
            hrefs("2026-11-21", Weekday::Mon),
            [
                "/?dates=all",
                "/?from=2026-11-16&to=2026-11-22&keep=1",
                "/?from=2026-11-23&to=2026-11-29&keep=1",
                "/?from=2026-11-01&to=2026-11-30&keep=1"
            ]
        );
        assert_eq!(hrefs("2026-11-21", Weekday::Sat)[1], "/?from=2026-11-21&to=2026-11-27&keep=1");
        assert_eq!(hrefs("2026-11-21", Weekday::Sun)[1], "/?from=2026-11-15&to=2026-11-21&keep=1");
        assert_eq!(hrefs("2028-02-10", Weekday::Mon)[3], "/?from=2028-02-01&to=2028-02-29&keep=1");
    }

    #[test]
    fn the_choice_that_is_shown_is_marked() {
        let on = |range: DateRange| -> Vec<bool> {
            choices(range, day("2026-11-21"), Weekday::Mon).iter().map(|choice| choice.on).collect()
        };
        let week = DateRange { from: Some(day("2026-11-16")), to: Some(day("2026-11-22")) };
        assert_eq!(on(week), [false, true, false, false]);
        assert_eq!(on(DateRange::default()), [true, false, false, false]);
        assert_eq!(on(DateRange { to: None, ..week }), [false; 4]);
    }
}
