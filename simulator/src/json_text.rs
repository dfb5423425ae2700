//! JSON as text: writing objects key by key, and changing one key without touching the others.
//!
//! serde_json's map sorts keys and rejects lone surrogates, while the account sends keys in a fixed order and may
//! send such text; hence objects are kept as ordered pairs of a key and the verbatim text of its value.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// The text as a JSON string, with `&`, `<` and `>` escaped as Rails does.
pub(crate) fn quote(text: &str) -> String {
    let quoted = Value::String(text.to_owned()).to_string();
    if quoted.contains(['&', '<', '>']) {
        quoted.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e")
    } else {
        quoted
    }
}

/// A moment as the account writes it: UTC with milliseconds.
pub(crate) fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Pence as a decimal string with trailing zeros trimmed to one decimal: `1201.4`.
pub(crate) fn money(pence: i64) -> String {
    let sign = if pence < 0 { "-" } else { "" };
    let (whole, rest) = (pence.abs() / 100, pence.abs() % 100);
    if rest % 10 == 0 { format!("{sign}{whole}.{}", rest / 10) } else { format!("{sign}{whole}.{rest:02}") }
}

/// Reads a decimal string as pence; more than two decimals, or anything else, is `None`.
pub(crate) fn pence(text: &str) -> Option<i64> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    if rest.len() > 2 || rest.contains(['-', '+']) || whole.len() > 15 {
        return None;
    }
    let cents: i64 = format!("{rest:0<2}").parse().ok()?;
    let pounds: i64 = whole.parse().ok()?;
    Some(pounds * 100 + if whole.starts_with('-') { -cents } else { cents })
}

/// Writes one JSON object, keys in the order of the calls.
pub(crate) struct ObjectWriter(String);

impl ObjectWriter {
    pub(crate) fn new(capacity: usize) -> Self {
        Self(String::with_capacity(capacity))
    }

    pub(crate) fn raw(&mut self, key: &str, json: &str) -> &mut Self {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.0.push_str(&quote(key));
        self.0.push(':');
        self.0.push_str(json);
        self
    }

    pub(crate) fn text(&mut self, key: &str, text: &str) -> &mut Self {
        self.raw(key, &quote(text))
    }

    pub(crate) fn int(&mut self, key: &str, number: impl Into<Option<i64>>) -> &mut Self {
        match number.into() {
            Some(number) => self.raw(key, &number.to_string()),
            None => self.raw(key, "null"),
        }
    }

    pub(crate) fn flag(&mut self, key: &str, on: bool) -> &mut Self {
        self.raw(key, if on { "true" } else { "false" })
    }

    pub(crate) fn time(&mut self, key: &str, at: impl Into<Option<DateTime<Utc>>>) -> &mut Self {
        match at.into() {
            Some(at) => self.text(key, &stamp(at)),
            None => self.raw(key, "null"),
        }
    }

    pub(crate) fn money(&mut self, key: &str, pence: impl Into<Option<i64>>) -> &mut Self {
        match pence.into() {
            Some(pence) => self.text(key, &money(pence)),
            None => self.raw(key, "null"),
        }
    }

    pub(crate) fn finish(self) -> String {
        if self.0.is_empty() { "{}".to_owned() } else { self.0 + "}" }
    }
}

/// A JSON object whose keys keep their order and whose values keep their exact text.
pub(crate) struct OrderedObject(Vec<(String, Box<RawValue>)>);

impl OrderedObject {
    /// `None` when the text is not a JSON object.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, raw)| raw.get())
    }

    /// The value, if it is one that serde_json can hold.
    pub(crate) fn value(&self, key: &str) -> Option<Value> {
        self.get(key).and_then(|raw| serde_json::from_str(raw).ok())
    }

    /// Sets a key in its place, or at the end when it is new; text that is not JSON is ignored.
    pub(crate) fn set(&mut self, key: &str, json: impl Into<String>) {
        let Ok(raw) = RawValue::from_string(json.into()) else { return };
        match self.0.iter_mut().find(|(name, _)| name == key) {
            Some((_, old)) => *old = raw,
            None => self.0.push((key.to_owned(), raw)),
        }
    }

    pub(crate) fn remove(&mut self, key: &str) {
        self.0.retain(|(name, _)| name != key);
    }

    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&str) -> bool) {
        self.0.retain(|(name, _)| keep(name));
    }

    pub(crate) fn render(&self) -> String {
        let mut writer = ObjectWriter::new(self.0.iter().map(|(key, raw)| key.len() + raw.get().len() + 4).sum());
        for (key, raw) in &self.0 {
            writer.raw(key, raw.get());
        }
        writer.finish()
    }
}

impl<'de> Deserialize<'de> for OrderedObject {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = OrderedObject;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<OrderedObject, A::Error> {
                let mut pairs = Vec::with_capacity(96);
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(OrderedObject(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_trimmed_to_at_least_one_decimal() {
        let written: Vec<String> = [120_140, 0, 144_168, 5, -250].map(money).into();
        assert_eq!(written, ["1201.4", "0.0", "1441.68", "0.05", "-2.5"]);
    }

    #[test]
    fn a_decimal_string_reads_back_as_pence() {
        assert_eq!(
            ["1201.4", "7", "-2.5", "abc", "1.234"].map(pence),
            [Some(120_140), Some(700), Some(-250), None, None]
        );
    }

    #[test]
    fn setting_a_key_keeps_the_order_and_the_text_of_the_others() {
        let mut object = OrderedObject::parse(r#"{"z":1.50,"a":"\ud83d","m":null}"#).unwrap();
        object.set("a", "2");
        object.set("new", "[]");
        assert_eq!(object.render(), r#"{"z":1.50,"a":2,"m":null,"new":[]}"#);
    }
}
