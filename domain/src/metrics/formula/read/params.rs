//! Parameters, with their bounds.

use serde_json::{Map, Value as Json};

use super::{Reader, short};
use crate::metrics::formula::Param;
use crate::metrics::kind::Kind;
use crate::metrics::number::Number;
use crate::metrics::problem::at;

const MOST: usize = 20;
const LONGEST_LABEL: usize = 100;

impl Reader {
    pub(super) fn params(&mut self, pointer: &str, sent: &Json) {
        let Json::Object(all) = sent else {
            self.wrong(
                pointer,
                "E_TYPE",
                "Parameters are an object.",
                r#"Send {"k": {"type": "decimal", "default": "1.5"}}."#,
            );
            return;
        };
        if all.len() > MOST {
            self.wrong(pointer, "E_LIMIT", format!("There are at most {MOST} parameters."), "Leave some out.");
            return;
        }
        for (name, sent) in all {
            let place = at(pointer, name);
            self.declared.insert(name.clone());
            if !is_name(name) {
                let message = "A parameter's name has 1 to 40 of a to z, 0 to 9 and _, and begins with a letter.";
                self.wrong(&place, "E_RANGE", message, "Such as k, or late_factor.");
                continue;
            }
            let Json::Object(fields) = sent else {
                self.wrong(
                    &place,
                    "E_TYPE",
                    "A parameter is an object.",
                    r#"Send {"type": "decimal", "default": "1.5"}."#,
                );
                continue;
            };
            if let Some(param) = self.one_param(&place, fields) {
                self.params.insert(name.clone(), param);
            }
        }
    }

    fn one_param(&mut self, place: &str, fields: &Map<String, Json>) -> Option<Param> {
        self.known_keys(place, fields, &["type", "default", "min", "max", "label"]);
        let kind = match fields.get("type").and_then(Json::as_str) {
            Some("int") => Kind::Int,
            Some("decimal") => Kind::Decimal,
            Some("money") => Kind::Money,
            _ => {
                self.wrong(&at(place, "type"), "E_TYPE", "A parameter is a number.", "One of: int, decimal, money.");
                return None;
            }
        };
        let mut bound = |name: &str| -> Option<Option<Number>> {
            match fields.get(name).filter(|sent| !sent.is_null()) {
                None => Some(None),
                Some(sent) => self.number(&at(place, name), Some(kind.as_str()), sent).map(Some),
            }
        };
        let (default, min, max) = (bound("default"), bound("min"), bound("max"));
        let (default, min, max) = (default?, min?, max?);
        let Some(default) = default else {
            self.wrong(&at(place, "default"), "E_MISSING", "A parameter has a default.", "Give the usual number.");
            return None;
        };
        if min.is_some_and(|min| default < min) || max.is_some_and(|max| default > max) {
            self.wrong(
                &at(place, "default"),
                "E_RANGE",
                "The default lies outside of its bounds.",
                "Move it, or the bounds.",
            );
            return None;
        }
        let label = match fields.get("label") {
            None | Some(Json::Null) => String::new(),
            Some(Json::String(label))
                if label.chars().count() <= LONGEST_LABEL && !label.chars().any(char::is_control) =>
            {
                label.trim().to_owned()
            }
            Some(_) => {
                let message = format!("A label is a text of at most {LONGEST_LABEL} characters.");
                self.wrong(&at(place, "label"), "E_RANGE", message, "Shorten it.");
                return None;
            }
        };
        Some(Param { kind, default, min, max, label })
    }

    pub(super) fn unused_params(&mut self) {
        let unused: Vec<String> = self.declared.difference(&self.used).cloned().collect();
        for name in unused {
            let message = format!("Nothing uses the parameter \u{201c}{}\u{201d}.", short(&name));
            self.wrong(&at("/params", &name), "E_PARAM_UNUSED", message, "Use it, or remove it.");
        }
    }
}

fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    name.len() <= 40
        && bytes.next().is_some_and(|first| first.is_ascii_lowercase())
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
