//! Why a record counts, or does not: each clause, whether it holds, and what was found.

use serde::Serialize;

use super::evaluate::{Evaluator, Row};
use super::formula::{Clause, Test};
use super::kind::Kind;
use super::sentence;
use super::value::{Value, cents};
use super::walk::{fields_of, walk};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explained {
    pub id: i64,
    pub name: Option<String>,
    pub matches: bool,
    pub clauses: Vec<Answer>,
}

/// Of one clause, the outer before the inner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Into the tree.
    pub pointer: String,
    /// 0 for the outermost.
    pub depth: usize,
    /// In words.
    pub clause: String,
    pub holds: bool,
    /// What the record has in the fields that are asked for: "47", "empty". Of groups nothing.
    pub found: String,
}

/// Explains one record.
pub fn explain(evaluator: &Evaluator<'_>, id: i64, row: &Row) -> Explained {
    let formula = evaluator.formula;
    let mut clauses = Vec::new();
    walk(formula, &mut |pointer, clause| {
        clauses.push(Answer {
            depth: depth(pointer),
            clause: title(evaluator, clause),
            holds: evaluator.holds(clause, row),
            found: match clause {
                Clause::Test(test) => found(test, row),
                _ => String::new(),
            },
            pointer: pointer.to_owned(),
        });
    });
    let name = formula.entity.field("name").and_then(|field| row.get(field));
    let name = match name {
        Some(Value::Text(name)) => Some(name.clone()),
        _ => None,
    };
    Explained { id, name, matches: evaluator.matches(row), clauses }
}

/// A group is told by what it asks of those beneath it.
fn title(evaluator: &Evaluator<'_>, clause: &Clause) -> String {
    match clause {
        Clause::All(_) => "all of these".into(),
        Clause::Any(_) => "any of these".into(),
        Clause::Not(_) => "not this".into(),
        Clause::Test(test) => sentence::test(evaluator.formula, test),
    }
}

/// Groups around it.
fn depth(pointer: &str) -> usize {
    pointer.split('/').filter(|part| matches!(*part, "all" | "any" | "not")).count()
}

fn found(test: &Test, row: &Row) -> String {
    let fields = fields_of(test);
    let told = |field: &&'static super::Field| match row.get(field) {
        None => "empty".to_owned(),
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Choice(code)) => field.word(*code).map_or_else(|| code.to_string(), str::to_owned),
        Some(Value::Number(number)) if field.kind == Kind::Money && number.is_cents() => cents(*number),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Date(date)) => date.to_string(),
        Some(Value::Bool(flag)) => flag.to_string(),
    };
    match fields.as_slice() {
        [one] => told(one),
        several => {
            several.iter().map(|field| format!("{} {}", field.label, told(field))).collect::<Vec<_>>().join(", ")
        }
    }
}
