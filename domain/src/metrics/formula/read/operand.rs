//! What a field is compared with: values that fit its kind, days from now, other fields, arithmetic.

use serde_json::{Map, Value as Json};

use super::Reader;
use crate::metrics::catalogue::Field;
use crate::metrics::formula::{Expr, MOST_VALUES, Operand, Right};
use crate::metrics::kind::{Kind, Op};
use crate::metrics::problem::at;
use crate::metrics::value::Value;

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
}

/// A number needs no arithmetic.
fn plain(expr: Expr) -> Operand {
    match expr {
        Expr::Number(number) => Operand::Value(Value::Number(number)),
        expr => Operand::Expr(expr),
    }
}
