//! The rest of a formula as rows of inputs: parameters, measure, order, columns, stored tests.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::metrics::catalogue::Entity;
use crate::metrics::kind::Kind;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct ParamRow {
    pub name: String,
    pub kind: String,
    pub default: String,
    pub min: String,
    pub max: String,
    pub label: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct MeasureRow {
    /// `count`, `sum`, `avg`, `ratio`, `score`.
    pub kind: String,
    /// Of a sum or an average.
    pub of: String,
    pub num: ShareRow,
    pub den: ShareRow,
    pub pieces: Vec<PieceRow>,
}

/// A part of a ratio.
#[derive(Debug, Clone, PartialEq)]
pub struct ShareRow {
    pub kind: String,
    pub of: String,
    pub base: bool,
    /// Its own conditions travel as they are written.
    pub filter: Option<Json>,
}

/// A part of a score.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PieceRow {
    pub label: String,
    pub weight: String,
    pub of: String,
    /// A value that is more than a field.
    pub value: Option<Json>,
    pub from: String,
    pub to: String,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct RankRow {
    pub of: String,
    pub descending: bool,
}

/// Values of fields, and whether a record with them counts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TestRow {
    pub values: BTreeMap<String, String>,
    pub expected: bool,
}

impl Default for MeasureRow {
    fn default() -> MeasureRow {
        MeasureRow {
            kind: "count".into(),
            of: String::new(),
            num: ShareRow::default(),
            den: ShareRow { base: true, ..ShareRow::default() },
            pieces: Vec::new(),
        }
    }
}

impl Default for ShareRow {
    fn default() -> ShareRow {
        ShareRow { kind: "count".into(), of: String::new(), base: false, filter: None }
    }
}

/// A text member; empty where it is not there.
fn text(of: &Json, key: &str) -> String {
    of.get(key).and_then(Json::as_str).unwrap_or_default().to_owned()
}

impl ParamRow {
    pub(super) fn of_json(name: &str, param: &Json) -> ParamRow {
        ParamRow {
            name: name.to_owned(),
            kind: text(param, "type"),
            default: text(param, "default"),
            min: text(param, "min"),
            max: text(param, "max"),
            label: text(param, "label"),
        }
    }

    pub(super) fn to_json(&self) -> Json {
        let mut told = json!({"type": self.kind, "default": self.default.trim()});
        for (key, value) in [("min", self.min.trim()), ("max", self.max.trim()), ("label", self.label.as_str())] {
            if !value.is_empty() {
                told[key] = json!(value);
            }
        }
        told
    }
}

impl MeasureRow {
    pub(super) fn of_json(measure: &Json) -> MeasureRow {
        let kind = text(measure, "kind");
        let share = |key: &str, usual: ShareRow| measure.get(key).map_or(usual, ShareRow::of_json);
        let usual = MeasureRow::default();
        let pieces = measure.get("pieces").and_then(Json::as_array);
        MeasureRow {
            kind: if kind.is_empty() { usual.kind } else { kind },
            of: text(measure, "f"),
            num: share("num", usual.num),
            den: share("den", usual.den),
            pieces: pieces.map(|pieces| pieces.iter().map(PieceRow::of_json).collect()).unwrap_or_default(),
        }
    }

    pub(super) fn to_json(&self) -> Json {
        match self.kind.as_str() {
            "sum" | "avg" => json!({"kind": self.kind, "f": self.of}),
            "ratio" => json!({"kind": "ratio", "num": self.num.to_json(), "den": self.den.to_json()}),
            "score" => json!({"kind": "score", "pieces": self.pieces.iter().map(PieceRow::to_json).collect::<Json>()}),
            other => json!({"kind": other}),
        }
    }
}

impl ShareRow {
    fn of_json(share: &Json) -> ShareRow {
        ShareRow {
            kind: text(share, "kind"),
            of: text(share, "f"),
            base: share.get("base").and_then(Json::as_bool).unwrap_or(false),
            filter: share.get("where").cloned(),
        }
    }

    fn to_json(&self) -> Json {
        let mut told = Map::from_iter([("kind".to_owned(), json!(self.kind))]);
        if self.kind != "count" {
            told.insert("f".into(), json!(self.of));
        }
        if self.base {
            told.insert("base".into(), json!(true));
        }
        if let Some(filter) = &self.filter {
            told.insert("where".into(), filter.clone());
        }
        told.into()
    }
}

impl PieceRow {
    fn of_json(piece: &Json) -> PieceRow {
        let value = piece.get("value").cloned().unwrap_or_default();
        let of = value.as_object().filter(|members| members.len() == 1).map_or_else(String::new, |_| text(&value, "f"));
        PieceRow {
            label: text(piece, "label"),
            weight: text(piece, "weight"),
            value: of.is_empty().then_some(value),
            of,
            from: text(piece, "from"),
            to: text(piece, "to"),
        }
    }

    fn to_json(&self) -> Json {
        let value = self.value.clone().unwrap_or_else(|| json!({"f": self.of}));
        json!({"label": self.label, "weight": self.weight.trim(), "value": value, "from": self.from.trim(), "to": self.to.trim()})
    }
}

impl RankRow {
    pub(super) fn of_json(rank: &Json) -> RankRow {
        RankRow { of: text(rank, "f"), descending: text(rank, "dir") == "desc" }
    }

    pub(super) fn to_json(&self) -> Json {
        json!({"f": self.of, "dir": if self.descending { "desc" } else { "asc" }})
    }
}

impl TestRow {
    /// As a definition carries it.
    pub fn of_json(test: &Json) -> TestRow {
        let told = |value: &Json| match value {
            Json::Null => String::new(),
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        let fields = test.get("fields").and_then(Json::as_object);
        TestRow {
            values: fields
                .map(|fields| fields.iter().map(|(code, value)| (code.clone(), told(value))).collect())
                .unwrap_or_default(),
            expected: test.get("expected").and_then(Json::as_bool).unwrap_or(false),
        }
    }

    /// The stored ones of a version.
    pub fn all(stored: &serde_json::value::RawValue) -> Vec<TestRow> {
        let tests: Json = serde_json::from_str(stored.get()).unwrap_or_default();
        tests.as_array().map(|tests| tests.iter().map(TestRow::of_json).collect()).unwrap_or_default()
    }

    /// An input that stands empty is an empty field.
    pub fn to_json(&self, entity: Entity) -> Json {
        let of = |(code, text): (&String, &String)| {
            let kind = entity.field(code).map_or(Kind::Text, |field| field.kind);
            let value = match kind {
                _ if text.trim().is_empty() => Json::Null,
                Kind::Int => text.trim().parse::<i64>().map_or_else(|_| json!(text), Json::from),
                Kind::Bool => text.parse::<bool>().map_or_else(|_| json!(text), Json::from),
                _ => json!(text),
            };
            (code.clone(), value)
        };
        json!({"fields": self.values.iter().map(of).collect::<Map<String, Json>>(), "expected": self.expected})
    }
}
