//! The fields of a form as a tree, with the way back: which input a place in the tree came from.

use serde_json::{Map, Value as Json, json};

use super::{Form, Join, Node, ROOT};
use crate::metrics::problem::at;

/// A tree, and where its parts stand in the form.
#[derive(Debug, Clone)]
pub struct Written {
    pub tree: Json,
    pub places: Places,
}

/// JSON pointers with the names of form parts.
#[derive(Debug, Clone, Default)]
pub struct Places(Vec<(String, String)>);

impl Places {
    fn set(&mut self, pointer: &str, name: impl Into<String>) {
        self.0.push((pointer.to_owned(), name.into()));
    }

    /// The part of the form that this pointer lies in: the nearest one above it.
    pub fn part(&self, pointer: &str) -> Option<(&str, String)> {
        let within = |place: &str| pointer.strip_prefix(place).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let found = self.0.iter().filter_map(|(place, name)| Some((place.len(), name, within(place)?)));
        found.max_by_key(|(length, _, _)| *length).map(|(_, name, rest)| (name.as_str(), rest.to_owned()))
    }

    /// The name of the part that this pointer is the place of.
    pub fn exactly(&self, pointer: &str) -> Option<&str> {
        self.0.iter().find(|(place, _)| place == pointer).map(|(_, name)| name.as_str())
    }
}

impl Form {
    /// The tree that it says. Without `blanks`, conditions that are not filled in yet are left out, and groups of nothing else.
    pub fn tree(&self, blanks: bool) -> Written {
        let mut places = Places::default();
        let mut tree =
            Map::from_iter([("schema".to_owned(), json!(1)), ("entity".to_owned(), json!(self.entity.as_str()))]);
        places.set("/entity", "entity");
        if let Some(clause) = self.filter(blanks, &mut places) {
            tree.insert("where".into(), clause);
        }
        let params: Vec<_> = self.params.iter().enumerate().filter(|(_, row)| blanks || !row.name.is_empty()).collect();
        if !params.is_empty() {
            places.set("/params", "p");
            let of = |(index, row): (usize, &super::ParamRow)| {
                places.set(&at("/params", &row.name), format!("p/{index}"));
                (row.name.clone(), row.to_json())
            };
            tree.insert("params".into(), params.into_iter().map(of).collect::<Map<String, Json>>().into());
        }
        places.set("/measure", "m");
        for (index, _) in self.measure.pieces.iter().enumerate() {
            places.set(&format!("/measure/pieces/{index}"), format!("m/{index}"));
        }
        tree.insert("measure".into(), self.measure.to_json());
        if !self.rank.is_empty() {
            places.set("/rank_by", "r");
            let of = |(index, row): (usize, &super::RankRow)| {
                places.set(&format!("/rank_by/{index}"), format!("r/{index}"));
                row.to_json()
            };
            tree.insert("rank_by".into(), self.rank.iter().enumerate().map(of).collect());
        }
        if !self.columns.is_empty() {
            places.set("/columns", "c");
            for index in 0..self.columns.len() {
                places.set(&format!("/columns/{index}"), format!("c/{index}"));
            }
            tree.insert("columns".into(), json!(self.columns));
        }
        Written { tree: tree.into(), places }
    }

    fn filter(&self, blanks: bool, places: &mut Places) -> Option<Json> {
        let Node::Group(join, members) = &self.root else { return None };
        if members.is_empty() {
            return None;
        }
        if let (true, Join::All, [only @ Node::Condition(_)]) = (self.bare, join, members.as_slice()) {
            return self.clause(only, &format!("{ROOT}/0"), "/where", blanks, places);
        }
        self.clause(&self.root, ROOT, "/where", blanks, places)
    }

    /// None: nothing of it is filled in.
    fn clause(&self, node: &Node, name: &str, pointer: &str, blanks: bool, places: &mut Places) -> Option<Json> {
        let (join, members) = match node {
            Node::Condition(condition) => {
                if !blanks && condition.is_blank(self.entity) {
                    return None;
                }
                places.set(pointer, name);
                return Some(condition.to_json(self.entity));
            }
            Node::Group(join, members) => (*join, members),
        };
        let counts = |member: &&Node| blanks || self.says(member);
        let several = members.iter().filter(counts).count() != 1;
        let list = match join {
            Join::All => at(pointer, "all"),
            Join::Any => at(pointer, "any"),
            Join::None if several => at(&at(pointer, "not"), "any"),
            Join::None => at(pointer, "not"),
        };
        places.set(pointer, name);
        places.set(&list, name);
        let mut told: Vec<Json> = Vec::new();
        for (index, member) in members.iter().enumerate() {
            let place = if join == Join::None && !several { list.clone() } else { at(&list, &told.len().to_string()) };
            told.extend(self.clause(member, &format!("{name}/{index}"), &place, blanks, places));
        }
        if told.is_empty() && !blanks {
            return None;
        }
        Some(match join {
            Join::All => json!({"all": told}),
            Join::Any => json!({"any": told}),
            Join::None if several => json!({"not": {"any": told}}),
            Join::None => json!({"not": told.pop().unwrap_or_default()}),
        })
    }

    /// Whether a part of it is filled in.
    fn says(&self, node: &Node) -> bool {
        match node {
            Node::Condition(condition) => !condition.is_blank(self.entity),
            Node::Group(_, members) => members.iter().any(|member| self.says(member)),
        }
    }

    /// Its stored tests as a definition carries them.
    pub fn tests_json(&self) -> Json {
        self.tests.iter().map(|test| test.to_json(self.entity)).collect()
    }
}
