//! Stand-in until it lands.
use serde::Serialize;

use super::error::MetricError;
use super::formula::Formula;
use super::now::Now;
use super::number::Number;
use crate::db::TenantTx;

#[derive(Serialize)]
pub struct Changed {
    pub change: &'static str,
    pub pointer: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

pub struct Moved {
    pub enter: Number,
    pub leave: Number,
}

pub struct Diff {
    pub clauses: Vec<Changed>,
    pub enter: Vec<i64>,
    pub leave: Vec<i64>,
    pub stay: Vec<i64>,
    pub money: Moved,
}

pub async fn diff(
    _tx: &mut TenantTx,
    _from: Option<&Formula>,
    _to: Option<&Formula>,
    _now: &Now,
) -> Result<Diff, MetricError> {
    let money = Moved { enter: Number::ZERO, leave: Number::ZERO };
    Ok(Diff { clauses: Vec::new(), enter: Vec::new(), leave: Vec::new(), stay: Vec::new(), money })
}
