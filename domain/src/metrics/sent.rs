//! JSON as it was sent, before any number is rounded: bodies are read through their letters, so that what a value would lose is
//! told with its place instead of being lost.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

use super::problem::{Problem, at};
use crate::params::Fault;

/// Deepest nesting that is looked into: far more than a formula may have.
const DEEPEST: usize = 64;

/// A body, and what is wrong with its letters.
#[derive(Debug, Default)]
pub struct Sent {
    pub problems: Vec<Problem>,
}

/// The whole of a body that must be an object.
pub fn object(bytes: &[u8]) -> Result<&RawValue, Fault> {
    let body = body(bytes).ok_or_else(|| Fault::new("body", "is no JSON"))?;
    if body.get().starts_with('{') { Ok(body) } else { Err(Fault::new("body", "expected a JSON object")) }
}

/// The members of an object, in order, each as it was sent.
pub type Members<'a> = Vec<(String, &'a RawValue)>;

/// What was kept as it was sent, and had nothing wrong with it then.
pub fn kept(raw: &RawValue) -> Json {
    Sent::default().value(raw, "")
}

/// The whole of a body; none when it is no JSON.
pub fn body(bytes: &[u8]) -> Option<&RawValue> {
    serde_json::from_slice(bytes).ok()
}

impl Sent {
    /// The members of an object. One that is there twice is a problem, and so is what is no object.
    pub fn members<'a>(&mut self, raw: &'a RawValue, pointer: &str) -> Members<'a> {
        match serde_json::from_str::<Object<'a>>(raw.get()) {
            Ok(Object(members)) => {
                for (place, (name, _)) in members.iter().enumerate() {
                    let own = at(pointer, name);
                    if name.contains('\0') {
                        self.problems.push(nul(pointer));
                    } else if members[..place].iter().any(|(other, _)| other == name) {
                        let fix = "Leave one of them out.";
                        self.problems.push(Problem::new(own, "E_SHAPE", "This is there more than once.", fix));
                    }
                }
                members
            }
            Err(_) => {
                self.problems.push(Problem::new(pointer, "E_TYPE", "This is no object.", "Send a JSON object."));
                Vec::new()
            }
        }
    }

    /// The items of a list; what is no list is a problem.
    pub fn items<'a>(&mut self, raw: &'a RawValue, pointer: &str) -> Vec<&'a RawValue> {
        let read = serde_json::from_str::<List<'a>>(raw.get());
        read.map(|List(items)| items).unwrap_or_else(|_| {
            self.problems.push(Problem::new(pointer, "E_TYPE", "This is no list.", "Send a JSON array."));
            Vec::new()
        })
    }

    /// The whole of a value. Where something is wrong with it there is null, and a problem that says what.
    pub fn value(&mut self, raw: &RawValue, pointer: &str) -> Json {
        self.deeper(raw, pointer, 0)
    }

    fn deeper(&mut self, raw: &RawValue, pointer: &str, depth: usize) -> Json {
        let text = raw.get();
        if depth >= DEEPEST && text.starts_with(['{', '[']) {
            let message = format!("This is nested more than {DEEPEST} deep.");
            self.problems.push(Problem::new(pointer, "E_DEPTH", message, "Nest less."));
            return Json::Null;
        }
        match text.as_bytes().first() {
            Some(b'{') => {
                let mut whole = Map::new();
                for (name, raw) in self.members(raw, pointer) {
                    let value = self.deeper(raw, &at(pointer, &name), depth + 1);
                    whole.insert(name, value);
                }
                Json::Object(whole)
            }
            Some(b'[') => {
                let items = self.items(raw, pointer).into_iter().enumerate();
                items.map(|(place, raw)| self.deeper(raw, &format!("{pointer}/{place}"), depth + 1)).collect()
            }
            Some(b'"') => self.text(text, pointer),
            Some(b'-' | b'0'..=b'9') => self.number(text, pointer),
            _ => serde_json::from_str(text).unwrap_or_default(),
        }
    }

    fn text(&mut self, text: &str, pointer: &str) -> Json {
        match serde_json::from_str::<String>(text) {
            Ok(text) if text.contains('\0') => self.problems.push(nul(pointer)),
            Ok(text) => return Json::String(text),
            Err(_) => self.problems.push(Problem::new(
                pointer,
                "E_TYPE",
                "This is no text: half of a surrogate pair is missing.",
                "Send it whole.",
            )),
        }
        Json::Null
    }

    fn number(&mut self, text: &str, pointer: &str) -> Json {
        match exact(text) {
            Some(number) => number,
            None => {
                let message = "This number has more digits than a JSON number keeps.";
                let fix = "Send it as a text, at most 15 digits before the point and 6 behind it.";
                self.problems.push(Problem::new(pointer, "E_RANGE", message, fix));
                Json::Null
            }
        }
    }
}

/// Without the ones about what is said of already: a value that could not be read is null for all who read on.
pub fn all(first: Vec<Problem>, then: Vec<Problem>) -> Vec<Problem> {
    let known = |problem: &Problem| {
        first.iter().any(|known| {
            problem.pointer == known.pointer
                || problem.pointer.strip_prefix(&known.pointer).is_some_and(|rest| rest.starts_with('/'))
        })
    };
    let then: Vec<Problem> = then.into_iter().filter(|problem| !known(problem)).collect();
    first.into_iter().chain(then).collect()
}

fn nul(pointer: &str) -> Problem {
    Problem::new(pointer, "E_RANGE", "This holds U+0000.", "Leave the character U+0000 out.")
}

/// The number that was written, if JSON's numbers have it. serde_json's own reading of fractions may be off by the last digit.
fn exact(text: &str) -> Option<Json> {
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Json::from(whole));
    }
    let read = text.parse::<f64>().ok().filter(|read| plain(&format!("{read:e}")) == plain(text))?;
    serde_json::Number::from_f64(read).map(Json::Number)
}

/// Digits without zeros around them, and where the point stands behind the first; none for a number that is zero.
fn plain(text: &str) -> Option<(bool, String, i64)> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (negative, digits) = mantissa.strip_prefix('-').map_or((false, mantissa), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    let kept = all.trim_start_matches('0');
    // Beyond any number that is read: what is not zero differs then.
    let exponent: i64 = exponent.parse().unwrap_or(i64::MAX / 2);
    let zeros = all.len() - kept.len();
    let point = exponent.saturating_add(i64::try_from(whole.len()).ok()?).saturating_sub(i64::try_from(zeros).ok()?);
    let kept = kept.trim_end_matches('0');
    (!kept.is_empty()).then(|| (negative, kept.to_owned(), point))
}

struct Object<'a>(Members<'a>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Whole;
        impl<'de> Visitor<'de> for Whole {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Whole)
    }
}

struct List<'a>(Vec<&'a RawValue>);

impl<'de> Deserialize<'de> for List<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Whole;
        impl<'de> Visitor<'de> for Whole {
            type Value = List<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List<'de>, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(List(items))
            }
        }
        deserializer.deserialize_seq(Whole)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> (Json, Vec<(String, String)>) {
        let mut sent = Sent::default();
        let value = sent.value(body(text.as_bytes()).unwrap(), "/formula");
        (value, sent.problems.into_iter().map(|problem| (problem.pointer, problem.code)).collect())
    }

    #[test]
    fn a_number_that_would_be_rounded_is_told_with_its_place() {
        for text in [
            "1e400",
            "-1e400",
            "0.12345678901234567",
            "123456789012345678901234567890",
            "1e-400",
            "100000000000000000000001",
            "18446744073709551615",
            "9007199254740993.0",
            "1e99999999999999999999",
        ] {
            let (value, problems) = read(&format!(r#"{{"all":[{{"v":{text}}}]}}"#));
            assert_eq!(problems, [("/formula/all/0/v".into(), "E_RANGE".into())], "{text}");
            assert_eq!(value, json!({"all": [{"v": null}]}), "{text}");
        }
    }

    #[test]
    fn a_number_that_is_kept_is_taken() {
        for text in [
            "0",
            "-0",
            "0.0",
            "0e999999",
            "30",
            "30.0",
            "1.50",
            "0.1",
            "1e2",
            "1E+2",
            "100000e-3",
            "9007199254740993",
            "999999999999999.5",
            "0.000001",
            "1e21",
        ] {
            assert_eq!(read(text).1, [], "{text}");
        }
    }

    #[test]
    fn a_text_without_an_end_or_with_u0000_and_a_member_twice_are_told() {
        for (text, pointer, code) in [
            (r#"{"a":"x\u0000"}"#, "/formula/a", "E_RANGE"),
            (r#"{"a\u0000":1}"#, "/formula", "E_RANGE"),
            (r#"{"a":"\ud800"}"#, "/formula/a", "E_TYPE"),
            (r#"{"a":1,"a":2}"#, "/formula/a", "E_SHAPE"),
            (r#"{"\ud800":1}"#, "/formula", "E_TYPE"),
        ] {
            assert_eq!(read(text).1, [(pointer.into(), code.into())], "{text}");
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let problems = read(&deep).1;
        assert_eq!((problems.len(), problems[0].1.as_str()), (1, "E_DEPTH"));
    }

    #[test]
    fn what_is_no_json_is_no_body() {
        for text in ["", "{", "[1,]", "NaN", "{\"a\":01}", "1 2", "'x'"] {
            assert!(body(text.as_bytes()).is_none(), "{text}");
        }
        assert!(body(b"\"\xff\"").is_none());
    }

    #[test]
    fn a_problem_is_told_once() {
        let problem = |pointer: &str| Problem::new(pointer, "E", "", "");
        let pointers = |problems: Vec<Problem>| problems.into_iter().map(|p| p.pointer).collect::<Vec<_>>();
        let told = all(vec![problem("/a")], vec![problem("/a"), problem("/a/b"), problem("/ab")]);
        assert_eq!(pointers(told), ["/a", "/ab"]);
    }
}
