//! Arithmetic.

use serde_json::Value as Json;

use super::{Reader, short};
use crate::metrics::formula::{DEEPEST, Expr};
use crate::metrics::near::nearest;
use crate::metrics::problem::at;

/// Numbers, fields and parameters of a formula's arithmetic.
const MOST_PARTS: usize = 200;
const KEYS: &str = "f, param, int, decimal, add, sub, mul, div, coalesce";

impl Reader {
    /// An expression of this depth, the outermost being 1.
    pub(super) fn expr(&mut self, pointer: &str, sent: &Json, depth: usize) -> Option<Expr> {
        self.parts += 1;
        if self.parts == MOST_PARTS + 1 {
            self.wrong(pointer, "E_LIMIT", format!("Arithmetic has at most {MOST_PARTS} parts."), "Say it with fewer.");
        }
        let fields = match sent {
            Json::Object(fields) if fields.len() == 1 => fields,
            Json::Number(_) | Json::String(_) => return self.number(pointer, None, sent).map(Expr::Number),
            _ => {
                self.wrong(pointer, "E_SHAPE", "This is no arithmetic.", format!("An object with one of: {KEYS}."));
                return None;
            }
        };
        let (key, inner) = fields.iter().next()?;
        let place = at(pointer, key);
        match key.as_str() {
            "int" | "decimal" | "money" => self.number(&place, Some(key), inner).map(Expr::Number),
            "f" => {
                let field = self.field(&place, Some(inner))?;
                if !field.kind.is_number() {
                    let message =
                        format!("One cannot reckon with {}: it is of type {}.", field.code, field.kind.as_str());
                    self.wrong(&place, "E_TYPE", message, "Choose a number.");
                    return None;
                }
                Some(Expr::Field(field))
            }
            "param" => self.param(&place, inner),
            "add" | "sub" | "mul" | "div" | "coalesce" => self.calculation(&place, key, inner, depth),
            _ => {
                let message = format!("There is no arithmetic \u{201c}{}\u{201d}.", short(key));
                self.wrong(&place, "E_SHAPE", message, format!("One of: {KEYS}."));
                None
            }
        }
    }

    fn calculation(&mut self, pointer: &str, key: &str, sent: &Json, depth: usize) -> Option<Expr> {
        let Json::Array(items) = sent else {
            self.wrong(pointer, "E_TYPE", "Arithmetic works on a list.", "Send [ … ].");
            return None;
        };
        if depth >= DEEPEST {
            let message = format!("Arithmetic is nested at most {DEEPEST} deep.");
            self.wrong(pointer, "E_DEPTH", message, "Take a part out.");
            return None;
        }
        if items.len() < 2 || (key == "div" && items.len() != 2) || items.len() > 20 {
            let message = if key == "div" { "A quotient has two parts." } else { "This needs 2 to 20 parts." };
            self.wrong(pointer, "E_RANGE", message, "Such as [ {\"f\": …}, {\"int\": 2} ].");
            return None;
        }
        let mut parts = Vec::with_capacity(items.len());
        for (n, item) in items.iter().enumerate() {
            parts.push(self.expr(&at(pointer, &n.to_string()), item, depth + 1));
        }
        let mut parts: Vec<Expr> = parts.into_iter().collect::<Option<_>>()?;
        Some(match key {
            "add" => Expr::Add(parts),
            "sub" => Expr::Sub(parts),
            "mul" => Expr::Mul(parts),
            "coalesce" => Expr::Coalesce(parts),
            _ => {
                let bottom = parts.pop()?;
                Expr::Div(Box::new(parts.pop()?), Box::new(bottom))
            }
        })
    }

    fn param(&mut self, pointer: &str, sent: &Json) -> Option<Expr> {
        let Json::String(name) = sent else {
            self.wrong(pointer, "E_TYPE", "A parameter is named by a text.", "Such as {\"param\": \"k\"}.");
            return None;
        };
        if !self.declared.contains(name) {
            let fix = match nearest(name, self.declared.iter().map(String::as_str)) {
                Some(near) => format!("Did you mean {near}?"),
                None => "Declare it under params.".to_owned(),
            };
            let message = format!("There is no parameter \u{201c}{}\u{201d}.", short(name));
            self.wrong(pointer, "E_PARAM_UNKNOWN", message, fix);
            return None;
        }
        self.used.insert(name.clone());
        Some(Expr::Param(name.clone()))
    }
}
