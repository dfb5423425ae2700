//! What a rule sets of what the business adds to an opportunity: fields that are left out stay, null empties one.

use serde_json::{Map, Value};

use crate::augmented::{Patch, WriteError};
use crate::params::Fault;
use crate::patch::Said;

/// The fields that are set, as they were written.
#[derive(Debug, Clone, PartialEq)]
pub struct Additions(Map<String, Value>);

impl Additions {
    pub(super) fn read(at: &str, value: Value) -> Result<Additions, Fault> {
        let Value::Object(fields) = value else { return Err(Fault::new(at, "expected an object")) };
        let additions = Additions(fields);
        let inside = |fault: Fault| match fault.field.as_str() {
            "body" => Fault::new(at, fault.reason),
            field => Fault::new(&format!("{at}.{field}"), fault.reason),
        };
        match additions.patch().map_err(inside)?.check() {
            Err(WriteError::Invalid(fault)) => Err(inside(fault)),
            _ => Ok(additions),
        }
    }

    pub(super) fn to_value(&self) -> Value {
        Value::Object(self.0.clone())
    }

    /// As the augmentation takes it.
    pub(super) fn patch(&self) -> Result<Patch, Fault> {
        let mut patch = Patch::default();
        for (field, value) in &self.0 {
            match field.as_str() {
                "workflowStatus" => patch.workflow_status = text(field, value)?,
                "riskLevel" => patch.risk_level = text(field, value)?,
                "riskNotes" => patch.risk_notes = text(field, value)?,
                "financialHealthScore" => patch.financial_health_score = whole(field, value)?,
                "customCalculations" => {
                    patch.custom_calculations = Said::from(Some(value.clone()).filter(|v| !v.is_null()))
                }
                _ => return Err(Fault::new(field, "is no field of it")),
            }
        }
        Ok(patch)
    }

    /// In a sentence.
    pub(super) fn words(&self) -> String {
        let field = |(name, value): (&String, &Value)| match value {
            Value::Null => format!("{name} to nothing"),
            Value::String(text) => format!("{name} to {text}"),
            other => format!("{name} to {other}"),
        };
        let fields: Vec<String> = self.0.iter().map(field).collect();
        format!("Set {}", fields.join(", "))
    }
}

fn text(field: &str, value: &Value) -> Result<Said<String>, Fault> {
    match value {
        Value::Null => Ok(Said::Null),
        Value::String(text) => Ok(Said::To(text.clone())),
        _ => Err(Fault::new(field, "expected a text")),
    }
}

fn whole(field: &str, value: &Value) -> Result<Said<i64>, Fault> {
    match value {
        Value::Null => Ok(Said::Null),
        other => other.as_i64().map(Said::To).ok_or_else(|| Fault::new(field, "expected an integer from 0 to 100")),
    }
}
