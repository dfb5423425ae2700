//! Groups and conditions.

use serde_json::{Map, Value as Json};

use super::{Reader, short};
use crate::metrics::formula::{Clause, DEEPEST, Test};
use crate::metrics::kind::Op;
use crate::metrics::near::nearest;
use crate::metrics::problem::at;

impl Reader {
    /// A clause of this depth, the outermost being 1.
    pub(super) fn clause(&mut self, pointer: &str, sent: &Json, depth: usize) -> Option<Clause> {
        let Json::Object(fields) = sent else {
            let fix = r#"Send {"all": […]}, {"any": […]}, {"not": …} or {"f": …, "op": …, "v": …}."#;
            self.wrong(pointer, "E_TYPE", "A condition is an object.", fix);
            return None;
        };
        if fields.contains_key("f") || fields.contains_key("op") {
            return self.test(pointer, fields);
        }
        let mut groups = fields.iter().filter(|(key, _)| matches!(key.as_str(), "all" | "any" | "not"));
        let (Some((key, inner)), None) = (groups.next(), groups.next()) else {
            self.wrong(
                pointer,
                "E_SHAPE",
                "This is neither a group nor a condition.",
                "Exactly one of all, any, not; or f and op.",
            );
            return None;
        };
        self.known_keys(pointer, fields, &[key.as_str()]);
        if depth > DEEPEST {
            let message = format!("Groups are nested at most {DEEPEST} deep.");
            self.wrong(pointer, "E_DEPTH", message, "Take the inner ones out, or say them with one list.");
            return None;
        }
        let pointer = at(pointer, key);
        match key.as_str() {
            "not" => self.clause(&pointer, inner, depth + 1).map(|inner| Clause::Not(Box::new(inner))),
            "all" => self.group(&pointer, inner, depth).map(Clause::All),
            _ => self.group(&pointer, inner, depth).map(Clause::Any),
        }
    }

    fn group(&mut self, pointer: &str, sent: &Json, depth: usize) -> Option<Vec<Clause>> {
        let Json::Array(items) = sent else {
            self.wrong(pointer, "E_TYPE", "A group is a list of conditions.", "Send [ … ].");
            return None;
        };
        if items.is_empty() {
            self.wrong(pointer, "E_EMPTY_GROUP", "This group holds no condition.", "Add one, or remove the group.");
            return None;
        }
        let mut clauses = Vec::with_capacity(items.len());
        for (n, item) in items.iter().enumerate() {
            clauses.push(self.clause(&at(pointer, &n.to_string()), item, depth + 1));
        }
        clauses.into_iter().collect()
    }

    fn test(&mut self, pointer: &str, fields: &Map<String, Json>) -> Option<Clause> {
        self.leaf(pointer);
        self.known_keys(pointer, fields, &["f", "op", "v"]);
        let field = self.field(&at(pointer, "f"), fields.get("f"));
        let op = self.op(&at(pointer, "op"), fields.get("op"));
        let (field, op) = (field?, op?);
        if !field.kind.ops().contains(&op) {
            let known: Vec<&str> = field.kind.ops().iter().map(|op| op.as_str()).collect();
            let message =
                format!("\u{201c}{}\u{201d} cannot be asked of a field of type {}.", op.as_str(), field.kind.as_str());
            self.wrong(&at(pointer, "op"), "E_OP_FOR_TYPE", message, format!("One of: {}.", known.join(", ")));
            return None;
        }
        let right = self.right(&at(pointer, "v"), field, op, fields.get("v"))?;
        Some(Clause::Test(Test { field, op, right }))
    }

    fn op(&mut self, pointer: &str, sent: Option<&Json>) -> Option<Op> {
        let Some(Json::String(text)) = sent else {
            self.wrong(pointer, "E_MISSING", "A condition has an operator.", "Such as gt, eq, is_null.");
            return None;
        };
        let found = Op::parse(text);
        if found.is_none() {
            let fix = match nearest(text, Op::ALL.map(Op::as_str)) {
                Some(near) => format!("Did you mean {near}?"),
                None => format!("One of: {}.", Op::ALL.map(Op::as_str).join(", ")),
            };
            self.wrong(pointer, "E_OP_FOR_TYPE", format!("There is no operator \u{201c}{}\u{201d}.", short(text)), fix);
        }
        found
    }
}
