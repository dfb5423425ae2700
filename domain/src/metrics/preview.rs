//! What a formula finds, before it is saved: how many, who, how many are left after each clause, and why a record counts or not.

use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::Row as _;

use super::compile::Compiler;
use super::error::MetricError;
use super::evaluate::Evaluator;
use super::explain::{Explained, explain};
use super::formula::{Clause, Expr, Formula, Operand, Right};
use super::now::Now;
use super::number::Number;
use super::problem::{Problem, at};
use super::run::{self, Record};
use super::{Field, sentence, warn};
use crate::db::TenantTx;

/// Records that are shown.
pub const SHOWN: i64 = 20;
/// Percent of records in which a field is empty, from which on that is worth a warning.
const MOSTLY_EMPTY: i64 = 30;

#[derive(Debug, Clone)]
pub struct Preview {
    /// Records that count.
    pub total: i64,
    /// All of the entity.
    pub base: i64,
    /// Of the measure.
    pub value: Option<Number>,
    pub rows: Vec<Record>,
    /// What is left after each clause of the outermost group, in their order.
    pub funnel: Vec<Step>,
    /// The same after every clause, however deep, by its pointer into the tree.
    pub counts: BTreeMap<String, i64>,
    pub explain: Option<Explained>,
    pub warnings: Vec<Problem>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    pub pointer: String,
    /// In words.
    pub clause: String,
    pub count: i64,
}

/// Looks at the tenant's rows as they are. `record` asks why that one counts; an id that is not there is not explained.
pub async fn preview(
    tx: &mut TenantTx,
    formula: &Formula,
    now: &Now,
    record: Option<i64>,
) -> Result<Preview, MetricError> {
    let counted = count(tx, formula, now).await?;
    let measured = run::measure(tx, formula, now).await?;
    let rows = run::rows(tx, formula, now, SHOWN, 0).await?;
    let explain = match record {
        None => None,
        Some(id) => run::whole(tx, formula, now, Some(id))
            .await?
            .pop()
            .map(|(id, row)| explain(&Evaluator { formula, today: now.today }, id, &row)),
    };
    let funnel = steps(formula).into_iter().map(|(pointer, clause)| Step {
        count: counted.left.get(&pointer).copied().unwrap_or_default(),
        clause: sentence::clause(formula, clause),
        pointer,
    });
    Ok(Preview {
        total: measured.matched,
        base: measured.base,
        value: measured.value,
        rows,
        funnel: funnel.collect(),
        explain,
        warnings: warnings_of(formula, &counted, measured.matched, measured.base),
        counts: counted.left,
    })
}

/// Warnings that need no data, and those that do.
pub async fn warnings(tx: &mut TenantTx, formula: &Formula, now: &Now) -> Result<Vec<Problem>, MetricError> {
    let counted = count(tx, formula, now).await?;
    Ok(warnings_of(formula, &counted, counted.matched, counted.base))
}

fn warnings_of(formula: &Formula, counted: &Counted, matched: i64, base: i64) -> Vec<Problem> {
    let mut found = warn::warnings(formula);
    let entities = formula.entity.plural().to_lowercase();
    if base > 0 && matched == base {
        let message = format!("It finds all {base} {entities}.");
        found.push(Problem::new("/where", "W_MATCHES_ALL", message, "Add a condition that tells some from others."));
    }
    if base > 0 && matched == 0 {
        let message = format!("It finds none of {base} {entities}.");
        found.push(Problem::new("/where", "W_MATCHES_NONE", message, "See after which condition nothing is left."));
    }
    for (field, empty) in &counted.empty {
        if base > 0 && empty * 100 > base * MOSTLY_EMPTY {
            let share = empty * 100 / base;
            let message = format!("{} is empty for {share}% of {entities}.", field.label);
            let fix = "Rows in which it is empty pass only \u{201c}is empty\u{201d}, \u{201c}is not\u{201d} and \u{201c}is none of\u{201d}.";
            found.push(Problem::new(pointer_of(formula, field), "W_NULL_HEAVY", message, fix));
        }
    }
    found
}

/// The first condition that asks for a field.
fn pointer_of(formula: &Formula, field: &'static Field) -> String {
    let mut found = None;
    walk(formula, &mut |pointer, clause| {
        if let Clause::Test(test) = clause
            && found.is_none()
            && fields_of(test).contains(&field)
        {
            found = Some(at(pointer, "f"));
        }
    });
    found.unwrap_or_else(|| "/where".into())
}

/// The clauses of the outermost group; the whole where it is none.
fn steps(formula: &Formula) -> Vec<(String, &Clause)> {
    match &formula.filter {
        None => Vec::new(),
        Some(Clause::All(clauses)) => {
            clauses.iter().enumerate().map(|(n, clause)| (format!("/where/all/{n}"), clause)).collect()
        }
        Some(clause) => vec![("/where".into(), clause)],
    }
}

/// How many are left after each clause, and how often each field that a condition asks for is empty.
struct Counted {
    base: i64,
    matched: i64,
    left: BTreeMap<String, i64>,
    empty: Vec<(&'static Field, i64)>,
}

async fn count(tx: &mut TenantTx, formula: &Formula, now: &Now) -> Result<Counted, MetricError> {
    let mut compiler = Compiler::new(formula, now, tx.tenant());
    let mut leaves = Vec::new();
    let mut asked: Vec<&'static Field> = Vec::new();
    walk(formula, &mut |_, clause| {
        if let Clause::Test(test) = clause {
            leaves.push(compiler.test(test));
            for field in fields_of(test) {
                if field.nullable && !asked.contains(&field) {
                    asked.push(field);
                }
            }
        }
    });
    let mut columns: Vec<String> = leaves.iter().enumerate().map(|(n, leaf)| format!("{leaf} as l{n}")).collect();
    columns.extend(asked.iter().enumerate().map(|(n, field)| format!("({} is null) as e{n}", compiler.column(field))));
    columns.push("r.id".into());
    let mut counts = Vec::new();
    let whole = match &formula.filter {
        None => "(f.id is not null)".into(),
        Some(filter) => left_after(filter, "/where", &|found| found, &mut 0, &mut counts),
    };
    let mut told = vec!["count(*)".to_owned(), format!("count(*) filter (where {whole})")];
    told.extend(counts.iter().map(|(_, left)| format!("count(*) filter (where {left})")));
    told.extend((0..asked.len()).map(|n| format!("count(*) filter (where f.e{n})")));
    let source = compiler.source();
    let sql = format!("select {} from (select {} from ({source}) r) f", told.join(", "), columns.join(", "));
    let row = run::one(tx, compiler.end(sql)?).await?;
    let mut left = BTreeMap::new();
    for (n, (pointer, _)) in counts.iter().enumerate() {
        left.insert(pointer.clone(), row.try_get(n + 2)?);
    }
    let mut empty = Vec::with_capacity(asked.len());
    for (n, field) in asked.iter().enumerate() {
        empty.push((*field, row.try_get(n + 2 + counts.len())?));
    }
    Ok(Counted { base: row.try_get(0)?, matched: row.try_get(1)?, left, empty })
}

/// Which records are left once a clause has been read, given what stands before it: written for each clause. Returns the
/// clause itself. Leaves are numbered in the order of [`walk`].
fn left_after(
    clause: &Clause,
    pointer: &str,
    within: &dyn Fn(String) -> String,
    leaf: &mut usize,
    counts: &mut Vec<(String, String)>,
) -> String {
    let group = |clauses: &[Clause], key: &str, by: &str, leaf: &mut usize, counts: &mut Vec<(String, String)>| {
        let mut before: Vec<String> = Vec::new();
        for (n, clause) in clauses.iter().enumerate() {
            let sofar = before.clone();
            let inside = |found: String| {
                let all: Vec<String> = sofar.iter().cloned().chain([found]).collect();
                within(format!("({})", all.join(by)))
            };
            before.push(left_after(clause, &at(&at(pointer, key), &n.to_string()), &inside, leaf, counts));
        }
        format!("({})", before.join(by))
    };
    let found = match clause {
        Clause::All(clauses) => group(clauses, "all", " and ", leaf, counts),
        Clause::Any(clauses) => group(clauses, "any", " or ", leaf, counts),
        Clause::Not(inner) => {
            let inside = |found: String| within(format!("(not {found})"));
            format!("(not {})", left_after(inner, &at(pointer, "not"), &inside, leaf, counts))
        }
        Clause::Test(_) => {
            *leaf += 1;
            format!("f.l{}", *leaf - 1)
        }
    };
    counts.push((pointer.to_owned(), within(found.clone())));
    found
}

/// Every clause of the filter with its pointer into the tree, the outer before the inner.
pub(super) fn walk<'a>(formula: &'a Formula, see: &mut dyn FnMut(&str, &'a Clause)) {
    if let Some(filter) = &formula.filter {
        walk_clause(filter, "/where", see);
    }
}

fn walk_clause<'a>(clause: &'a Clause, pointer: &str, see: &mut dyn FnMut(&str, &'a Clause)) {
    see(pointer, clause);
    let mut all = |clauses: &'a [Clause], key: &str| {
        for (n, clause) in clauses.iter().enumerate() {
            walk_clause(clause, &at(&at(pointer, key), &n.to_string()), see);
        }
    };
    match clause {
        Clause::All(clauses) => all(clauses, "all"),
        Clause::Any(clauses) => all(clauses, "any"),
        Clause::Not(inner) => walk_clause(inner, &at(pointer, "not"), see),
        Clause::Test(_) => {}
    }
}

/// The fields that a condition asks for.
pub(super) fn fields_of(test: &super::formula::Test) -> Vec<&'static Field> {
    let mut fields = vec![test.field];
    let mut operand = |operand: &Operand| match operand {
        Operand::Field(field) => fields.push(field),
        Operand::Expr(expr) => fields_of_expr(expr, &mut fields),
        Operand::Value(_) | Operand::DaysFromNow(_) => {}
    };
    match &test.right {
        Right::One(one) => operand(one),
        Right::Between(least, most) => {
            operand(least);
            operand(most);
        }
        Right::Nothing | Right::Many(_) => {}
    }
    fields
}

fn fields_of_expr(expr: &Expr, fields: &mut Vec<&'static Field>) {
    match expr {
        Expr::Field(field) => fields.push(field),
        Expr::Param(_) | Expr::Number(_) => {}
        Expr::Add(parts) | Expr::Sub(parts) | Expr::Mul(parts) | Expr::Coalesce(parts) => {
            parts.iter().for_each(|part| fields_of_expr(part, fields));
        }
        Expr::Div(top, bottom) => {
            fields_of_expr(top, fields);
            fields_of_expr(bottom, fields);
        }
    }
}
