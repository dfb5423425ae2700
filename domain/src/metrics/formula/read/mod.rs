//! Reading a formula: the tree, or the simple form of the first system. Everything that is wrong is said at once.

mod clause;
mod expr;
mod literal;
mod measure;
mod operand;
mod params;
mod simple;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::{Clause, Formula, MOST_BYTES, MOST_LEAVES, Measure, Param, Rank, Tally};
use crate::metrics::catalogue::{Entity, Field};
use crate::metrics::near::nearest;
use crate::metrics::problem::{Problem, at};
use crate::metrics::value::Value;

const KEYS: [&str; 7] = ["schema", "entity", "where", "params", "measure", "rank_by", "columns"];
/// Ranks, and columns, of a list.
const MOST_RANKS: usize = 5;
const MOST_COLUMNS: usize = 20;

impl Formula {
    /// Reads what was sent. Pointers of problems begin at the formula.
    pub fn read(sent: &Json) -> Result<Formula, Vec<Problem>> {
        let Json::Object(fields) = sent else {
            return Err(vec![Problem::new(
                "",
                "E_TYPE",
                "A formula is an object.",
                r#"Send {"entity": …, "where": …}."#,
            )]);
        };
        if sent.to_string().len() > MOST_BYTES {
            let message = format!("A formula has at most {MOST_BYTES} bytes.");
            return Err(vec![Problem::new("", "E_LIMIT", message, "Say it with fewer conditions or shorter lists.")]);
        }
        if !fields.contains_key("entity") && (fields.contains_key("field") || fields.contains_key("operator")) {
            return simple::read(fields);
        }
        tree(fields)
    }
}

fn tree(fields: &Map<String, Json>) -> Result<Formula, Vec<Problem>> {
    let Some(entity) = fields.get("entity").and_then(Json::as_str).and_then(Entity::parse) else {
        let known = Entity::ALL.map(Entity::as_str).join(", ");
        let (code, message) = match fields.get("entity") {
            None => ("E_MISSING", "A formula says what it is about."),
            Some(_) => ("E_TYPE", "There is no such entity."),
        };
        return Err(vec![Problem::new("/entity", code, message, format!("One of: {known}."))]);
    };
    let mut reader = Reader::new(entity);
    reader.known_keys("", fields, &KEYS);
    if fields.get("schema").is_some_and(|schema| schema.as_i64() != Some(1)) {
        reader.wrong("/schema", "E_RANGE", "This is schema 1.", "Send 1, or leave it out.");
    }
    if let Some(params) = fields.get("params") {
        reader.params("/params", params);
    }
    let filter =
        fields.get("where").filter(|clause| !clause.is_null()).and_then(|clause| reader.clause("/where", clause, 1));
    let measure = match fields.get("measure") {
        None | Some(Json::Null) => Measure::Tally(Tally::Count),
        Some(measure) => reader.measure("/measure", measure).unwrap_or(Measure::Tally(Tally::Count)),
    };
    let rank_by = reader.ranks(fields.get("rank_by"));
    let columns = reader.columns(fields.get("columns"));
    reader.unused_params();
    reader.end(Formula { entity, filter, params: BTreeMap::new(), measure, rank_by, columns })
}

/// What is known while a formula is read.
struct Reader {
    entity: Entity,
    params: BTreeMap<String, Param>,
    /// Names that were declared, also those whose declaration is wrong.
    declared: BTreeSet<String>,
    used: BTreeSet<String>,
    leaves: usize,
    parts: usize,
    problems: Vec<Problem>,
}

impl Reader {
    fn new(entity: Entity) -> Reader {
        Reader {
            entity,
            params: BTreeMap::new(),
            declared: BTreeSet::new(),
            used: BTreeSet::new(),
            leaves: 0,
            parts: 0,
            problems: Vec::new(),
        }
    }

    fn wrong(&mut self, pointer: &str, code: &str, message: impl Into<String>, fix: impl Into<String>) {
        self.problems.push(Problem::new(pointer, code, message, fix));
    }

    fn known_keys(&mut self, pointer: &str, fields: &Map<String, Json>, known: &[&str]) {
        for key in fields.keys().filter(|key| !known.contains(&key.as_str())) {
            let fix = format!("Known here: {}.", known.join(", "));
            self.wrong(&at(pointer, key), "E_SHAPE", format!("\u{201c}{}\u{201d} is not known here.", short(key)), fix);
        }
    }

    /// A field by its code.
    fn field(&mut self, pointer: &str, code: Option<&Json>) -> Option<&'static Field> {
        let Some(Json::String(code)) = code else {
            self.wrong(pointer, "E_MISSING", "A condition names a field.", "Choose one of the catalogue.");
            return None;
        };
        let found = self.entity.field(code);
        if found.is_none() {
            let known = self.entity.fields().iter().map(|field| field.code);
            let fix = match nearest(code, known) {
                Some(near) => format!("Did you mean {near}?"),
                None => "See the fields of the catalogue.".to_owned(),
            };
            let message = format!("There is no field \u{201c}{}\u{201d} of a {}.", short(code), self.entity.as_str());
            self.wrong(pointer, "E_FIELD_UNKNOWN", message, fix);
        }
        found
    }

    fn leaf(&mut self, pointer: &str) {
        self.leaves += 1;
        if self.leaves == MOST_LEAVES + 1 {
            let message = format!("A formula has at most {MOST_LEAVES} conditions.");
            self.wrong(pointer, "E_LIMIT", message, "Say it with fewer.");
        }
    }

    fn ranks(&mut self, sent: Option<&Json>) -> Vec<Rank> {
        let Some(items) = self.list("/rank_by", sent, MOST_RANKS) else { return Vec::new() };
        let mut ranks = Vec::new();
        for (n, item) in items.iter().enumerate() {
            let pointer = at("/rank_by", &n.to_string());
            let Json::Object(fields) = item else {
                self.wrong(&pointer, "E_TYPE", "A rank is an object.", r#"Send {"f": field, "dir": "asc" or "desc"}."#);
                continue;
            };
            self.known_keys(&pointer, fields, &["f", "dir"]);
            let field = self.field(&at(&pointer, "f"), fields.get("f"));
            let descending = match fields.get("dir").map(Json::as_str) {
                None | Some(Some("asc")) => false,
                Some(Some("desc")) => true,
                Some(_) => {
                    self.wrong(&at(&pointer, "dir"), "E_RANGE", "There is no such direction.", "asc or desc.");
                    false
                }
            };
            ranks.extend(field.map(|field| Rank { field, descending }));
        }
        ranks
    }

    fn columns(&mut self, sent: Option<&Json>) -> Vec<&'static Field> {
        let Some(items) = self.list("/columns", sent, MOST_COLUMNS) else { return Vec::new() };
        let mut columns = Vec::new();
        for (n, item) in items.iter().enumerate() {
            if let Some(field) = self.field(&at("/columns", &n.to_string()), Some(item))
                && !columns.contains(&field)
            {
                columns.push(field);
            }
        }
        columns
    }

    /// A list that may be absent.
    fn list<'a>(&mut self, pointer: &str, sent: Option<&'a Json>, most: usize) -> Option<&'a [Json]> {
        match sent {
            None | Some(Json::Null) => None,
            Some(Json::Array(items)) if items.len() <= most => Some(items),
            Some(Json::Array(_)) => {
                self.wrong(pointer, "E_LIMIT", format!("There are at most {most} of these."), "Leave some out.");
                None
            }
            Some(_) => {
                self.wrong(pointer, "E_TYPE", "This is a list.", "Send [ … ].");
                None
            }
        }
    }

    fn end(self, formula: Formula) -> Result<Formula, Vec<Problem>> {
        if self.problems.is_empty() { Ok(Formula { params: self.params, ..formula }) } else { Err(self.problems) }
    }
}

/// The beginning of a text that somebody else chose, for a message.
fn short(text: &str) -> String {
    let mut told: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
    if told.len() < text.len() {
        told.push('…');
    }
    told
}

/// The clause of a simple form, and whatever else stands around one.
fn bare(entity: Entity, filter: Option<Clause>) -> Formula {
    let measure = Measure::Tally(Tally::Count);
    Formula { entity, filter, params: BTreeMap::new(), measure, rank_by: Vec::new(), columns: Vec::new() }
}

/// A value of a field, as a formula would carry it.
pub fn literal(entity: Entity, pointer: &str, field: &Field, sent: &Json) -> Result<Value, Vec<Problem>> {
    let mut reader = Reader::new(entity);
    reader.literal(pointer, field, sent).ok_or(reader.problems)
}
