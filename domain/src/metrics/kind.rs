//! Kinds of values, and which questions can be asked of each.

use serde::{Deserialize, Serialize};

/// What the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Text,
    /// One of the words that the catalogue lists.
    Choice,
    /// A whole number.
    Int,
    Decimal,
    /// In the tenant's currency, two places.
    Money,
    /// A civil date of the tenant's zone.
    Date,
    Bool,
}

/// A question about a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    Eq,
    Ne,
    Lt,
    Lte,
    Gt,
    Gte,
    Between,
    Contains,
    StartsWith,
    In,
    NotIn,
    Is,
    IsNull,
    NotNull,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Choice => "choice",
            Kind::Int => "int",
            Kind::Decimal => "decimal",
            Kind::Money => "money",
            Kind::Date => "date",
            Kind::Bool => "bool",
        }
    }

    /// Whether one can reckon with it.
    pub const fn is_number(self) -> bool {
        matches!(self, Kind::Int | Kind::Decimal | Kind::Money)
    }

    /// Which questions can be asked of it, in the order of menus.
    pub const fn ops(self) -> &'static [Op] {
        match self {
            Kind::Text => &[Op::Eq, Op::Ne, Op::Contains, Op::StartsWith, Op::In, Op::NotIn, Op::IsNull, Op::NotNull],
            Kind::Choice => &[Op::Eq, Op::Ne, Op::In, Op::NotIn, Op::IsNull, Op::NotNull],
            Kind::Int | Kind::Decimal | Kind::Money | Kind::Date => &[
                Op::Gt,
                Op::Gte,
                Op::Lt,
                Op::Lte,
                Op::Eq,
                Op::Ne,
                Op::Between,
                Op::In,
                Op::NotIn,
                Op::IsNull,
                Op::NotNull,
            ],
            Kind::Bool => &[Op::Is, Op::IsNull, Op::NotNull],
        }
    }
}

impl Op {
    pub const ALL: [Op; 14] = [
        Op::Eq,
        Op::Ne,
        Op::Lt,
        Op::Lte,
        Op::Gt,
        Op::Gte,
        Op::Between,
        Op::Contains,
        Op::StartsWith,
        Op::In,
        Op::NotIn,
        Op::Is,
        Op::IsNull,
        Op::NotNull,
    ];

    /// As formulas name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Op::Eq => "eq",
            Op::Ne => "ne",
            Op::Lt => "lt",
            Op::Lte => "lte",
            Op::Gt => "gt",
            Op::Gte => "gte",
            Op::Between => "between",
            Op::Contains => "contains",
            Op::StartsWith => "starts_with",
            Op::In => "in",
            Op::NotIn => "not_in",
            Op::Is => "is",
            Op::IsNull => "is_null",
            Op::NotNull => "not_null",
        }
    }

    pub fn parse(text: &str) -> Option<Op> {
        Op::ALL.into_iter().find(|op| op.as_str() == text)
    }

    /// What stands in menus and sentences.
    pub const fn words(self, kind: Kind) -> &'static str {
        match (self, kind) {
            (Op::Eq | Op::Is, _) => "is",
            (Op::Ne, _) => "is not",
            (Op::Lt, Kind::Date) => "is before",
            (Op::Lte, Kind::Date) => "is on or before",
            (Op::Gt, Kind::Date) => "is after",
            (Op::Gte, Kind::Date) => "is on or after",
            (Op::Lt, _) => "is less than",
            (Op::Lte, _) => "is at most",
            (Op::Gt, _) => "is more than",
            (Op::Gte, _) => "is at least",
            (Op::Between, _) => "is between",
            (Op::Contains, _) => "contains",
            (Op::StartsWith, _) => "starts with",
            (Op::In, _) => "is one of",
            (Op::NotIn, _) => "is none of",
            (Op::IsNull, _) => "is empty",
            (Op::NotNull, _) => "is not empty",
        }
    }

    /// Whether rows in which the field is empty pass it too. Screens say so.
    pub const fn takes_empty(self) -> bool {
        matches!(self, Op::Ne | Op::NotIn | Op::IsNull)
    }
}
