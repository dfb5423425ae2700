//! A tree as the fields of a form.

use serde_json::Value as Json;

use super::condition::Condition;
use super::rest::{MeasureRow, ParamRow, RankRow};
use super::{Form, Join, Node};
use crate::metrics::Formula;
use crate::metrics::catalogue::Entity;

impl Form {
    /// The same formula in inputs.
    pub fn of(formula: &Formula) -> Form {
        Form::of_tree(&formula.to_json())
    }

    /// Of a tree as [`Formula::to_json`] writes it.
    pub fn of_tree(tree: &Json) -> Form {
        let entity = tree.get("entity").and_then(Json::as_str).and_then(Entity::parse).unwrap_or(Entity::Customer);
        let list = |key: &str| tree.get(key).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let params = tree.get("params").and_then(Json::as_object);
        let (root, bare) = match tree.get("where").map(|clause| node(entity, clause)) {
            None => (Node::Group(Join::All, Vec::new()), false),
            Some(group @ Node::Group(..)) => (group, false),
            Some(alone) => (Node::Group(Join::All, vec![alone]), true),
        };
        Form {
            root,
            bare,
            params: params
                .map(|params| params.iter().map(|(name, param)| ParamRow::of_json(name, param)).collect())
                .unwrap_or_default(),
            measure: tree.get("measure").map(MeasureRow::of_json).unwrap_or_default(),
            rank: list("rank_by").iter().map(RankRow::of_json).collect(),
            columns: list("columns").iter().filter_map(Json::as_str).map(str::to_owned).collect(),
            ..Form::blank(entity)
        }
    }
}

fn node(entity: Entity, clause: &Json) -> Node {
    let members = |list: &Json| -> Vec<Node> {
        list.as_array().map(|list| list.iter().map(|one| node(entity, one)).collect()).unwrap_or_default()
    };
    if let Some(list) = clause.get("all") {
        return Node::Group(Join::All, members(list));
    }
    if let Some(list) = clause.get("any") {
        return Node::Group(Join::Any, members(list));
    }
    if let Some(inner) = clause.get("not") {
        return match inner.get("any") {
            Some(list) if list.as_array().is_some_and(|list| list.len() > 1) => Node::Group(Join::None, members(list)),
            _ => Node::Group(Join::None, vec![node(entity, inner)]),
        };
    }
    Node::Condition(Box::new(Condition::of_json(entity, clause).unwrap_or_default()))
}
