//! Values that stand in a formula, each held to the kind of its field.

use serde_json::Value as Json;

use super::{Reader, short};
use crate::metrics::catalogue::Field;
use crate::metrics::kind::Kind;
use crate::metrics::near::nearest;
use crate::metrics::number::Number;
use crate::metrics::problem::at;
use crate::metrics::value::{LONGEST_TEXT, Value, read_date};

impl Reader {
    /// A value that fits the field.
    pub(super) fn literal(&mut self, pointer: &str, field: &Field, sent: &Json) -> Option<Value> {
        let (pointer, key, inner) = match sent {
            Json::Object(fields) if fields.len() == 1 => match fields.iter().next() {
                Some((key, inner)) => (at(pointer, key), Some(key.as_str()), inner),
                None => (pointer.to_owned(), None, sent),
            },
            _ => (pointer.to_owned(), None, sent),
        };
        if let Some(key) = key
            && !matches!(key, "int" | "decimal" | "money" | "text" | "date" | "bool")
        {
            self.wrong(&pointer, "E_SHAPE", "There is no such value.", "One of int, decimal, money, text, date, bool.");
            return None;
        }
        if key.is_some_and(|key| !key_fits(field.kind, key)) {
            let message =
                format!("{} is of type {}, not {}.", field.code, field.kind.as_str(), key.unwrap_or_default());
            self.wrong(&pointer, "E_TYPE", message, format!("Give a value of type {}.", field.kind.as_str()));
            return None;
        }
        match field.kind {
            Kind::Int | Kind::Decimal | Kind::Money => self.number(&pointer, key, inner).map(Value::Number),
            Kind::Text => self.text(&pointer, inner).map(Value::Text),
            Kind::Choice => self.choice(&pointer, field, inner).map(Value::Choice),
            Kind::Date => match inner.as_str().and_then(read_date) {
                Some(date) => Some(Value::Date(date)),
                None => {
                    let code = if inner.is_string() { "E_RANGE" } else { "E_TYPE" };
                    self.wrong(&pointer, code, "This is not a date of the years 1 to 9999.", "Such as 2026-11-21.");
                    None
                }
            },
            Kind::Bool => match inner {
                Json::Bool(flag) => Some(Value::Bool(*flag)),
                _ => {
                    self.wrong(&pointer, "E_TYPE", "This is true or false.", "Send true or false.");
                    None
                }
            },
        }
    }

    /// A number of JSON, or one in a text; exact.
    pub(super) fn number(&mut self, pointer: &str, key: Option<&str>, sent: &Json) -> Option<Number> {
        let text = match sent {
            Json::Number(number) => number.to_string(),
            Json::String(text) => text.trim().to_owned(),
            _ => {
                self.wrong(pointer, "E_TYPE", "This is not a number.", "Such as 30, or \"1.5\".");
                return None;
            }
        };
        let Some(number) = Number::parse(&text) else {
            let numeric = sent.is_number() || text.parse::<f64>().is_ok();
            let (code, message) = match numeric {
                true => ("E_RANGE", "A number has at most 15 digits before the point and 6 behind it."),
                false => ("E_TYPE", "This is not a number."),
            };
            self.wrong(pointer, code, message, "Such as 30, or \"1.5\".");
            return None;
        };
        let fits = match key {
            Some("int") => number.is_whole(),
            Some("money") => number.is_cents(),
            _ => true,
        };
        if !fits {
            let message =
                if key == Some("int") { "This is not a whole number." } else { "Money has at most 2 decimals." };
            self.wrong(pointer, "E_TYPE", message, "Round it, or send it as a decimal.");
            return None;
        }
        Some(number)
    }

    fn text(&mut self, pointer: &str, sent: &Json) -> Option<String> {
        let Json::String(text) = sent else {
            self.wrong(pointer, "E_TYPE", "This is not a text.", "Put it in quotation marks.");
            return None;
        };
        if text.contains('\0') {
            self.wrong(pointer, "E_RANGE", "A text cannot contain U+0000.", "Leave it out.");
            return None;
        }
        if text.chars().count() > LONGEST_TEXT {
            self.wrong(pointer, "E_RANGE", format!("A text has at most {LONGEST_TEXT} characters."), "Shorten it.");
            return None;
        }
        Some(text.clone())
    }

    fn choice(&mut self, pointer: &str, field: &Field, sent: &Json) -> Option<i32> {
        let found = match sent {
            Json::String(word) => field.choice(word),
            Json::Number(number) => {
                number.as_i64().and_then(|code| i32::try_from(code).ok()).filter(|code| field.word(*code).is_some())
            }
            _ => None,
        };
        if found.is_none() {
            let words = field.words.iter().map(|(word, _)| *word);
            let told = sent.as_str().map_or_else(|| sent.to_string(), str::to_owned);
            let fix = match sent.as_str().and_then(|word| nearest(word, words.clone())) {
                Some(near) => format!("Did you mean {near}?"),
                None => format!("One of: {}.", words.collect::<Vec<_>>().join(", ")),
            };
            let code = if sent.is_string() || sent.is_number() { "E_RANGE" } else { "E_TYPE" };
            self.wrong(pointer, code, format!("{} has no \u{201c}{}\u{201d}.", field.label, short(&told)), fix);
        }
        found
    }
}

fn key_fits(kind: Kind, key: &str) -> bool {
    match kind {
        Kind::Int | Kind::Decimal | Kind::Money => matches!(key, "int" | "decimal" | "money"),
        Kind::Text => key == "text",
        Kind::Choice => matches!(key, "text" | "int"),
        Kind::Date => key == "date",
        Kind::Bool => key == "bool",
    }
}
