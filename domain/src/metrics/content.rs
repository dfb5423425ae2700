//! What a version says: what is written once and then never changes.

use std::fmt::Display;

use serde_json::value::RawValue;
use serde_json::{Map, Value as Json, json};

use super::catalogue::Entity;
use super::definition::Definition;
use super::formula::{Formula, MOST_BYTES};
use super::now::Now;
use super::problem::Problem;
use super::sent;
use super::stored_test::{self, Failed, StoredTest};

/// Most characters of a name.
pub const LONGEST_NAME: usize = 200;
/// Most characters of a description, a note, a reason.
pub const LONGEST_TEXT: usize = 2000;
#[derive(Debug, Clone)]
pub struct Content {
    pub name: String,
    pub description: String,
    /// As it was sent.
    pub formula: Option<Box<RawValue>>,
    /// A list, as it was sent.
    pub tests: Box<RawValue>,
    /// Why this version was made: it belongs to it alone, and makes no difference to what is said.
    pub note: Option<String>,
}

/// What was read in it.
#[derive(Default)]
pub(super) struct Checked {
    pub formula: Option<Formula>,
    pub tests: Vec<StoredTest>,
}

impl Content {
    pub(super) fn of(definition: &Definition) -> Content {
        Content {
            name: definition.name.clone(),
            description: definition.description.clone(),
            formula: definition.formula.clone(),
            tests: definition.tests.clone(),
            note: definition.note.clone(),
        }
    }

    /// Whether both say the same: the order of members and blanks between them aside, and notes.
    pub(super) fn same(&self, other: &Content) -> bool {
        let values = |content: &Content| (content.formula.as_deref().map(sent::kept), sent::kept(&content.tests));
        self.name == other.name && self.description == other.description && values(self) == values(other)
    }

    /// Reads the formula and the tests; pointers begin with `/formula` and `/tests`.
    pub(super) fn check(&self) -> Result<Checked, Vec<Problem>> {
        let Some(formula) = &self.formula else {
            let problems = tests_alone(&sent::kept(&self.tests));
            return if problems.is_empty() { Ok(Checked::default()) } else { Err(problems) };
        };
        let sizes = [("/formula", formula), ("/tests", &self.tests)].into_iter();
        let large: Vec<Problem> =
            sizes.filter(|(_, raw)| raw.get().len() > MOST_BYTES).map(|(place, _)| too_large(place)).collect();
        if !large.is_empty() {
            return Err(large);
        }
        let (tree, rows) = (sent::kept(formula), sent::kept(&self.tests));
        match read_formula(&tree) {
            Ok(formula) => {
                let tests = stored_test::read(formula.entity, &rows)?;
                Ok(Checked { formula: Some(formula), tests })
            }
            Err(mut problems) => {
                if let Some(entity) = tree["entity"].as_str().and_then(Entity::parse) {
                    problems.extend(stored_test::read(entity, &rows).err().unwrap_or_default());
                }
                Err(problems)
            }
        }
    }

    /// For the audit.
    pub(super) fn fields(&self) -> Map<String, Json> {
        let mut fields = Map::new();
        fields.insert("name".into(), json!(self.name));
        fields.insert("description".into(), json!(self.description));
        fields.insert("formula".into(), self.formula.as_deref().map_or(Json::Null, sent::kept));
        fields.insert("tests".into(), sent::kept(&self.tests));
        fields.insert("note".into(), json!(self.note));
        fields
    }
}

impl Checked {
    /// The stored tests that fail.
    pub fn failed(&self, now: &Now) -> Vec<Failed> {
        self.formula.as_ref().map_or_else(Vec::new, |formula| stored_test::run(formula, &self.tests, now))
    }
}

/// A formula in a member of that name.
pub fn read_formula(value: &Json) -> Result<Formula, Vec<Problem>> {
    Formula::read(value).map_err(|problems| problems.into_iter().map(|problem| problem.under("/formula")).collect())
}

/// Without a formula nothing is known of the fields; the shape is.
fn tests_alone(tests: &Json) -> Vec<Problem> {
    let Some(rows) = tests.as_array() else {
        return vec![Problem::new(
            "/tests",
            "E_TYPE",
            "Tests are a list.",
            r#"Send [{"fields": {…}, "expected": true}]."#,
        )];
    };
    if rows.len() > stored_test::MOST {
        let message = format!("There are at most {} tests.", stored_test::MOST);
        return vec![Problem::new("/tests", "E_LIMIT", message, "Leave some out.")];
    }
    let right = |row: &Json| {
        row["fields"].is_object() && row["expected"].is_boolean() && row.as_object().is_some_and(|row| row.len() == 2)
    };
    let wrong = rows.iter().enumerate().filter(|(_, row)| !right(row));
    wrong
        .map(|(n, _)| {
            Problem::new(
                format!("/tests/{n}"),
                "E_TYPE",
                "This is no test.",
                r#"Send {"fields": {…}, "expected": true}."#,
            )
        })
        .collect()
}

pub(super) fn too_large(pointer: impl Display) -> Problem {
    let message = format!("This is larger than {} KiB.", MOST_BYTES / 1024);
    Problem::new(pointer.to_string(), "E_RANGE", message, "Say it with less.")
}
