//! What a field is compared with: values that fit its kind, days from now, other fields, arithmetic.

use serde_json::{Map, Value as Json};

use super::{Reader, short};
use crate::metrics::catalogue::Field;
use crate::metrics::formula::{Expr, MOST_VALUES, Operand, Right};
use crate::metrics::kind::{Kind, Op};
use crate::metrics::near::nearest;
use crate::metrics::number::Number;
use crate::metrics::problem::at;
use crate::metrics::value::{LONGEST_TEXT, Value, read_date};

/// Days from now, forth or back.
const FARTHEST: i64 = 36_500;

impl Reader {
    pub(super) fn right(&mut self, pointer: &str, field: &'static Field, op: Op, sent: Option<&Json>) -> Option<Right> {
        let sent = sent.filter(|value| !value.is_null());
        match (op, sent) {
            (Op::IsNull | Op::NotNull, None) => Some(Right::Nothing),
            (Op::IsNull | Op::NotNull, Some(_)) => {
                self.wrong(pointer, "E_SHAPE", "This question needs no value.", "Leave v out.");
                None
            }
            (_, None) => {
                self.wrong(pointer, "E_MISSING", "The condition has no value to compare with.", "Give one.");
                None
            }
            (Op::In | Op::NotIn, Some(sent)) => self.many(pointer, field, sent),
            (Op::Between, Some(sent)) => self.between(pointer, field, sent),
            (_, Some(sent)) => self.operand(pointer, field, op, sent).map(Right::One),
        }
    }

    fn many(&mut self, pointer: &str, field: &'static Field, sent: &Json) -> Option<Right> {
        let (pointer, items) = self.items(pointer, sent)?;
        if items.is_empty() {
            self.wrong(&pointer, "E_RANGE", "The list is empty.", "Name at least one value.");
            return None;
        }
        if items.len() > MOST_VALUES {
            let message = format!("A list has at most {MOST_VALUES} values.");
            self.wrong(&pointer, "E_LIMIT", message, "Split it, or say it with a range.");
            return None;
        }
        let mut values = Vec::with_capacity(items.len());
        for (n, item) in items.iter().enumerate() {
            values.push(self.literal(&at(&pointer, &n.to_string()), field, item));
        }
        let mut values: Vec<Value> = values.into_iter().collect::<Option<_>>()?;
        let mut seen = std::collections::BTreeSet::new();
        values.retain(|value| seen.insert(value.clone()));
        Some(Right::Many(values))
    }

    fn between(&mut self, pointer: &str, field: &'static Field, sent: &Json) -> Option<Right> {
        let (pointer, items) = self.items(pointer, sent)?;
        let [least, most] = items else {
            self.wrong(&pointer, "E_RANGE", "A range has two ends.", r#"Send {"list": [from, to]}."#);
            return None;
        };
        let least = self.operand(&at(&pointer, "0"), field, Op::Between, least);
        let most = self.operand(&at(&pointer, "1"), field, Op::Between, most);
        let (least, most) = (least?, most?);
        let turned = match (&least, &most) {
            (Operand::Value(least), Operand::Value(most)) => least > most,
            (Operand::DaysFromNow(least), Operand::DaysFromNow(most)) => least > most,
            _ => false,
        };
        if turned {
            self.wrong(&pointer, "E_RANGE", "The range ends before it begins.", "Turn its ends round.");
            return None;
        }
        Some(Right::Between(least, most))
    }

    /// The members of a list, in whichever way it is written.
    fn items<'a>(&mut self, pointer: &str, sent: &'a Json) -> Option<(String, &'a [Json])> {
        if let Json::Array(items) = sent {
            return Some((pointer.to_owned(), items));
        }
        let fields = sent.as_object().filter(|fields| fields.len() == 1);
        match fields.and_then(|fields| fields.iter().next()) {
            Some((key, Json::Array(items)))
                if matches!(key.as_str(), "list" | "texts" | "ints" | "decimals" | "dates" | "between") =>
            {
                Some((at(pointer, key), items))
            }
            _ => {
                self.wrong(pointer, "E_TYPE", "This question needs a list.", r#"Send {"list": [ … ]}."#);
                None
            }
        }
    }

    fn operand(&mut self, pointer: &str, field: &'static Field, op: Op, sent: &Json) -> Option<Operand> {
        if let Json::Object(fields) = sent {
            if let Some(days) = fields.get("days_from_now").or_else(|| fields.get("days_ago")) {
                return self.days(pointer, field, fields, days);
            }
            if fields.contains_key("f") {
                return self.other_field(pointer, field, op, fields);
            }
            let is_expr = fields.contains_key("expr") || fields.contains_key("param");
            if is_expr && !field.kind.is_number() {
                let message = format!("One cannot reckon with a field of type {}.", field.kind.as_str());
                self.wrong(pointer, "E_TYPE", message, "Compare it with a value.");
                return None;
            }
            if let Some(expr) = fields.get("expr") {
                self.known_keys(pointer, fields, &["expr"]);
                return self.expr(&at(pointer, "expr"), expr, 1).map(plain);
            }
            if is_expr {
                return self.expr(pointer, sent, 1).map(plain);
            }
        }
        let value = self.literal(pointer, field, sent)?;
        if matches!(op, Op::Contains | Op::StartsWith) && value == Value::Text(String::new()) {
            self.wrong(pointer, "E_RANGE", "Every text contains an empty one.", "Give at least one character.");
            return None;
        }
        Some(Operand::Value(value))
    }

    fn days(&mut self, pointer: &str, field: &Field, fields: &Map<String, Json>, days: &Json) -> Option<Operand> {
        self.known_keys(pointer, fields, &["days_from_now", "days_ago"]);
        if field.kind != Kind::Date || fields.len() != 1 {
            self.wrong(
                pointer,
                "E_TYPE",
                "Days from now are compared with dates.",
                "Give a value of the field's own type.",
            );
            return None;
        }
        let back = fields.contains_key("days_ago");
        let pointer = at(pointer, if back { "days_ago" } else { "days_from_now" });
        match days.as_i64().filter(|days| days.abs() <= FARTHEST).and_then(|days| i32::try_from(days).ok()) {
            Some(days) => Some(Operand::DaysFromNow(if back { -days } else { days })),
            None => {
                let message = format!("Days from now are a whole number up to {FARTHEST}.");
                self.wrong(&pointer, "E_RANGE", message, "Such as 90.");
                None
            }
        }
    }

    fn other_field(
        &mut self,
        pointer: &str,
        field: &'static Field,
        op: Op,
        fields: &Map<String, Json>,
    ) -> Option<Operand> {
        self.known_keys(pointer, fields, &["f"]);
        let other = self.field(&at(pointer, "f"), fields.get("f"))?;
        if field.kind.is_number() && other.kind.is_number() {
            return Some(Operand::Expr(Expr::Field(other)));
        }
        let fits = match field.kind {
            Kind::Date => other.kind == Kind::Date,
            Kind::Text => other.kind == Kind::Text && matches!(op, Op::Eq | Op::Ne),
            _ => false,
        };
        if !fits {
            let message = format!("{} cannot be compared with {} in this way.", field.code, other.code);
            self.wrong(
                &at(pointer, "f"),
                "E_TYPE",
                message,
                "Numbers with numbers, dates with dates; texts only for being equal.",
            );
            return None;
        }
        Some(Operand::Field(other))
    }

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

/// A number needs no arithmetic.
fn plain(expr: Expr) -> Operand {
    match expr {
        Expr::Number(number) => Operand::Value(Value::Number(number)),
        expr => Operand::Expr(expr),
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
