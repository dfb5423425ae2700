//! Stand-in until the reader lands.
use serde_json::Value as Json;

use super::{Clause, Formula, Measure, Operand, Right, Tally, Test};
use crate::metrics::catalogue::Entity;
use crate::metrics::kind::Op;
use crate::metrics::number::Number;
use crate::metrics::problem::Problem;
use crate::metrics::value::Value;

impl Formula {
    pub fn read(sent: &Json) -> Result<Formula, Vec<Problem>> {
        let Some(code) = sent.get("field").and_then(Json::as_str) else {
            return Err(vec![Problem::new("/field", "E_TYPE", "is missing", "")]);
        };
        let Some(field) = Entity::Customer.field(code) else {
            return Err(vec![Problem::new("/field", "E_FIELD_UNKNOWN", "is no field", "")]);
        };
        let number = sent.get("value").and_then(Json::as_i64).and_then(Number::whole);
        let Some(number) = number else { return Err(vec![Problem::new("/value", "E_TYPE", "is no number", "")]) };
        let test = Test { field, op: Op::Gt, right: Right::One(Operand::Value(Value::Number(number))) };
        Ok(Formula {
            entity: Entity::Customer,
            filter: Some(Clause::Test(test)),
            params: Default::default(),
            measure: Measure::Tally(Tally::Count),
            rank_by: Vec::new(),
            columns: Vec::new(),
        })
    }
}
