//! What somebody asks to be set, read from a body with everything that is wrong with it.

use serde_json::value::RawValue;

use super::code::MetricCode;
use super::content::{Content, LONGEST_NAME};
use super::fields::Fields;
use super::problem::Problem;
use super::sent;
use crate::params::Fault;
use crate::patch::Said;

/// What a body says. What it does not speak of stays as it is.
#[derive(Debug, Default)]
pub struct Draft {
    /// Only of a new one.
    pub code: Option<MetricCode>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub formula: Said<Box<RawValue>>,
    pub tests: Option<Box<RawValue>>,
    pub note: Option<String>,
    /// Whether it is only kept, not made to count.
    pub draft: bool,
    /// The newest version that was known: another one now is a conflict.
    pub expected_version: Option<i32>,
    /// Makes this waiting version count, and sets nothing else.
    pub activate: Option<i32>,
    /// Begins from this version instead of the newest.
    pub restore: Option<i32>,
    /// What is wrong with the body itself. What is wrong with formula and tests is found when it is laid over what is there.
    pub problems: Vec<Problem>,
    /// Whether it says anything that could make a difference.
    pub says_something: bool,
}

/// What a body may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// A new definition: code, name and description must be there.
    New,
    Change,
}

impl For {
    const fn members(self) -> &'static [&'static str] {
        match self {
            For::New => &["code", "name", "description", "formula", "tests", "note", "draft"],
            For::Change => {
                &["name", "description", "formula", "tests", "note", "draft", "expectedVersion", "activate", "restore"]
            }
        }
    }
}

impl Draft {
    /// Reads the bytes of a body. Only what is no JSON object is refused here; all else is in `problems`.
    pub fn read(bytes: &[u8], what: For) -> Result<Draft, Fault> {
        let body = sent::object(bytes)?;
        let mut fields = Fields::of(body, "", what.members());
        let mut draft = Draft {
            name: fields.line("name", LONGEST_NAME),
            description: fields.lines("description"),
            formula: fields.formula(),
            tests: fields.raw("tests"),
            note: fields.lines("note"),
            draft: fields.flag("draft").unwrap_or(false),
            expected_version: fields.version("expectedVersion"),
            activate: fields.version("activate"),
            restore: fields.version("restore"),
            ..Draft::default()
        };
        if what == For::New {
            draft.code = fields.code("code");
            fields.need(&["code", "name", "description"]);
        }
        let content = ["name", "description", "formula", "tests", "note", "restore"];
        let sets = content.iter().any(|name| fields.is_there(name));
        draft.says_something = sets || fields.is_there("activate");
        if sets && draft.activate.is_some() {
            let fix = "Activate in one request, change in another.";
            fields.sent.problems.push(Problem::new(
                "/activate",
                "E_SHAPE",
                "A version is activated as it is, not with changes.",
                fix,
            ));
        }
        draft.problems = fields.end();
        Ok(draft)
    }

    /// What is said after it, beginning with what there is; and everything that is wrong.
    pub(super) fn over(&self, base: Option<&Content>) -> Content {
        let none = || RawValue::NULL.to_owned();
        let empty = || RawValue::from_string("[]".into()).unwrap_or_else(|_| none());
        Content {
            name: self.name.clone().or_else(|| base.map(|base| base.name.clone())).unwrap_or_default(),
            description: self.description.clone().or_else(|| base.map(|b| b.description.clone())).unwrap_or_default(),
            formula: self.formula.clone().over(base.and_then(|base| base.formula.clone())),
            tests: self.tests.clone().or_else(|| base.map(|base| base.tests.clone())).unwrap_or_else(empty),
            note: self.note.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(body: &str, what: For) -> Vec<(String, String)> {
        let draft = Draft::read(body.as_bytes(), what).unwrap();
        draft.problems.into_iter().map(|problem| (problem.pointer, problem.code)).collect()
    }

    fn told(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(pointer, code)| ((*pointer).into(), (*code).into())).collect()
    }

    #[test]
    fn a_body_tells_everything_that_is_wrong_with_it() {
        let body = r#"{"code": "At-Risk", "name": " ", "description": 7, "formula": {"v": 1e400}, "colour": 1, "draft": "no"}"#;
        let expected = told(&[
            ("/colour", "E_SHAPE"),
            ("/name", "E_RANGE"),
            ("/description", "E_TYPE"),
            ("/formula/v", "E_RANGE"),
            ("/draft", "E_TYPE"),
            ("/code", "E_CODE"),
        ]);
        assert_eq!(problems(body, For::New), expected);
        let missing = told(&[("/code", "E_MISSING"), ("/name", "E_MISSING"), ("/description", "E_MISSING")]);
        assert_eq!(problems("{}", For::New), missing);
        assert_eq!(problems(r#"{"code": "a"}"#, For::Change), told(&[("/code", "E_SHAPE")]));
        let alone = r#"{"activate": 2, "name": "x"}"#;
        assert_eq!(problems(alone, For::Change), told(&[("/activate", "E_SHAPE")]));
        for wrong in ["0", "-1", "1.5", "\"1\"", "3000000000", "null"] {
            let body = format!("{{\"expectedVersion\": {wrong}}}");
            assert_eq!(problems(&body, For::Change), told(&[("/expectedVersion", "E_RANGE")]), "{wrong}");
        }
        assert!(Draft::read(b"[]", For::New).is_err() && Draft::read(b"{", For::New).is_err());
    }

    #[test]
    fn what_is_left_out_stays_and_null_removes_a_formula() {
        let read = |body: &str| Draft::read(body.as_bytes(), For::Change).unwrap();
        let raw = |text: &str| RawValue::from_string(text.into()).unwrap();
        let base = Content {
            name: "n".into(),
            description: "d".into(),
            formula: Some(raw("{\"b\":1, \"a\":2}")),
            tests: raw("[]"),
            note: Some("why".into()),
        };
        let same = read(r#"{"description": " d "}"#).over(Some(&base));
        assert!(same.same(&base) && same.note.is_none());
        let turned = read(r#"{"formula": {"a":2,"b":1}}"#).over(Some(&base));
        assert!(turned.same(&base));
        assert_eq!(turned.formula.as_deref().unwrap().get(), r#"{"a":2,"b":1}"#);
        assert!(read(r#"{"formula": null}"#).over(Some(&base)).formula.is_none());
        assert!(!read("{\"draft\": true}").says_something && read(r#"{"formula": null}"#).says_something);
    }
}
