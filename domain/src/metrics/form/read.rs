//! The pairs of a posted form.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::condition::{Condition, How, Operand};
use super::rest::{MeasureRow, ParamRow, PieceRow, RankRow, ShareRow, TestRow};
use super::{Form, Join, Node, ROOT};
use crate::metrics::catalogue::Entity;

/// Groups within groups that a form can have: more than a formula may.
const DEEPEST: usize = 12;
/// Rows of a kind, and members of a group: more than a formula may have.
const MOST: usize = 200;

/// What was posted: names with their values, in their order.
#[derive(Debug, Clone, Default)]
pub struct Fields(BTreeMap<String, Vec<String>>);

impl Fields {
    pub fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Fields {
        let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in pairs {
            // A browser ends lines as the web does.
            fields.entry(name).or_default().push(value.replace("\r\n", "\n"));
        }
        Fields(fields)
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Empty where there is none.
    pub fn text(&self, name: &str) -> String {
        self.0.get(name).and_then(|values| values.first()).cloned().unwrap_or_default()
    }

    fn all(&self, name: &str) -> Vec<String> {
        self.0.get(name).cloned().unwrap_or_default()
    }

    fn json(&self, name: &str) -> Option<Json> {
        serde_json::from_str(&self.text(name)).ok()
    }

    /// How many rows of a kind there are: `p/0.name`, `p/1.name`.
    fn rows(&self, kind: &str, part: &str) -> impl Iterator<Item = String> {
        (0..MOST).map(move |index| format!("{kind}/{index}")).take_while(move |row| self.has(&format!("{row}.{part}")))
    }

    fn node(&self, name: &str, depth: usize) -> Option<Node> {
        if let Some(join) = Join::parse(&self.text(&format!("{name}.join"))) {
            let members = (0..MOST).map_while(|index| self.node(&format!("{name}/{index}"), depth + 1));
            return (depth < DEEPEST).then(|| Node::Group(join, members.collect()));
        }
        self.has(&format!("{name}.f")).then(|| Node::Condition(Box::new(self.condition(name))))
    }

    fn condition(&self, name: &str) -> Condition {
        let list = self.all(&format!("{name}.list"));
        Condition {
            field: self.text(&format!("{name}.f")),
            op: self.text(&format!("{name}.op")),
            operands: [self.operand(name, ""), self.operand(name, "2")],
            list: list
                .iter()
                .flat_map(|lines| lines.split('\n'))
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
                .collect(),
            list_json: self.json(&format!("{name}.list_json")),
        }
    }

    fn operand(&self, name: &str, which: &str) -> Operand {
        let text = |part: &str| self.text(&format!("{name}.{part}{which}"));
        Operand {
            how: How::parse(&text("how")).unwrap_or_default(),
            text: text("v"),
            of: text("of"),
            by: text("by"),
            flip: !text("flip").is_empty(),
            json: self.json(&format!("{name}.json{which}")),
        }
    }

    fn share(&self, name: &str) -> ShareRow {
        let kind = self.text(&format!("{name}.kind"));
        ShareRow {
            kind: if kind.is_empty() { "count".into() } else { kind },
            of: self.text(&format!("{name}.of")),
            base: self.has(&format!("{name}.base")),
            filter: self.json(&format!("{name}.where")),
        }
    }

    fn test(&self, row: &str) -> TestRow {
        let start = format!("{row}.v/");
        let values = self.0.range(start.clone()..).take_while(|(name, _)| name.starts_with(&start));
        TestRow {
            values: values.map(|(name, values)| (name[start.len()..].to_owned(), values.concat())).collect(),
            expected: self.text(&format!("{row}.expected")) == "in",
        }
    }
}

impl Form {
    pub fn read(fields: &Fields) -> Form {
        let entity = Entity::parse(&fields.text("entity")).unwrap_or(Entity::Customer);
        let root = match fields.node(ROOT, 0) {
            Some(group @ Node::Group(..)) => group,
            _ => Node::Group(Join::All, Vec::new()),
        };
        let kind = fields.text("m.kind");
        let usual = MeasureRow::default();
        let part = |row: &str, part: &str| fields.text(&format!("{row}.{part}"));
        let measure = MeasureRow {
            kind: if kind.is_empty() { usual.kind } else { kind },
            of: fields.text("m.of"),
            num: if fields.has("m.num.kind") { fields.share("m.num") } else { usual.num },
            den: if fields.has("m.den.kind") { fields.share("m.den") } else { usual.den },
            pieces: fields
                .rows("m", "weight")
                .map(|row| PieceRow {
                    label: part(&row, "label"),
                    weight: part(&row, "weight"),
                    of: part(&row, "of"),
                    value: fields.json(&format!("{row}.value")),
                    from: part(&row, "from"),
                    to: part(&row, "to"),
                })
                .collect(),
        };
        let mut form = Form {
            code: fields.text("code"),
            name: fields.text("name"),
            description: fields.text("description"),
            note: fields.text("note"),
            root,
            bare: fields.has("bare"),
            params: fields
                .rows("p", "name")
                .map(|row| ParamRow {
                    name: part(&row, "name").trim().to_owned(),
                    kind: part(&row, "type"),
                    default: part(&row, "default"),
                    min: part(&row, "min"),
                    max: part(&row, "max"),
                    label: part(&row, "label"),
                })
                .collect(),
            measure,
            // A row without a field is the one that waits for a further one.
            rank: fields
                .rows("r", "of")
                .map(|row| RankRow { of: part(&row, "of"), descending: part(&row, "dir") == "desc" })
                .filter(|rank| !rank.of.is_empty())
                .collect(),
            columns: fields.rows("c", "of").map(|row| part(&row, "of")).filter(|code| !code.is_empty()).collect(),
            tests: fields.rows("t", "expected").map(|row| fields.test(&row)).collect(),
            ..Form::blank(entity)
        };
        form.settle();
        form
    }

    /// After something was chosen, what no longer fits it gives way.
    fn settle(&mut self) {
        fn each(entity: Entity, node: &mut Node) {
            match node {
                Node::Condition(condition) => condition.settle(entity),
                Node::Group(_, members) => members.iter_mut().for_each(|member| each(entity, member)),
            }
        }
        each(self.entity, &mut self.root);
    }
}
