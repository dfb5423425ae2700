//! How many records are left after each clause, in one query: each condition is a column, each count a filter over them.

use std::collections::BTreeMap;

use sqlx::Row as _;

use super::Field;
use super::compile::Compiler;
use super::error::MetricError;
use super::formula::{Clause, Formula};
use super::now::Now;
use super::problem::at;
use super::run;
use super::walk::{fields_of, walk};
use crate::db::TenantTx;

/// How many are left after each clause, and how often each field that a condition asks for is empty.
pub(super) struct Counted {
    pub base: i64,
    pub matched: i64,
    pub left: BTreeMap<String, i64>,
    pub empty: Vec<(&'static Field, i64)>,
}

pub(super) async fn count(tx: &mut TenantTx, formula: &Formula, now: &Now) -> Result<Counted, MetricError> {
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
