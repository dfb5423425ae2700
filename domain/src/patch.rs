//! What a change says of the fields of a record, and the rules that their texts and objects keep.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::params::Fault;

/// Bytes of an object of the tenant's own figures, as JSON.
pub const LARGEST_OBJECT: usize = 16_384;

/// What a change says of one field. A field of a body that is left out is not spoken of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Said<T> {
    /// It stays as it is.
    #[default]
    Nothing,
    /// It is emptied.
    Null,
    To(T),
}

impl<T> Said<T> {
    /// The field after the change.
    pub fn over(self, before: Option<T>) -> Option<T> {
        match self {
            Said::Nothing => before,
            Said::Null => None,
            Said::To(value) => Some(value),
        }
    }

    pub fn is_nothing(&self) -> bool {
        matches!(self, Said::Nothing)
    }

    /// Holds a value to its rule; a rule that finds nothing in it empties the field.
    pub fn checked<U>(self, rule: impl FnOnce(T) -> Result<Option<U>, Fault>) -> Result<Said<U>, Fault> {
        Ok(match self {
            Said::Nothing => Said::Nothing,
            Said::Null => Said::Null,
            Said::To(value) => rule(value)?.map_or(Said::Null, Said::To),
        })
    }
}

impl<T> From<Option<T>> for Said<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Said::Null, Said::To)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Said<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Said::from)
    }
}

/// A text of one line without the blanks around it; none when nothing is left.
pub fn line(field: &str, text: &str, most: usize) -> Result<Option<String>, Fault> {
    let text = text.trim();
    if text.chars().count() > most || text.chars().any(char::is_control) {
        return Err(Fault::new(field, format!("expected at most {most} characters without control characters")));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// The same where there must be something.
pub fn needed_line(field: &str, text: &str, most: usize) -> Result<String, Fault> {
    line(field, text, most)?.ok_or_else(|| Fault::new(field, "must not be empty"))
}

/// A text of several lines.
pub fn lines(field: &str, text: &str, most: usize) -> Result<Option<String>, Fault> {
    let text = text.trim();
    if text.chars().count() > most || text.contains('\0') {
        return Err(Fault::new(field, format!("expected at most {most} characters without U+0000")));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// An object that the database can keep.
pub fn object(field: &str, value: Value) -> Result<Value, Fault> {
    if !value.is_object() {
        return Err(Fault::new(field, "expected an object"));
    }
    if has_nul(&value) {
        return Err(Fault::new(field, "must not contain U+0000"));
    }
    if value.to_string().len() > LARGEST_OBJECT {
        return Err(Fault::new(field, format!("expected at most {LARGEST_OBJECT} bytes of JSON")));
    }
    Ok(value)
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Deserialize)]
    struct Body {
        #[serde(default)]
        score: Said<i32>,
    }

    #[test]
    fn a_field_left_out_stays_and_null_empties_it() {
        let after = |body: Value| serde_json::from_value::<Body>(body).unwrap().score.over(Some(7));
        assert_eq!(after(json!({})), Some(7));
        assert_eq!(after(json!({"score": null})), None);
        assert_eq!(after(json!({"score": 8})), Some(8));
    }

    #[test]
    fn texts_are_trimmed_and_held_to_their_length() {
        assert_eq!(line("a", "  x ", 3).unwrap().as_deref(), Some("x"));
        assert_eq!(line("a", " \t ", 3).unwrap(), None);
        assert!(line("a", "four", 3).is_err() && line("a", "a\nb", 3).is_err() && line("a", "\0", 3).is_err());
        assert_eq!(lines("a", "a\nb", 3).unwrap().as_deref(), Some("a\nb"));
        assert!(lines("a", "a\0b", 3).is_err());
        assert_eq!(needed_line("a", " ", 3).unwrap_err().field, "a");
    }

    #[test]
    fn an_object_holds_no_nul_in_any_depth() {
        assert!(object("a", json!({"x": [{"y": "z"}]})).is_ok());
        for wrong in
            [json!({"x": [{"y": "\0"}]}), json!({"a\0": 1}), json!([]), json!({"x": "y".repeat(LARGEST_OBJECT)})]
        {
            assert!(object("a", wrong).is_err());
        }
    }
}
