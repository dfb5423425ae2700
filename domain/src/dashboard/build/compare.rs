//! A number against what it was, in words.

use chrono::NaiveDate;

use crate::dashboard::words::period;
use crate::dashboard::{Change, Earlier, Tone};
use crate::money::grouped;

/// A number of a card: what it is, in which whole units it is compared, and how it is written.
pub struct Number<'a, T> {
    pub now: T,
    pub units: fn(T) -> i64,
    pub written: &'a dyn Fn(T) -> String,
    /// Whether more of it is a reason to worry.
    pub worry: bool,
}

impl<T: Copy> Number<'_, T> {
    /// Against a number that is known of then; what is not known is said, not guessed.
    pub fn against(&self, then: Option<Earlier<T>>, today: NaiveDate) -> Change {
        let Some(earlier) = then else {
            let words = "no figure for the period before yet".into();
            return Change { arrow: String::new(), words, tone: Tone::Info, then: None };
        };
        let (now, then) = ((self.units)(self.now), (self.units)(earlier.value));
        let period = period(earlier.from, earlier.to, today);
        let written = (self.written)(earlier.value);
        let (arrow, tone) = match (now.cmp(&then), self.worry) {
            (std::cmp::Ordering::Equal, _) => ("", Tone::Info),
            (std::cmp::Ordering::Greater, worry) => ("↑", if worry { Tone::Bad } else { Tone::Ok }),
            (std::cmp::Ordering::Less, worry) => ("↓", if worry { Tone::Ok } else { Tone::Bad }),
        };
        let word = if now > then { "up" } else { "down" };
        let words = match percent(now, then) {
            _ if now == then => format!("no change against {period}"),
            // Of nothing, or of less, no share can be told.
            None => format!("{word} from {written} ({period})"),
            Some(0) => format!("{word} less than 1 % against {period}"),
            Some(share) => format!("{word} {} % against {period}", grouped(share)),
        };
        Change { arrow: arrow.into(), words, tone, then: Some(format!("{period}: {written}")) }
    }
}

/// Whole percent of what it was, rounded, without its sign.
fn percent(now: i64, then: i64) -> Option<u64> {
    let then = u128::try_from(then).ok().filter(|then| *then > 0)?;
    let moved = i128::from(now).abs_diff(i128::try_from(then).ok()?);
    u64::try_from((moved * 100 + then / 2) / then).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn said(now: i64, then: i64, worry: bool) -> (String, Tone) {
        let number = Number { now, units: |count| count, written: &|count: i64| count.to_string(), worry };
        let earlier = Earlier { from: day("2026-10-22"), to: day("2026-10-22"), value: then };
        let Change { arrow, words, tone, .. } = number.against(Some(earlier), day("2026-11-21"));
        (format!("{arrow} {words}").trim().into(), tone)
    }

    #[test]
    fn a_change_is_told_by_sign_and_word() {
        assert_eq!(said(112, 100, false), ("↑ up 12 % against 22 Oct".into(), Tone::Ok));
        assert_eq!(said(75, 100, false), ("↓ down 25 % against 22 Oct".into(), Tone::Bad));
        assert_eq!(said(7, 7, true), ("no change against 22 Oct".into(), Tone::Info));
        assert_eq!(said(1001, 1000, false).0, "↑ up less than 1 % against 22 Oct");
        assert_eq!(said(1, 0, true), ("↑ up from 0 (22 Oct)".into(), Tone::Bad));
        assert_eq!(said(0, 3, true), ("↓ down 100 % against 22 Oct".into(), Tone::Ok));
        assert_eq!(said(5, -10, false).0, "↑ up from -10 (22 Oct)");
        assert_eq!(said(i64::MAX, 1, false).0, "↑ up from 1 (22 Oct)", "more than can be told");
    }

    #[test]
    fn what_is_not_known_is_said() {
        let number = Number { now: 3, units: |count| count, written: &|count: i64| count.to_string(), worry: false };
        let change = number.against(None, day("2026-11-21"));
        assert_eq!(change.words, "no figure for the period before yet");
        assert_eq!((change.arrow.as_str(), change.then), ("", None));
    }
}
