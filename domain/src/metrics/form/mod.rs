//! A formula as the fields of a form: names that are paths (`n/0/1.op`), from which the host makes the tree again.
//!
//! Nothing is lost on the way: what inputs cannot show travels beside them as JSON. A form of a tree reads back to the same tree.

mod condition;
mod read;
mod rest;
mod step;
#[cfg(test)]
mod tests;
mod tree;
mod write;

pub use condition::{Condition, How, Operand};
pub use read::Fields;
pub use rest::{MeasureRow, ParamRow, PieceRow, RankRow, ShareRow, TestRow};
pub use step::Did;
pub use write::{Places, Written};

use super::catalogue::Entity;

/// The outermost group.
pub const ROOT: &str = "n";

/// What stands in the editor.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    pub code: String,
    pub name: String,
    pub description: String,
    /// For the version that is made.
    pub note: String,
    pub entity: Entity,
    /// Always a group.
    pub root: Node,
    /// The outermost group has one member only because the form needs a group there.
    pub bare: bool,
    pub params: Vec<ParamRow>,
    pub measure: MeasureRow,
    pub rank: Vec<RankRow>,
    pub columns: Vec<String>,
    pub tests: Vec<TestRow>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    Group(Join, Vec<Node>),
    Condition(Box<Condition>),
}

/// What holds a group together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    All,
    Any,
    /// Not any of them.
    None,
}

impl Join {
    pub const ALL: [Join; 3] = [Join::All, Join::Any, Join::None];

    pub const fn as_str(self) -> &'static str {
        match self {
            Join::All => "all",
            Join::Any => "any",
            Join::None => "none",
        }
    }

    pub fn parse(text: &str) -> Option<Join> {
        Join::ALL.into_iter().find(|join| join.as_str() == text)
    }

    /// For its menu.
    pub const fn words(self) -> &'static str {
        match self {
            Join::All => "all of these hold",
            Join::Any => "any of these holds",
            Join::None => "none of these holds",
        }
    }

    /// Between its members.
    pub const fn between(self) -> &'static str {
        match self {
            Join::All => "AND",
            Join::Any | Join::None => "OR",
        }
    }
}

impl Node {
    pub fn blank() -> Node {
        Node::Condition(Box::default())
    }
}

impl Form {
    /// One without conditions: every record, counted.
    pub fn blank(entity: Entity) -> Form {
        Form {
            code: String::new(),
            name: String::new(),
            description: String::new(),
            note: String::new(),
            entity,
            root: Node::Group(Join::All, Vec::new()),
            bare: false,
            params: Vec::new(),
            measure: MeasureRow::default(),
            rank: Vec::new(),
            columns: Vec::new(),
            tests: Vec::new(),
        }
    }

    /// The fields that its conditions ask of, each once.
    pub fn asked(&self) -> Vec<&'static super::Field> {
        fn gather(entity: Entity, node: &Node, found: &mut Vec<&'static super::Field>) {
            let mut add = |code: &str| {
                if let Some(field) = entity.field(code).filter(|field| !found.contains(field)) {
                    found.push(field);
                }
            };
            match node {
                Node::Condition(condition) => condition.fields().for_each(&mut add),
                Node::Group(_, members) => members.iter().for_each(|member| gather(entity, member, found)),
            }
        }
        let mut found = Vec::new();
        gather(self.entity, &self.root, &mut found);
        found
    }

    /// The id of the input that a place within a part is entered in.
    pub fn input(&self, part: &str, rest: &str) -> String {
        let mut node = Some(&self.root);
        for index in part.split('/').skip(1) {
            node = match node {
                Some(Node::Group(_, members)) => index.parse::<usize>().ok().and_then(|index| members.get(index)),
                _ => None,
            };
        }
        match node {
            Some(Node::Condition(condition)) => format!("{part}.{}", condition.input(rest)),
            _ => format!("{part}.join"),
        }
    }

    /// How many conditions it has, and how many of them are not filled in yet.
    pub fn conditions(&self) -> (usize, usize) {
        fn count(entity: Entity, node: &Node) -> (usize, usize) {
            match node {
                Node::Condition(condition) => (1, usize::from(condition.is_blank(entity))),
                Node::Group(_, members) => members
                    .iter()
                    .map(|member| count(entity, member))
                    .fold((0, 0), |sum, more| (sum.0 + more.0, sum.1 + more.1)),
            }
        }
        count(self.entity, &self.root)
    }
}
