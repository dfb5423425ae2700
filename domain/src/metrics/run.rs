//! Stand-in until it lands.
use super::catalogue::Field;
use super::error::MetricError;
use super::formula::Formula;
use super::now::Now;
use super::number::Number;
use super::value::Value;
use crate::db::TenantTx;

pub struct Measured {
    pub value: Option<Number>,
    pub matched: i64,
    pub base: i64,
}

pub struct Record {
    pub id: i64,
    pub values: Vec<Option<Value>>,
}

pub async fn read_only(_tx: &mut TenantTx) -> Result<(), sqlx::Error> {
    Ok(())
}

pub async fn measure(_tx: &mut TenantTx, _formula: &Formula, _now: &Now) -> Result<Measured, MetricError> {
    Ok(Measured { value: Some(Number::ZERO), matched: 0, base: 0 })
}

pub async fn rows(
    _tx: &mut TenantTx,
    _formula: &Formula,
    _now: &Now,
    _limit: i64,
    _offset: i64,
) -> Result<Vec<Record>, MetricError> {
    Ok(Vec::new())
}

pub fn listed(formula: &Formula) -> Vec<&'static Field> {
    formula.shown()
}
