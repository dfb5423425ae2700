//! A bounded look at a body: is it JSON, and what do its fields say. Nothing is built of it but what is asked for, so that a
//! hostile body costs no more than its bytes. What a strict reader refuses inside of texts (U+0000, lone surrogates) is no
//! reason to refuse a delivery: the bytes are kept as they are, and U+FFFD stands for it where people read.

use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, de};
use serde_json::value::RawValue;

use crate::opportunities::scalar::is_deeper_than;

/// Deepest nesting of a body that is read.
pub const DEEPEST: usize = 64;
/// Characters of a text that are shown.
const LONGEST: usize = 500;

/// Why a body is kept aside.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("the body is not UTF-8")]
    NotUtf8,
    #[error("the body is nested deeper than {DEEPEST}")]
    TooDeep,
    #[error("the body is no JSON: {0}")]
    NoJson(String),
    /// The path of a field and what was expected.
    #[error("{0}: {1}")]
    Shape(&'static str, &'static str),
}

/// The whole body, once it is known to be JSON of a bearable depth.
pub fn read(body: &[u8]) -> Result<&RawValue, Unreadable> {
    let text = std::str::from_utf8(body).map_err(|_| Unreadable::NotUtf8)?;
    if is_deeper_than(DEEPEST, text) {
        return Err(Unreadable::TooDeep);
    }
    let no_json = |error: serde_json::Error| Unreadable::NoJson(error.to_string());
    serde_json::from_str::<IgnoredAny>(text).map_err(no_json)?;
    serde_json::from_str(text).map_err(no_json)
}

/// The fields of an object, each as it was written. Of a name that occurs twice the last counts.
pub struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// None when it is no object.
    pub fn of(value: &'a RawValue) -> Option<Fields<'a>> {
        serde_json::from_str(value.get()).ok()
    }

    pub fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().rev().find(|(field, _)| field == name).map(|(_, value)| *value)
    }

    pub fn object(&self, name: &str) -> Option<Fields<'a>> {
        Fields::of(self.get(name)?)
    }

    /// A text that is not empty, as people may read it.
    pub fn text(&self, name: &str) -> Option<String> {
        text(self.get(name)?)
    }

    /// A whole number, written as a number or as digits in a text.
    pub fn whole(&self, name: &str) -> Option<i64> {
        let written = self.get(name)?;
        text(written).as_deref().unwrap_or(written.get()).trim().parse().ok()
    }
}

/// A JSON text as people may read it, at most [`LONGEST`] characters of it; none when it is empty or no text.
pub fn text(value: &RawValue) -> Option<String> {
    let Lossy(text) = serde_json::from_str(value.get()).ok()?;
    let clean: String = text.chars().map(|c| if c == '\0' { '\u{fffd}' } else { c }).take(LONGEST).collect();
    Some(clean).filter(|text| !text.trim().is_empty())
}

/// A text whose escapes need not be Unicode.
struct Lossy(String);

impl<'de> Deserialize<'de> for Lossy {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Lossy, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Lossy;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Lossy, E> {
                Ok(Lossy(String::from_utf8_lossy(bytes).into_owned()))
            }
        }
        from.deserialize_bytes(Bytes)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Fields<'a>, D::Error> {
        struct Map;
        impl<'de> Visitor<'de> for Map {
            type Value = Vec<(String, &'de RawValue)>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some((Lossy(name), value)) = map.next_entry()? {
                    fields.push((name, value));
                }
                Ok(fields)
            }
        }
        from.deserialize_map(Map).map(Fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Fields<'_> {
        Fields::of(read(text.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn what_a_strict_reader_refuses_inside_of_texts_is_read() {
        let body =
            r#"{"a\ud800": 1, "name": "x\u0000y\udfffz", "big": 90071992547409931234567890, "id": "17", "n": 18}"#;
        let fields = fields(body);
        assert!(fields.text("name").unwrap().starts_with("x\u{fffd}y"));
        assert_eq!((fields.whole("id"), fields.whole("n"), fields.whole("big")), (Some(17), Some(18), None));
        assert_eq!(fields.get("big").unwrap().get(), "90071992547409931234567890");
    }

    #[test]
    fn what_is_no_json_is_told_apart() {
        for body in ["", "{", "nul", "[1,]", "{\"a\":01}", "{\"a\":\"\u{1}\"}", "{}{}", "\u{feff}{}"] {
            assert!(matches!(read(body.as_bytes()), Err(Unreadable::NoJson(_))), "{body:?}");
        }
        assert_eq!(read(b"{\"a\": \"\xff\"}").unwrap_err(), Unreadable::NotUtf8);
    }

    #[test]
    fn depth_counts_brackets_outside_of_texts() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(nested(DEEPEST).as_bytes()).is_ok());
        assert_eq!(read(nested(DEEPEST + 1).as_bytes()).unwrap_err(), Unreadable::TooDeep);
        let text = format!("[\"\\\"{}\"]", "[".repeat(500));
        assert!(read(text.as_bytes()).is_ok());
        assert_eq!(read("[".repeat(1_000_000).as_bytes()).unwrap_err(), Unreadable::TooDeep);
    }

    #[test]
    fn of_a_name_that_occurs_twice_the_last_counts() {
        assert_eq!(fields(r#"{"id": 1, "id": 2}"#).whole("id"), Some(2));
    }
}
