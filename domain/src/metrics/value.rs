//! Values of fields. An empty one is `None` of `Option<Value>`.

use chrono::{Datelike, NaiveDate};
use serde_json::Value as Json;

use super::number::Number;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    Text(String),
    /// The source's number of it, listed or not.
    Choice(i32),
    /// Whole, decimal and money alike.
    Number(Number),
    Date(NaiveDate),
    Bool(bool),
}

/// Longest text in a formula, in characters.
pub const LONGEST_TEXT: usize = 1000;

/// A civil date of the years 1 to 9999, in four digits, two and two.
pub fn read_date(text: &str) -> Option<NaiveDate> {
    let shape = |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    if text.len() != 10 || !text.bytes().enumerate().all(shape) {
        return None;
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|date| (1..=9999).contains(&date.year()))
}

impl Value {
    /// As answers carry it: whole numbers of whole fields as numbers, other numbers as decimal texts.
    pub fn to_json(&self, field: &super::catalogue::Field) -> Json {
        use super::kind::Kind;
        match self {
            Value::Text(text) => Json::from(text.as_str()),
            Value::Choice(code) => field.word(*code).map_or_else(|| Json::from(*code), Json::from),
            Value::Number(number) if field.kind == Kind::Int && number.is_whole() => Json::from(number.trunc()),
            Value::Number(number) if field.kind == Kind::Money && number.is_cents() => Json::from(cents(*number)),
            Value::Number(number) => Json::from(number.to_string()),
            Value::Date(date) => Json::from(date.to_string()),
            Value::Bool(flag) => Json::from(*flag),
        }
    }
}

/// An amount with its two places.
pub fn cents(number: Number) -> String {
    let told = number.to_string();
    match told.split_once('.') {
        None => format!("{told}.00"),
        Some((whole, fraction)) => format!("{whole}.{fraction:0<2}"),
    }
}
