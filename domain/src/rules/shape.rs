//! Reading an object of a rule field by field: what is wrong names its place, such as `conditions.0.operator`.

use serde_json::{Map, Value};

use crate::params::Fault;

/// The fields of an object that nobody has taken yet.
pub struct Shape {
    at: String,
    fields: Map<String, Value>,
}

impl Shape {
    /// The object at a place.
    pub fn of(at: &str, value: Value) -> Result<Shape, Fault> {
        match value {
            Value::Object(fields) => Ok(Shape { at: at.into(), fields }),
            _ => Err(Fault::new(if at.is_empty() { "body" } else { at }, "expected an object")),
        }
    }

    /// The place of a field; those of the whole have no place before them.
    pub fn place(&self, field: &str) -> String {
        if self.at.is_empty() { field.to_owned() } else { format!("{}.{field}", self.at) }
    }

    pub fn fault(&self, field: &str, reason: impl Into<String>) -> Fault {
        Fault::new(&self.place(field), reason)
    }

    /// A field as it is; null counts as absent.
    pub fn take(&mut self, field: &str) -> Option<Value> {
        self.fields.remove(field).filter(|value| !value.is_null())
    }

    /// A text of 1 to so many characters.
    pub fn text(&mut self, field: &str, most: usize) -> Result<Option<String>, Fault> {
        self.take(field).map(|value| plain(&self.place(field), value, most)).transpose()
    }

    /// One that must be there.
    pub fn needed(&mut self, field: &str, most: usize) -> Result<String, Fault> {
        self.text(field, most)?.ok_or_else(|| self.fault(field, "is missing"))
    }

    pub fn flag(&mut self, field: &str) -> Result<Option<bool>, Fault> {
        let value = self.take(field);
        value.map(|value| value.as_bool().ok_or_else(|| self.fault(field, "expected true or false"))).transpose()
    }

    /// Texts, 1 to so many; absent as none.
    pub fn texts(&mut self, field: &str, most: usize, longest: usize) -> Result<Vec<String>, Fault> {
        match self.take(field) {
            None => Ok(Vec::new()),
            Some(value) => texts(&self.place(field), value, most, longest),
        }
    }

    /// Refuses what nobody has taken.
    pub fn end(self) -> Result<(), Fault> {
        match self.fields.keys().next() {
            Some(name) => Err(self.fault(name, "is no field of it")),
            None => Ok(()),
        }
    }
}

/// The members of a list at a place.
pub fn list(at: &str, value: Value, most: usize) -> Result<Vec<Value>, Fault> {
    match value {
        Value::Array(items) if items.len() <= most => Ok(items),
        _ => Err(Fault::new(at, format!("expected a list of at most {most}"))),
    }
}

/// Texts at a place, 1 to so many.
pub fn texts(at: &str, value: Value, most: usize, longest: usize) -> Result<Vec<String>, Fault> {
    let items = list(at, value, most)?;
    items.into_iter().enumerate().map(|(n, item)| plain(&format!("{at}.{n}"), item, longest)).collect()
}

/// A text without control characters.
pub fn plain(at: &str, value: Value, most: usize) -> Result<String, Fault> {
    let Value::String(text) = value else { return Err(Fault::new(at, "expected a text")) };
    let text = text.trim();
    if text.is_empty() || text.chars().count() > most || text.chars().any(char::is_control) {
        return Err(Fault::new(at, format!("expected 1 to {most} characters without control characters")));
    }
    Ok(text.to_owned())
}
