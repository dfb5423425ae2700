//! What is made of the records that count.

use serde_json::{Map, Value as Json};

use super::{Reader, short};
use crate::metrics::formula::{Measure, Piece, Share, Tally};
use crate::metrics::number::Number;
use crate::metrics::problem::at;

const MOST_PIECES: usize = 20;
const LONGEST_LABEL: usize = 100;

impl Reader {
    pub(super) fn measure(&mut self, pointer: &str, sent: &Json) -> Option<Measure> {
        let Json::Object(fields) = sent else {
            self.wrong(pointer, "E_TYPE", "A measure is an object.", r#"Send {"kind": "count"}."#);
            return None;
        };
        match fields.get("kind").and_then(Json::as_str) {
            Some("ratio") => {
                self.known_keys(pointer, fields, &["kind", "num", "den"]);
                let num = self.share(&at(pointer, "num"), fields.get("num"));
                let den = self.share(&at(pointer, "den"), fields.get("den"));
                Some(Measure::Ratio(Box::new(num?), Box::new(den?)))
            }
            Some("score") => {
                self.known_keys(pointer, fields, &["kind", "pieces"]);
                self.pieces(&at(pointer, "pieces"), fields.get("pieces")).map(Measure::Score)
            }
            Some(kind @ ("count" | "sum" | "avg")) => {
                self.known_keys(pointer, fields, &["kind", "f"]);
                self.tally(pointer, kind, fields).map(Measure::Tally)
            }
            other => {
                let message = match other {
                    Some(kind) => format!("There is no measure \u{201c}{}\u{201d}.", short(kind)),
                    None => "A measure has a kind.".to_owned(),
                };
                self.wrong(&at(pointer, "kind"), "E_RANGE", message, "One of: count, sum, avg, ratio, score.");
                None
            }
        }
    }

    fn tally(&mut self, pointer: &str, kind: &str, fields: &Map<String, Json>) -> Option<Tally> {
        let place = at(pointer, "f");
        if kind == "count" {
            if fields.contains_key("f") {
                self.wrong(&place, "E_SHAPE", "Records are counted, not fields.", "Leave f out.");
                return None;
            }
            return Some(Tally::Count);
        }
        let field = self.field(&place, fields.get("f"))?;
        if !field.kind.is_number() {
            let message = format!("{} is of type {}: it has no {}.", field.code, field.kind.as_str(), kind);
            self.wrong(&place, "E_TYPE", message, "Choose a number.");
            return None;
        }
        Some(if kind == "sum" { Tally::Sum(field) } else { Tally::Avg(field) })
    }

    fn share(&mut self, pointer: &str, sent: Option<&Json>) -> Option<Share> {
        let Some(Json::Object(fields)) = sent else {
            self.wrong(pointer, "E_MISSING", "A ratio has two parts.", r#"Such as {"kind": "count", "base": true}."#);
            return None;
        };
        self.known_keys(pointer, fields, &["kind", "f", "base", "where"]);
        let Some(kind @ ("count" | "sum" | "avg")) = fields.get("kind").and_then(Json::as_str) else {
            self.wrong(
                &at(pointer, "kind"),
                "E_RANGE",
                "A part of a ratio is a plain measure.",
                "One of: count, sum, avg.",
            );
            return None;
        };
        let tally = self.tally(pointer, kind, fields);
        let base = match fields.get("base") {
            None | Some(Json::Null) => false,
            Some(Json::Bool(base)) => *base,
            Some(_) => {
                self.wrong(&at(pointer, "base"), "E_TYPE", "This is true or false.", "Send true or false.");
                return None;
            }
        };
        let filter = match fields.get("where") {
            None | Some(Json::Null) => None,
            Some(clause) => Some(self.clause(&at(pointer, "where"), clause, 1)?),
        };
        Some(Share { tally: tally?, base, filter })
    }

    fn pieces(&mut self, pointer: &str, sent: Option<&Json>) -> Option<Vec<Piece>> {
        let Some(Json::Array(items)) = sent else {
            self.wrong(pointer, "E_MISSING", "A score is made of pieces.", "Send [ … ].");
            return None;
        };
        if items.is_empty() || items.len() > MOST_PIECES {
            self.wrong(pointer, "E_RANGE", format!("A score has 1 to {MOST_PIECES} pieces."), "Add or remove some.");
            return None;
        }
        let mut pieces = Vec::with_capacity(items.len());
        for (n, item) in items.iter().enumerate() {
            pieces.push(self.piece(&at(pointer, &n.to_string()), item));
        }
        pieces.into_iter().collect()
    }

    fn piece(&mut self, pointer: &str, sent: &Json) -> Option<Piece> {
        let Json::Object(fields) = sent else {
            self.wrong(pointer, "E_TYPE", "A piece is an object.", r#"Send {"weight", "value", "from", "to"}."#);
            return None;
        };
        self.known_keys(pointer, fields, &["label", "weight", "value", "from", "to"]);
        let mut number = |name: &str| -> Option<Number> {
            match fields.get(name) {
                None => {
                    self.wrong(&at(pointer, name), "E_MISSING", format!("A piece has a {name}."), "Give a number.");
                    None
                }
                Some(sent) => self.number(&at(pointer, name), None, sent),
            }
        };
        let (weight, from, to) = (number("weight"), number("from"), number("to"));
        let value = match fields.get("value") {
            Some(value) => self.expr(&at(pointer, "value"), value, 1),
            None => {
                self.wrong(
                    &at(pointer, "value"),
                    "E_MISSING",
                    "A piece has a value.",
                    r#"Such as {"f": "revenue_12m"}."#,
                );
                None
            }
        };
        let label = match fields.get("label") {
            None | Some(Json::Null) => String::new(),
            Some(Json::String(text))
                if text.chars().count() <= LONGEST_LABEL && !text.chars().any(char::is_control) =>
            {
                text.trim().to_owned()
            }
            Some(_) => {
                let message = format!("A label is a text of at most {LONGEST_LABEL} characters.");
                self.wrong(&at(pointer, "label"), "E_RANGE", message, "Shorten it.");
                return None;
            }
        };
        let (weight, from, to, value) = (weight?, from?, to?, value?);
        if weight <= Number::ZERO || Number::whole(1_000_000).is_some_and(|most| weight > most) {
            self.wrong(&at(pointer, "weight"), "E_RANGE", "A weight is more than 0, up to a million.", "Such as 25.");
            return None;
        }
        if from == to || to.minus(from).is_none() {
            self.wrong(
                &at(pointer, "to"),
                "E_RANGE",
                "The bounds of a piece differ, by less than 15 digits.",
                "Move one of them.",
            );
            return None;
        }
        Some(Piece { label, weight, value, from, to })
    }
}
