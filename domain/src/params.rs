//! The pairs of a query, read field by field: what cannot be read names its field, and so does what nobody asked for.
//! REST, pages and exports read theirs with it, so that one address means one thing.

use std::fmt::Display;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::calendar::{day_end, day_start};

/// A value that breaks the rule of its field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct Fault {
    pub field: String,
    pub reason: String,
}

impl Fault {
    pub fn new(field: &str, reason: impl Into<String>) -> Fault {
        Fault { field: field.into(), reason: reason.into() }
    }
}

type Instant = Option<DateTime<Utc>>;

/// A day's instant, or the instant that is written.
pub fn instant(
    field: &str,
    text: &str,
    of_day: fn(NaiveDate, Tz) -> DateTime<Utc>,
    zone: Tz,
) -> Result<DateTime<Utc>, Fault> {
    let day = text.parse::<NaiveDate>().map(|day| of_day(day, zone));
    day.or_else(|_| DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()))
        .map_err(|_| Fault::new(field, "expected a date such as 2026-11-21, or an instant in RFC 3339"))
}

/// A query's pairs that nobody has taken yet.
#[derive(Debug, Clone)]
pub struct Params(Vec<(String, String)>);

impl Params {
    pub fn new(pairs: Vec<(String, String)>) -> Params {
        Params(pairs)
    }

    /// From the text behind the question mark.
    pub fn parse(query: &str) -> Params {
        Params(form_urlencoded::parse(query.trim_start_matches('?').as_bytes()).into_owned().collect())
    }

    /// A text; empty counts as absent. U+0000 is in no text that a database holds.
    pub fn text(&mut self, field: &str) -> Result<Option<String>, Fault> {
        let mut found = Vec::new();
        self.0.retain_mut(|(name, value)| {
            let ours = name == field;
            if ours {
                found.push(std::mem::take(value));
            }
            !ours
        });
        match (found.pop(), found.is_empty()) {
            (Some(_), false) => Err(Fault::new(field, "is given more than once")),
            (Some(value), _) if value.contains('\0') => Err(Fault::new(field, "must not contain U+0000")),
            (Some(value), _) if value.len() > 1000 => Err(Fault::new(field, "is too long")),
            (value, _) => Ok(value.filter(|value| !value.trim().is_empty())),
        }
    }

    /// A value that can be parsed.
    pub fn value<T: FromStr>(&mut self, field: &str, expected: impl Display) -> Result<Option<T>, Fault> {
        let refuse = |_| Fault::new(field, format!("expected {expected}"));
        self.text(field)?.map(|text| text.trim().parse().map_err(refuse)).transpose()
    }

    /// Integers inside a range.
    pub fn number(&mut self, field: &str, least: i64, most: i64) -> Result<Option<i64>, Fault> {
        let expected = format!("an integer from {least} to {most}");
        match self.value::<i64>(field, &expected)? {
            Some(number) if !(least..=most).contains(&number) => Err(Fault::new(field, format!("expected {expected}"))),
            number => Ok(number),
        }
    }

    /// A time from an instant to another; a day is the zone's, and both are included. An instant with its offset is taken as it is.
    pub fn instants(&mut self, from: &str, to: &str, zone: Tz) -> Result<(Instant, Instant), Fault> {
        let mut read = |field: &str, of_day: fn(NaiveDate, Tz) -> DateTime<Utc>| -> Result<Instant, Fault> {
            self.text(field)?.map(|text| instant(field, &text, of_day, zone)).transpose()
        };
        let (begin, end) = (read(from, day_start)?, read(to, day_end)?);
        match (begin, end) {
            (Some(begin), Some(end)) if begin >= end => Err(Fault::new(to, format!("lies before {from}"))),
            both => Ok(both),
        }
    }

    /// Several values between commas, or one a field, as the boxes of a form send them.
    pub fn words(&mut self, field: &str) -> Result<Option<String>, Fault> {
        let mut given: Vec<String> = Vec::new();
        while let Some(at) = self.0.iter().position(|(name, _)| name == field) {
            given.push(self.0.remove(at).1);
        }
        given.retain(|value| !value.trim().is_empty());
        let joined = given.join(",");
        if joined.contains('\0') || joined.len() > 4000 {
            return Err(Fault::new(field, "is too long or contains U+0000"));
        }
        Ok((!joined.is_empty()).then_some(joined))
    }

    /// Integers between commas.
    pub fn list<T: FromStr>(&mut self, field: &str) -> Result<Vec<T>, Fault> {
        let Some(text) = self.words(field)? else { return Ok(Vec::new()) };
        if text.split(',').count() > 200 {
            return Err(Fault::new(field, "expected at most 200 numbers"));
        }
        let refuse = |_| Fault::new(field, "expected integers, several separated by commas");
        text.split(',').map(|item| item.trim().parse().map_err(refuse)).collect()
    }

    /// A civil date. Years beyond four digits are none that a person means.
    pub fn date(&mut self, field: &str) -> Result<Option<NaiveDate>, Fault> {
        let refuse = || Fault::new(field, "expected a date such as 2026-11-21");
        let Some(text) = self.text(field)? else { return Ok(None) };
        let date = Some(text.trim())
            .filter(|text| is_civil(text))
            .and_then(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok());
        date.map(Some).ok_or_else(refuse)
    }

    /// Two dates of which the first must not be later.
    pub fn dates(&mut self, first: &str, last: &str) -> Result<(Option<NaiveDate>, Option<NaiveDate>), Fault> {
        let (from, to) = (self.date(first)?, self.date(last)?);
        match (from, to) {
            (Some(from), Some(to)) if from > to => Err(Fault::new(last, format!("must not be before {first}"))),
            range => Ok(range),
        }
    }

    /// `page` and `limit` of a list: 1 and up, 1 to 100, by default 1 and 50.
    pub fn page(&mut self) -> Result<(i64, i64), Fault> {
        Ok((self.number("page", 1, 1_000_000_000)?.unwrap_or(1), self.number("limit", 1, 100)?.unwrap_or(50)))
    }

    /// Refuses what nobody has taken: a misspelt filter must not answer with everything.
    pub fn end(self) -> Result<(), Fault> {
        match self.0.first() {
            Some((name, _)) => Err(Fault::new(name, "is no parameter of this route")),
            None => Ok(()),
        }
    }
}

/// Four digits, two, two: chrono alone would also take signs and single digits.
fn is_civil(text: &str) -> bool {
    let digit_or_hyphen =
        |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    text.len() == 10 && text.bytes().enumerate().all(digit_or_hyphen)
}
