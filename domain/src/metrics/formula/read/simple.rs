//! The form of the first system: `{field, operator, value, logic, conditions}` (`specs/sales.md`, 2.2).
//!
//! `logic` joins the condition with those beneath it; without one they must all hold. It names no entity: the one that knows
//! its fields is meant, customers where both do.

use serde_json::{Map, Value as Json};

use super::{Reader, bare, short};
use crate::metrics::catalogue::Entity;
use crate::metrics::formula::{Clause, DEEPEST, Formula, Test};
use crate::metrics::kind::{Kind, Op};
use crate::metrics::problem::{Problem, at};

const KEYS: [&str; 5] = ["field", "operator", "value", "logic", "conditions"];

pub(super) fn read(fields: &Map<String, Json>) -> Result<Formula, Vec<Problem>> {
    let entity = meant(fields);
    let mut reader = Reader::new(entity);
    let filter = reader.simple("", fields, 1);
    reader.end(bare(entity, filter))
}

/// The entity that knows most of the fields.
fn meant(fields: &Map<String, Json>) -> Entity {
    let mut codes = Vec::new();
    collect(fields, 1, &mut codes);
    let known = |entity: Entity| codes.iter().filter(|code| entity.field(code).is_some()).count();
    if known(Entity::Opportunity) > known(Entity::Customer) { Entity::Opportunity } else { Entity::Customer }
}

fn collect<'a>(fields: &'a Map<String, Json>, depth: usize, codes: &mut Vec<&'a str>) {
    codes.extend(fields.get("field").and_then(Json::as_str));
    if depth <= DEEPEST {
        let inner = fields.get("conditions").and_then(Json::as_array).into_iter().flatten();
        inner.filter_map(Json::as_object).for_each(|inner| collect(inner, depth + 1, codes));
    }
}

impl Reader {
    fn simple(&mut self, pointer: &str, fields: &Map<String, Json>, depth: usize) -> Option<Clause> {
        self.leaf(pointer);
        self.known_keys(pointer, fields, &KEYS);
        let own = self.simple_test(pointer, fields);
        let any = match fields.get("logic") {
            None | Some(Json::Null) => false,
            Some(Json::String(logic)) if logic == "AND" => false,
            Some(Json::String(logic)) if logic == "OR" => true,
            Some(_) => {
                self.wrong(&at(pointer, "logic"), "E_RANGE", "There is no such logic.", "AND or OR.");
                false
            }
        };
        let place = at(pointer, "conditions");
        let inner = match fields.get("conditions") {
            None | Some(Json::Null) if fields.get("logic").is_some_and(|logic| !logic.is_null()) => {
                self.wrong(&place, "E_EMPTY_GROUP", "logic joins nothing.", "Add conditions, or leave logic out.");
                return None;
            }
            None | Some(Json::Null) => return own,
            Some(Json::Array(items)) if items.is_empty() => {
                self.wrong(&place, "E_EMPTY_GROUP", "This group holds no condition.", "Add one, or leave it out.");
                return None;
            }
            Some(Json::Array(items)) => items,
            Some(_) => {
                self.wrong(&place, "E_TYPE", "Conditions are a list.", "Send [ … ].");
                return None;
            }
        };
        if depth >= DEEPEST {
            let message = format!("Conditions are nested at most {DEEPEST} deep.");
            self.wrong(&place, "E_DEPTH", message, "Take the inner ones out.");
            return None;
        }
        let mut clauses = vec![own];
        for (n, item) in inner.iter().enumerate() {
            let place = at(&place, &n.to_string());
            clauses.push(match item {
                Json::Object(fields) => self.simple(&place, fields, depth + 1),
                _ => {
                    self.wrong(
                        &place,
                        "E_TYPE",
                        "A condition is an object.",
                        r#"Send {"field", "operator", "value"}."#,
                    );
                    None
                }
            });
        }
        let clauses: Vec<Clause> = clauses.into_iter().collect::<Option<_>>()?;
        Some(if any { Clause::Any(clauses) } else { Clause::All(clauses) })
    }

    fn simple_test(&mut self, pointer: &str, fields: &Map<String, Json>) -> Option<Clause> {
        let field = self.field(&at(pointer, "field"), fields.get("field"));
        let place = at(pointer, "operator");
        let op = match fields.get("operator") {
            None => {
                self.wrong(&place, "E_MISSING", "A condition has an operator.", "Such as >, = or contains.");
                None
            }
            Some(sent) => {
                let op = sent.as_str().and_then(operator);
                if op.is_none() {
                    let told = short(sent.as_str().unwrap_or("this"));
                    let known = "One of: >, <, >=, <=, =, !=, contains, in, between.";
                    self.wrong(&place, "E_OP_FOR_TYPE", format!("There is no operator \u{201c}{told}\u{201d}."), known);
                }
                op
            }
        };
        let (field, op) = (field?, op?);
        let (op, turned) = match (field.kind, op) {
            (Kind::Bool, Op::Eq) => (Op::Is, false),
            (Kind::Bool, Op::Ne) => (Op::Is, true),
            (_, op) => (op, false),
        };
        if !field.kind.ops().contains(&op) {
            let message = format!("This cannot be asked of a field of type {}.", field.kind.as_str());
            let known: Vec<&str> = field.kind.ops().iter().filter_map(|op| symbol(*op)).collect();
            self.wrong(&place, "E_OP_FOR_TYPE", message, format!("One of: {}.", known.join(", ")));
            return None;
        }
        let right = self.right(&at(pointer, "value"), field, op, fields.get("value"))?;
        let test = Clause::Test(Test { field, op, right });
        Some(if turned { Clause::Not(Box::new(test)) } else { test })
    }
}

const OPERATORS: [(&str, Op); 9] = [
    (">", Op::Gt),
    ("<", Op::Lt),
    (">=", Op::Gte),
    ("<=", Op::Lte),
    ("=", Op::Eq),
    ("!=", Op::Ne),
    ("contains", Op::Contains),
    ("in", Op::In),
    ("between", Op::Between),
];

fn operator(text: &str) -> Option<Op> {
    OPERATORS.into_iter().find(|(symbol, _)| *symbol == text).map(|(_, op)| op)
}

fn symbol(op: Op) -> Option<&'static str> {
    let op = if op == Op::Is { Op::Eq } else { op };
    OPERATORS.into_iter().find(|(_, known)| *known == op).map(|(symbol, _)| symbol)
}
