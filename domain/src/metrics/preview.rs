//! Stand-in until it lands.
use std::collections::BTreeMap;

use serde::Serialize;

use super::error::MetricError;
use super::formula::Formula;
use super::now::Now;
use super::number::Number;
use super::problem::Problem;
use super::run::Record;
use crate::db::TenantTx;

#[derive(Serialize)]
pub struct Step {
    pub pointer: String,
    pub clause: String,
    pub count: i64,
}

#[derive(Serialize)]
pub struct Answer {
    pub pointer: String,
    pub depth: usize,
    pub clause: String,
    pub holds: bool,
    pub found: String,
}

#[derive(Serialize)]
pub struct Explained {
    pub id: i64,
    pub name: Option<String>,
    pub matches: bool,
    pub clauses: Vec<Answer>,
}

pub struct Preview {
    pub total: i64,
    pub base: i64,
    pub value: Option<Number>,
    pub rows: Vec<Record>,
    pub funnel: Vec<Step>,
    pub counts: BTreeMap<String, i64>,
    pub explain: Option<Explained>,
    pub warnings: Vec<Problem>,
}

pub async fn preview(
    _tx: &mut TenantTx,
    _formula: &Formula,
    _now: &Now,
    _record: Option<i64>,
) -> Result<Preview, MetricError> {
    Ok(Preview {
        total: 0,
        base: 0,
        value: None,
        rows: Vec::new(),
        funnel: Vec::new(),
        counts: BTreeMap::new(),
        explain: None,
        warnings: Vec::new(),
    })
}
