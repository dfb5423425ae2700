//! The query of an address, read field by field: what cannot be read names its field, and so does what nobody asked for.

use std::fmt::Display;
use std::str::FromStr;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use chrono::NaiveDate;

use crate::http::error::{ApiError, ApiResult};

/// A query's pairs that nobody has taken yet.
pub struct Params(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Params> {
        match Query::<Vec<(String, String)>>::from_request_parts(parts, state).await {
            Ok(Query(pairs)) => {
                // Bytes that are no UTF-8 have come out as U+FFFD: there is more of it than was written.
                let written = parts.uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
                let marks = |text: &str| text.matches('\u{fffd}').count();
                let torn = written.zip(&pairs).find(|(written, (name, value))| {
                    marks(name) + marks(value) > written.to_ascii_uppercase().matches("%EF%BF%BD").count()
                });
                match torn.map(|(_, (name, _))| name.clone()) {
                    Some(name) => Err(ApiError::invalid(&name, "is no UTF-8 text")),
                    None => Ok(Params(pairs)),
                }
            }
            Err(_) => Err(ApiError::invalid("query", "cannot be read")),
        }
    }
}

impl Params {
    /// A text; empty counts as absent. U+0000 is in no text that a database holds.
    pub fn text(&mut self, field: &str) -> ApiResult<Option<String>> {
        let mut found = Vec::new();
        self.0.retain_mut(|(name, value)| {
            let ours = name == field;
            if ours {
                found.push(std::mem::take(value));
            }
            !ours
        });
        match (found.pop(), found.is_empty()) {
            (Some(_), false) => Err(ApiError::invalid(field, "is given more than once")),
            (Some(value), _) if value.contains('\0') => Err(ApiError::invalid(field, "must not contain U+0000")),
            (Some(value), _) if value.len() > 1000 => Err(ApiError::invalid(field, "is too long")),
            (value, _) => Ok(value.filter(|value| !value.trim().is_empty())),
        }
    }

    /// A value that can be parsed.
    pub fn value<T: FromStr>(&mut self, field: &str, expected: impl Display) -> ApiResult<Option<T>> {
        let refuse = |_| ApiError::invalid(field, format!("expected {expected}"));
        self.text(field)?.map(|text| text.trim().parse().map_err(refuse)).transpose()
    }

    /// Integers inside a range.
    pub fn number(&mut self, field: &str, least: i64, most: i64) -> ApiResult<Option<i64>> {
        let expected = format!("an integer from {least} to {most}");
        match self.value::<i64>(field, &expected)? {
            Some(number) if !(least..=most).contains(&number) => {
                Err(ApiError::invalid(field, format!("expected {expected}")))
            }
            number => Ok(number),
        }
    }

    /// Several values between commas.
    pub fn list<T: FromStr>(&mut self, field: &str) -> ApiResult<Vec<T>> {
        let Some(text) = self.text(field)? else { return Ok(Vec::new()) };
        if text.split(',').count() > 200 {
            return Err(ApiError::invalid(field, "expected at most 200 numbers"));
        }
        let refuse = |_| ApiError::invalid(field, "expected integers, several separated by commas");
        text.split(',').map(|item| item.trim().parse().map_err(refuse)).collect()
    }

    /// A civil date. Years beyond four digits are none that a person means.
    pub fn date(&mut self, field: &str) -> ApiResult<Option<NaiveDate>> {
        let refuse = || ApiError::invalid(field, "expected a date such as 2026-11-21");
        let Some(text) = self.text(field)? else { return Ok(None) };
        let date = Some(text.trim())
            .filter(|text| is_civil(text))
            .and_then(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok());
        date.map(Some).ok_or_else(refuse)
    }

    /// Two dates of which the first must not be later.
    pub fn dates(&mut self, first: &str, last: &str) -> ApiResult<(Option<NaiveDate>, Option<NaiveDate>)> {
        let (from, to) = (self.date(first)?, self.date(last)?);
        match (from, to) {
            (Some(from), Some(to)) if from > to => Err(ApiError::invalid(last, format!("must not be before {first}"))),
            range => Ok(range),
        }
    }

    /// `page` and `limit` of a list: 1 and up, 1 to 100, by default 1 and 50.
    pub fn page(&mut self) -> ApiResult<(i64, i64)> {
        Ok((self.number("page", 1, 1_000_000_000)?.unwrap_or(1), self.number("limit", 1, 100)?.unwrap_or(50)))
    }

    /// Refuses what nobody has taken: a misspelt filter must not answer with everything.
    pub fn end(self) -> ApiResult<()> {
        match self.0.first() {
            Some((name, _)) => Err(ApiError::invalid(name, "is no parameter of this route")),
            None => Ok(()),
        }
    }
}

/// The id of a person or a key in a path.
pub fn id(text: &str) -> ApiResult<uuid::Uuid> {
    text.parse().map_err(|_| ApiError::invalid("id", "is no id"))
}

/// Four digits, two, two: chrono alone would also take signs and single digits.
fn is_civil(text: &str) -> bool {
    let digit_or_hyphen =
        |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    text.len() == 10 && text.bytes().enumerate().all(digit_or_hyphen)
}
