//! What somebody asks to be set, read from a body with everything that is wrong with it.

use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::code::MetricCode;
use super::content::{Content, LONGEST_NAME, LONGEST_TEXT};
use super::problem::{Problem, at};
use super::sent::{self, Sent};
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

/// The members of an object that are taken one by one.
pub(super) struct Fields<'a> {
    members: Vec<(String, &'a RawValue)>,
    pointer: &'a str,
    pub sent: Sent,
}

impl<'a> Fields<'a> {
    /// Members that nobody knows are problems.
    pub fn of(raw: &'a RawValue, pointer: &'a str, known: &[&str]) -> Fields<'a> {
        let mut sent = Sent::default();
        let members = sent.members(raw, pointer);
        for (name, _) in members.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            let fix = format!("Known here: {}.", known.join(", "));
            sent.problems.push(Problem::new(at(pointer, name), "E_SHAPE", "This is not known here.", fix));
        }
        Fields { members, pointer, sent }
    }

    pub fn is_there(&self, name: &str) -> bool {
        self.members.iter().any(|(known, _)| known == name)
    }

    /// As it was sent.
    pub fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.members.iter().find(|(known, _)| known == name).map(|(_, raw)| *raw)
    }

    pub fn problem(&mut self, name: &str, code: &str, message: impl Into<String>, fix: impl Into<String>) {
        self.sent.problems.push(Problem::new(at(self.pointer, name), code, message, fix));
    }

    /// Members that must be there.
    pub fn need(&mut self, names: &[&str]) {
        let missing: Vec<&str> = names.iter().filter(|name| !self.is_there(name)).copied().collect();
        for name in missing {
            self.problem(name, "E_REQUIRED", "This is missing.", "Send it.");
        }
    }

    fn value(&mut self, name: &str) -> Option<Json> {
        let (raw, known) = (self.get(name)?, self.sent.problems.len());
        let value = self.sent.value(raw, &at(self.pointer, name));
        (self.sent.problems.len() == known).then_some(value)
    }

    /// A value of any shape, kept as it was sent; its letters are looked at.
    pub fn raw(&mut self, name: &str) -> Option<Box<RawValue>> {
        let raw = self.get(name)?;
        // What is wrong in it is told; the rest is read all the same, so that everything is told at once.
        self.sent.value(raw, &at(self.pointer, name));
        Some(raw.to_owned())
    }

    pub fn formula(&mut self) -> Said<Box<RawValue>> {
        match self.get("formula").map(RawValue::get) {
            None => Said::Nothing,
            Some("null") => Said::Null,
            Some(_) => self.raw("formula").map_or(Said::Nothing, Said::To),
        }
    }

    pub fn text(&mut self, name: &str) -> Option<String> {
        match self.value(name)? {
            Json::String(text) => Some(text),
            _ => {
                self.problem(name, "E_TYPE", "This is no text.", "Send a JSON string.");
                None
            }
        }
    }

    /// A text of one line, with something in it.
    pub fn line(&mut self, name: &str, most: usize) -> Option<String> {
        let text = self.text(name)?;
        if text.chars().any(char::is_control) {
            self.problem(name, "E_RANGE", "This holds control characters.", "Write it in one line.");
            return None;
        }
        self.long(name, &text, most)
    }

    /// A text of several lines, with something in it; null counts as left out where it may be.
    pub fn lines(&mut self, name: &str) -> Option<String> {
        if name != "description" && self.get(name).is_some_and(|raw| raw.get() == "null") {
            return None;
        }
        let text = self.text(name)?;
        self.long(name, &text, LONGEST_TEXT)
    }

    fn long(&mut self, name: &str, text: &str, most: usize) -> Option<String> {
        let text = text.trim();
        if (1..=most).contains(&text.chars().count()) {
            return Some(text.to_owned());
        }
        let message = if text.is_empty() {
            "This is empty.".to_owned()
        } else {
            format!("This has more than {most} characters.")
        };
        self.problem(name, "E_RANGE", message, format!("Write 1 to {most} characters."));
        None
    }

    pub fn flag(&mut self, name: &str) -> Option<bool> {
        let value = self.value(name)?;
        if value.as_bool().is_none() {
            self.problem(name, "E_TYPE", "This is neither true nor false.", "Send true or false.");
        }
        value.as_bool()
    }

    /// The number of a version.
    pub fn version(&mut self, name: &str) -> Option<i32> {
        let value = self.value(name)?;
        let number = value.as_i64().and_then(|number| i32::try_from(number).ok()).filter(|number| *number > 0);
        if number.is_none() {
            self.problem(name, "E_RANGE", "This is no version.", "Send a whole number from 1.");
        }
        number
    }

    /// The id of a record.
    pub fn id(&mut self, name: &str) -> Option<i64> {
        let value = self.value(name)?;
        if value.as_i64().is_none() {
            self.problem(name, "E_RANGE", "This is no id.", "Send a whole number.");
        }
        value.as_i64()
    }

    pub fn code(&mut self, name: &str) -> Option<MetricCode> {
        let text = self.text(name)?;
        let code = MetricCode::parse(&text);
        if code.is_none() {
            let fix = "Use 1 to 100 of a-z, 0-9 and _, such as at_risk_2.";
            self.problem(name, "E_CODE", "This is no code.", fix);
        }
        code
    }

    /// Everything that was wrong.
    pub fn end(self) -> Vec<Problem> {
        self.sent.problems
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
        let missing = told(&[("/code", "E_REQUIRED"), ("/name", "E_REQUIRED"), ("/description", "E_REQUIRED")]);
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
