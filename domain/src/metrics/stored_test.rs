//! Tests that stand with a definition: rows of field values, and whether such a record counts.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::catalogue::{Entity, Field};
use super::evaluate::{Evaluator, Row};
use super::explain::explain;
use super::formula::{Formula, literal};
use super::near::nearest;
use super::now::Now;
use super::problem::{Problem, at};
use super::value::Value;

/// Of a definition.
pub const MOST: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTest {
    /// A field that is not named is empty.
    pub fields: BTreeMap<&'static str, Option<Value>>,
    pub expected: bool,
}

/// A test with another answer than expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// From 0.
    pub index: usize,
    pub expected: bool,
    /// The conditions that decided it.
    pub because: String,
}

/// Reads `[{"fields": {…}, "expected": true}]`; pointers begin with `/tests`.
pub fn read(entity: Entity, sent: &Json) -> Result<Vec<StoredTest>, Vec<Problem>> {
    let items = match sent {
        Json::Null => return Ok(Vec::new()),
        Json::Array(items) if items.len() <= MOST => items,
        Json::Array(_) => {
            return Err(vec![Problem::new(
                "/tests",
                "E_LIMIT",
                format!("There are at most {MOST} tests."),
                "Leave some out.",
            )]);
        }
        _ => {
            return Err(vec![Problem::new(
                "/tests",
                "E_TYPE",
                "Tests are a list.",
                r#"Send [{"fields": {…}, "expected": true}]."#,
            )]);
        }
    };
    let mut problems = Vec::new();
    let mut tests = Vec::with_capacity(items.len());
    for (n, item) in items.iter().enumerate() {
        tests.extend(one(entity, &at("/tests", &n.to_string()), item, &mut problems));
    }
    if problems.is_empty() { Ok(tests) } else { Err(problems) }
}

fn one(entity: Entity, pointer: &str, sent: &Json, problems: &mut Vec<Problem>) -> Option<StoredTest> {
    let Json::Object(parts) = sent else {
        problems.push(Problem::new(
            pointer,
            "E_TYPE",
            "A test is an object.",
            r#"Send {"fields": {…}, "expected": true}."#,
        ));
        return None;
    };
    for key in parts.keys().filter(|key| !matches!(key.as_str(), "fields" | "expected")) {
        problems.push(Problem::new(
            at(pointer, key),
            "E_SHAPE",
            "This is not known here.",
            "Known here: fields, expected.",
        ));
    }
    let expected = parts.get("expected").and_then(Json::as_bool);
    if expected.is_none() {
        problems.push(Problem::new(
            at(pointer, "expected"),
            "E_TYPE",
            "A test expects true or false.",
            "Send true or false.",
        ));
    }
    let place = at(pointer, "fields");
    let Some(Json::Object(sent)) = parts.get("fields") else {
        problems.push(Problem::new(
            place,
            "E_TYPE",
            "The fields of a test are an object.",
            r#"Such as {"orders_count_12m": 3}."#,
        ));
        return None;
    };
    let mut fields = BTreeMap::new();
    for (code, value) in sent {
        let place = at(&place, code);
        match entity.field(code) {
            None => problems.push(unknown(entity, place, code)),
            Some(field) if value.is_null() => {
                fields.insert(field.code, None);
            }
            Some(field) => match literal(entity, &place, field, value) {
                Ok(value) => {
                    fields.insert(field.code, Some(value));
                }
                Err(found) => problems.extend(found),
            },
        }
    }
    Some(StoredTest { fields, expected: expected? })
}

fn unknown(entity: Entity, place: String, code: &str) -> Problem {
    let known = entity.fields().iter().map(|field| field.code);
    let fix = nearest(code, known)
        .map_or_else(|| "See the fields of the catalogue.".into(), |near| format!("Did you mean {near}?"));
    Problem::new(place, "E_FIELD_UNKNOWN", format!("There is no such field of a {}.", entity.as_str()), fix)
}

/// The tests that fail.
pub fn run(formula: &Formula, tests: &[StoredTest], now: &Now) -> Vec<Failed> {
    let evaluator = Evaluator { formula, today: now.today };
    let failed = |(index, test): (usize, &StoredTest)| {
        let row = row(formula.entity, test);
        (evaluator.matches(&row) != test.expected).then(|| Failed {
            index,
            expected: test.expected,
            because: because(&evaluator, &row),
        })
    };
    tests.iter().enumerate().filter_map(failed).collect()
}

fn row(entity: Entity, test: &StoredTest) -> Row {
    let value = |field: &'static Field| test.fields.get(field.code).cloned().flatten();
    Row::new(entity, entity.fields().iter().map(value).collect())
}

/// The conditions whose answer is that of the whole, with what they found.
fn because(evaluator: &Evaluator<'_>, row: &Row) -> String {
    let explained = explain(evaluator, 0, row);
    let told: Vec<String> = explained
        .clauses
        .iter()
        .filter(|answer| !answer.found.is_empty() && answer.holds == explained.matches)
        .map(|answer| {
            let word = if answer.holds { "holds" } else { "does not hold" };
            format!("{} {word} ({})", answer.clause, answer.found)
        })
        .take(3)
        .collect();
    if told.is_empty() { "no condition decides it".into() } else { told.join("; ") }
}

/// As it is sent and stored.
pub fn to_json(tests: &[StoredTest], entity: Entity) -> Json {
    let one = |test: &StoredTest| {
        let value = |(code, value): (&&'static str, &Option<Value>)| {
            let told = entity.field(code).zip(value.as_ref()).map_or(Json::Null, |(field, value)| value.to_json(field));
            ((*code).to_owned(), told)
        };
        json!({"fields": test.fields.iter().map(value).collect::<serde_json::Map<_, _>>(), "expected": test.expected})
    };
    tests.iter().map(one).collect()
}
