//! What changes in the business when one version of a metric replaces another: whose clauses, who enters and leaves, what money.

use serde::Serialize;

use super::catalogue::Entity;
use super::error::MetricError;
use super::formula::write::clause as clause_json;
use super::formula::{Clause, Formula};
use super::now::Now;
use super::number::Number;
use super::problem::at;
use super::run::{self, Member};
use super::sentence;
use crate::db::TenantTx;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    pub clauses: Vec<Changed>,
    /// Ids of records, ascending.
    pub enter: Vec<i64>,
    pub leave: Vec<i64>,
    pub stay: Vec<i64>,
    pub money: Moved,
}

/// Sums of the money at stake ([`Entity::money`]) over those who enter and those who leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    pub enter: Number,
    pub leave: Number,
}

/// A part of the formula that is not as it was, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// `added`, `removed`, `changed`.
    pub change: &'static str,
    /// Into the newer tree, into the older one of what was removed.
    pub pointer: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// The difference at one moment. A version without a formula finds nobody.
pub async fn diff(
    tx: &mut TenantTx,
    from: Option<&Formula>,
    to: Option<&Formula>,
    now: &Now,
) -> Result<Diff, MetricError> {
    let members = match (from, to) {
        (Some(from), Some(to)) if from.entity == to.entity => run::members(tx, from, to, now).await?,
        // Ids of different entities mean different things: all leave, all enter.
        (from, to) => {
            let left = alone(tx, from, now, true).await?;
            left.into_iter().chain(alone(tx, to, now, false).await?).collect()
        }
    };
    let some = |first, second| members.iter().filter(move |member| member.first == first && member.second == second);
    let ids = |first, second| some(first, second).map(|member| member.id).collect();
    let sum = |first, second| {
        let total = some(first, second).filter_map(|member| member.money).map(Number::millionths).sum();
        Number::from_millionths(total).unwrap_or(Number::MAX)
    };
    Ok(Diff {
        clauses: clauses(from, to),
        enter: ids(false, true),
        leave: ids(true, false),
        stay: ids(true, true),
        money: Moved { enter: sum(false, true), leave: sum(true, false) },
    })
}

async fn alone(
    tx: &mut TenantTx,
    formula: Option<&Formula>,
    now: &Now,
    first: bool,
) -> Result<Vec<Member>, MetricError> {
    let Some(formula) = formula else { return Ok(Vec::new()) };
    let members = run::members(tx, formula, formula, now).await?;
    Ok(members.into_iter().map(|member| Member { first, second: !first, ..member }).collect())
}

/// What differs in the formulas themselves.
pub fn clauses(from: Option<&Formula>, to: Option<&Formula>) -> Vec<Changed> {
    let (mut before, mut after) = (parts(from), parts(to));
    // What stands in both, wherever, is no difference.
    before.retain(|part| match after.iter().position(|other| other.same_as(part)) {
        Some(place) => {
            after.remove(place);
            false
        }
        None => true,
    });
    let mut changes = Vec::new();
    for part in before {
        let replaced = after.iter().position(|other| other.about == part.about).map(|place| after.remove(place));
        changes.push(match replaced {
            Some(new) => {
                Changed { change: "changed", pointer: new.pointer, before: Some(part.words), after: Some(new.words) }
            }
            None => Changed { change: "removed", pointer: part.pointer, before: Some(part.words), after: None },
        });
    }
    let added = |part: Part| Changed { change: "added", pointer: part.pointer, before: None, after: Some(part.words) };
    changes.extend(after.into_iter().map(added));
    changes
}

/// A part of a formula that can be compared with another's.
struct Part {
    pointer: String,
    /// Parts about the same thing replace each other.
    about: String,
    /// How it is spelt; equal means the same.
    spelt: String,
    words: String,
}

impl Part {
    fn same_as(&self, other: &Part) -> bool {
        self.about == other.about && self.spelt == other.spelt
    }
}

fn parts(formula: Option<&Formula>) -> Vec<Part> {
    let Some(formula) = formula else { return Vec::new() };
    let mut parts = Vec::new();
    let mut add = |pointer: String, about: String, spelt: String, words: String| {
        parts.push(Part { pointer, about, spelt, words });
    };
    let entity: Entity = formula.entity;
    add("/entity".into(), "entity".into(), entity.as_str().into(), entity.plural().into());
    let tree = formula.to_json();
    let params = tree["params"].to_string();
    let clauses: Vec<(String, &Clause)> = match &formula.filter {
        None => Vec::new(),
        Some(Clause::All(clauses)) => {
            clauses.iter().enumerate().map(|(n, clause)| (at("/where/all", &n.to_string()), clause)).collect()
        }
        Some(clause) => vec![("/where".into(), clause)],
    };
    for (pointer, clause) in clauses {
        let about = match clause {
            Clause::Test(test) => format!("condition on {}", test.field.code),
            Clause::All(_) => "group of all".into(),
            Clause::Any(_) => "group of any".into(),
            Clause::Not(_) => "not".into(),
        };
        let words = sentence::clause(formula, clause);
        // With the words, in which the parameters' values are.
        add(pointer, about, format!("{} {words}", clause_json(clause)), words);
    }
    for (name, label) in [("measure", "measure"), ("rank_by", "order"), ("columns", "columns")] {
        let spelt = tree.get(name).map(ToString::to_string).unwrap_or_default();
        if !spelt.is_empty() {
            let words = if name == "measure" { formula.sentence() } else { format!("{label}: {spelt}") };
            add(format!("/{name}"), label.into(), spelt, words);
        }
    }
    if params != "null" {
        add("/params".into(), "parameters".into(), params.clone(), format!("parameters: {params}"));
    }
    parts
}
