//! A formula: which records of an entity count, what is made of them, and how they are listed.

mod read;
pub(super) mod write;

pub use read::literal;

use std::collections::BTreeMap;

use super::catalogue::{Entity, Field};
use super::kind::{Kind, Op};
use super::number::Number;
use super::value::Value;

/// Deepest nesting of groups, the outermost counted; and of arithmetic.
pub const DEEPEST: usize = 6;
/// Conditions of a formula.
pub const MOST_LEAVES: usize = 50;
/// Values of a list.
pub const MOST_VALUES: usize = 100;
/// Of a formula as it is sent.
pub const MOST_BYTES: usize = 64 * 1024;

/// Read and checked: every name in it is known, every value fits its field.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    pub entity: Entity,
    /// None: every record.
    pub filter: Option<Clause>,
    pub params: BTreeMap<String, Param>,
    pub measure: Measure,
    pub rank_by: Vec<Rank>,
    /// Empty: the entity's usual ones.
    pub columns: Vec<&'static Field>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Clause {
    All(Vec<Clause>),
    Any(Vec<Clause>),
    Not(Box<Clause>),
    Test(Test),
}

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    pub field: &'static Field,
    pub op: Op,
    pub right: Right,
}

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Right {
    /// `is_null`, `not_null`.
    Nothing,
    One(Operand),
    /// Both ends included.
    Between(Operand, Operand),
    /// `in`, `not_in`.
    Many(Vec<Value>),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    Value(Value),
    /// A civil date so many days after today, before it when less than 0.
    DaysFromNow(i32),
    /// Another field of the same kind: text, choice, date or bool.
    Field(&'static Field),
    Expr(Expr),
}

/// Arithmetic over number fields and parameters. Empty where a part is empty, by zero, and beyond 15 digits.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    Field(&'static Field),
    Param(String),
    Number(Number),
    Add(Vec<Expr>),
    Sub(Vec<Expr>),
    Mul(Vec<Expr>),
    Div(Box<Expr>, Box<Expr>),
    /// The first that is not empty.
    Coalesce(Vec<Expr>),
}

/// A number that an admin may turn without touching the formula's shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// `int`, `decimal` or `money`.
    pub kind: Kind,
    pub default: Number,
    pub min: Option<Number>,
    pub max: Option<Number>,
    pub label: String,
}

/// What is made of the records that count.
#[derive(Debug, Clone, PartialEq)]
pub enum Measure {
    Tally(Tally),
    /// Empty where the second is empty or zero.
    Ratio(Box<Share>, Box<Share>),
    /// The mean of each record's score, 0 to 100.
    Score(Vec<Piece>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tally {
    Count,
    Sum(&'static Field),
    /// Of those where it is not empty.
    Avg(&'static Field),
}

/// A part of a ratio.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    pub tally: Tally,
    /// Over all records of the entity, not only those that the formula finds.
    pub base: bool,
    /// Only those of them.
    pub filter: Option<Clause>,
}

/// A part of a score: where its value stands between two bounds, 0 at the first, 1 at the second.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    pub label: String,
    pub weight: Number,
    pub value: Expr,
    pub from: Number,
    pub to: Number,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rank {
    pub field: &'static Field,
    pub descending: bool,
}

impl Formula {
    /// The columns that a list of its records shows.
    pub fn shown(&self) -> Vec<&'static Field> {
        match self.columns.as_slice() {
            [] => self.entity.usual_columns().iter().filter_map(|code| self.entity.field(code)).collect(),
            columns => columns.to_vec(),
        }
    }
}
