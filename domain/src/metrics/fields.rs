//! The members of an object of a body, taken one by one; what is wrong with each is kept with its place.

use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::code::MetricCode;
use super::content::LONGEST_TEXT;
use super::problem::{Problem, at};
use super::sent::Sent;
use crate::patch::Said;

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
            self.problem(name, "E_MISSING", "This is missing.", "Send it.");
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
