//! What a formula finds, before it is saved: how many, who, how many are left after each clause, and why a record counts or not.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::count::{Counted, count};
use super::error::MetricError;
use super::evaluate::Evaluator;
use super::explain::{Explained, explain};
use super::formula::{Clause, Formula};
use super::now::Now;
use super::number::Number;
use super::problem::{Problem, at};
use super::run::{self, Record};
use super::walk::{fields_of, walk};
use super::{Field, Op, sentence, warn};
use crate::calendar;
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
    /// The day of the first opportunity that the mirror holds: what looks farther back than that sees nothing there.
    pub history_from: Option<NaiveDate>,
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
        history_from: history_from(tx, now).await?,
    })
}

async fn history_from(tx: &mut TenantTx, now: &Now) -> Result<Option<NaiveDate>, MetricError> {
    let tenant = tx.tenant();
    let first = sqlx::query_scalar!("select min(starts_at) from opportunities where tenant_id = $1", tenant);
    Ok(first.fetch_one(tx.connection()).await?.map(|at| calendar::date(at, now.zone)))
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
        if base > 0 && empty * 100 > base * MOSTLY_EMPTY && !minds_empty(formula, field) {
            let share = empty * 100 / base;
            let message = format!("{} is empty for {share}% of {entities}.", field.label);
            let fix = "Rows in which it is empty pass only \u{201c}is empty\u{201d}, \u{201c}is not\u{201d} and \u{201c}is none of\u{201d}.";
            found.push(Problem::new(pointer_of(formula, field), "W_NULL_HEAVY", message, fix));
        }
    }
    found
}

/// Whether a condition says what becomes of records in which the field is empty.
fn minds_empty(formula: &Formula, field: &'static Field) -> bool {
    let mut minds = false;
    walk(formula, &mut |_, clause| {
        if let Clause::Test(test) = clause {
            minds |= test.field == field && matches!(test.op, Op::IsNull | Op::NotNull);
        }
    });
    minds
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
