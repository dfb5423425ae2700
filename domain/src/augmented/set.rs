//! Adding to an opportunity, and changing what was added.

use serde_json::{Map, Value, json};

use super::store::{self, Augmentation};
use super::{RiskLevel, WriteError};
use crate::audit::{self, Request};
use crate::db::TenantTx;
use crate::opportunities::store::known_among;
use crate::params::Fault;
use crate::patch::{Said, line, lines, object};

/// What is to be changed; fields that nothing is said of stay.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Patch {
    /// Up to 100 characters.
    pub workflow_status: Said<String>,
    /// One of [`RiskLevel`].
    pub risk_level: Said<String>,
    /// Up to 4,000 characters, in lines.
    pub risk_notes: Said<String>,
    /// 0 to 100.
    pub financial_health_score: Said<i64>,
    /// An object, which takes the place of the one before; null empties it.
    pub custom_calculations: Said<Value>,
}

impl Patch {
    /// Whether it could be set: something that is kept to be set later is refused when it is kept.
    pub(crate) fn check(&self) -> Result<(), WriteError> {
        Checked::of(self.clone()).map(drop)
    }
}

/// Sets what is added to an opportunity of the mirror; the caller commits. With `expected_version` it is refused when another
/// one stands; 0 says that there is none yet. What changes nothing writes nothing.
pub async fn set(
    tx: &mut TenantTx,
    hand: &Request<'_>,
    opportunity: i64,
    patch: Patch,
    expected_version: Option<i64>,
) -> Result<Augmentation, WriteError> {
    let checked = Checked::of(patch)?;
    if known_among(tx, &[opportunity]).await?.is_empty() {
        return Err(WriteError::NotFound("opportunity"));
    }
    // Who is overtaken by the first writer changes what that one wrote.
    loop {
        let before = store::hold(tx, opportunity).await?;
        let version = before.as_ref().map_or(0, |before| before.version);
        WriteError::unless_current(expected_version, version, before.as_ref())?;
        let wanted = checked.clone().over(opportunity, before.as_ref());
        let after = match &before {
            Some(before) if columns(before) == columns(&wanted) => return Ok(wanted),
            Some(_) => store::update(tx, &wanted).await?,
            None => match store::insert(tx, &wanted).await? {
                Some(after) => after,
                None => continue,
            },
        };
        let (old, new) = audit::difference(before.as_ref().map(columns), columns(&after));
        let action = if before.is_some() { "set" } else { "create" };
        hand.record(tx, ("augmentation", &opportunity.to_string()), action, old, Some(new)).await?;
        return Ok(after);
    }
}

/// A patch whose values keep their rules.
#[derive(Debug, Clone)]
struct Checked {
    workflow_status: Said<String>,
    risk_level: Said<String>,
    risk_notes: Said<String>,
    financial_health_score: Said<i32>,
    custom_calculations: Said<Value>,
}

impl Checked {
    fn of(patch: Patch) -> Result<Checked, WriteError> {
        if patch == Patch::default() {
            return Err(Fault::new("body", "expected at least one field to set").into());
        }
        let level = |text: String| match RiskLevel::parse(&text) {
            Some(level) => Ok(Some(level.as_str().to_owned())),
            None => Err(Fault::new("riskLevel", "expected LOW, MEDIUM, HIGH or CRITICAL")),
        };
        let score = |score: i64| match i32::try_from(score) {
            Ok(score @ 0..=100) => Ok(Some(score)),
            _ => Err(Fault::new("financialHealthScore", "expected an integer from 0 to 100")),
        };
        Ok(Checked {
            workflow_status: patch.workflow_status.checked(|text| line("workflowStatus", &text, 100))?,
            risk_level: patch.risk_level.checked(level)?,
            risk_notes: patch.risk_notes.checked(|text| lines("riskNotes", &text, 4000))?,
            financial_health_score: patch.financial_health_score.checked(score)?,
            custom_calculations: patch
                .custom_calculations
                .checked(|value| object("customCalculations", value).map(Some))?,
        })
    }

    fn over(self, opportunity: i64, before: Option<&Augmentation>) -> Augmentation {
        let before = before.cloned().unwrap_or_else(|| Augmentation {
            opportunity_id: opportunity,
            workflow_status: None,
            risk_level: None,
            risk_notes: None,
            financial_health_score: None,
            custom_calculations: json!({}),
            last_updated: chrono::DateTime::UNIX_EPOCH,
            version: 0,
        });
        Augmentation {
            workflow_status: self.workflow_status.over(before.workflow_status),
            risk_level: self.risk_level.over(before.risk_level),
            risk_notes: self.risk_notes.over(before.risk_notes),
            financial_health_score: self.financial_health_score.over(before.financial_health_score),
            custom_calculations: self
                .custom_calculations
                .over(Some(before.custom_calculations))
                .unwrap_or_else(|| json!({})),
            ..before
        }
    }
}

/// What people set, under the columns' names.
fn columns(row: &Augmentation) -> Map<String, Value> {
    let fields = [
        ("workflow_status", json!(row.workflow_status)),
        ("risk_level", json!(row.risk_level)),
        ("risk_notes", json!(row.risk_notes)),
        ("financial_health_score", json!(row.financial_health_score)),
        ("custom_calculations", row.custom_calculations.clone()),
    ];
    fields.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(patch: Patch) -> String {
        match Checked::of(patch) {
            Err(WriteError::Invalid(fault)) => fault.field,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn each_value_that_breaks_its_rule_names_its_field() {
        assert_eq!(fault(Patch::default()), "body");
        assert_eq!(fault(Patch { risk_level: Said::To("low".into()), ..Patch::default() }), "riskLevel");
        assert_eq!(fault(Patch { workflow_status: Said::To("x".repeat(101)), ..Patch::default() }), "workflowStatus");
        assert_eq!(fault(Patch { risk_notes: Said::To("x\0".into()), ..Patch::default() }), "riskNotes");
        for score in [-1, 101, i64::MAX, i64::MIN] {
            let patch = Patch { financial_health_score: Said::To(score), ..Patch::default() };
            assert_eq!(fault(patch), "financialHealthScore");
        }
        assert_eq!(
            fault(Patch { custom_calculations: Said::To(json!([1])), ..Patch::default() }),
            "customCalculations"
        );
    }

    #[test]
    fn what_nothing_is_said_of_stays() {
        let first =
            Patch { risk_level: Said::To("HIGH".into()), risk_notes: Said::To("late".into()), ..Patch::default() };
        let first = Checked::of(first).unwrap().over(7, None);
        let then =
            Patch { risk_notes: Said::To("  ".into()), financial_health_score: Said::To(40), ..Patch::default() };
        let then = Checked::of(then).unwrap().over(7, Some(&first));
        assert_eq!(
            (then.risk_level.as_deref(), then.risk_notes, then.financial_health_score),
            (Some("HIGH"), None, Some(40))
        );
    }
}
