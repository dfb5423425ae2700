//! Retiring a metric: all its versions at once, with the reason and what to use instead.

use serde_json::json;

use super::code::MetricCode;
use super::content::LONGEST_TEXT;
use super::definition::{Definition, State};
use super::error::MetricError;
use super::fields::Fields;
use super::problem::Problem;
use super::used_by::{self, Use};
use super::{change, put, sent, store};
use crate::identity::Change;
use crate::params::{Fault, Params};
use crate::services::Services;

/// Why, and what instead. Both may be left out: scripts of the first system send neither.
#[derive(Debug, Default)]
pub struct Retirement {
    pub reason: Option<String>,
    pub replaced_by: Option<String>,
    pub problems: Vec<Problem>,
}

impl Retirement {
    /// Reads the bytes of a body.
    pub fn read(bytes: &[u8]) -> Result<Retirement, Fault> {
        let body = sent::object(bytes)?;
        let mut fields = Fields::of(body, "", &["reason", "replacedBy"]);
        let reason = fields.lines("reason");
        let replaced_by = fields.get("replacedBy").filter(|raw| raw.get() != "null").is_some();
        let replaced_by = if replaced_by { fields.text("replacedBy") } else { None };
        Ok(Retirement { reason, replaced_by, problems: fields.end() })
    }

    /// The same from a query, for who sends no body with a DELETE.
    pub fn of(mut params: Params) -> Result<Retirement, Fault> {
        let (reason, replaced_by) = (params.text("reason")?, params.text("replacedBy")?);
        params.end()?;
        let reason = reason.map(|reason| reason.trim().to_owned());
        if reason.as_ref().is_some_and(|reason| reason.chars().count() > LONGEST_TEXT) {
            return Err(Fault::new("reason", "is too long"));
        }
        Ok(Retirement { reason, replaced_by, problems: Vec::new() })
    }
}

/// What was retired.
#[derive(Debug)]
pub struct Retired {
    pub definition: Definition,
    pub message: String,
    /// What still relies on it.
    pub used_by: Vec<Use>,
}

/// Retires a metric.
pub async fn deprecate(
    services: &Services,
    change: &Change<'_>,
    code: &MetricCode,
    retirement: Retirement,
) -> Result<Retired, MetricError> {
    let Retirement { reason, replaced_by, problems } = retirement;
    let mut tx = services.db.tenant_tx(&change.caller.actor()).await?;
    let codes: Vec<String> = replaced_by.iter().cloned().chain([code.to_string()]).collect();
    let heads = put::lock(&mut tx, &codes).await?;
    let lives = |code: &str| heads.iter().any(|head| head.code == code && head.state != State::Deprecated);
    if !lives(code.as_str()) {
        return Err(MetricError::NotFoundOrDeprecated(code.to_string()));
    }
    if !problems.is_empty() {
        return Err(MetricError::Problems(problems));
    }
    if let Some(other) = replaced_by.as_deref().filter(|other| *other == code.as_str() || !lives(other)) {
        return Err(MetricError::Problems(vec![no_replacement(other, "/replacedBy")]));
    }
    let before = store::find(&mut tx, code).await?.ok_or_else(|| MetricError::NotFound(code.to_string()))?;
    put::retire(&mut tx, code, change::by(change), reason.as_deref(), replaced_by.as_deref()).await?;
    let definition = store::find(&mut tx, code).await?.ok_or_else(|| MetricError::NotFound(code.to_string()))?;
    let was = json!({"state": before.state, "activeVersion": before.active_version});
    let is = json!({"state": definition.state, "reason": reason, "replacedBy": replaced_by});
    change.record(&mut tx, ("metric", code.as_str()), "deprecate", Some(was), Some(is)).await?;
    let used_by = used_by::of(&mut tx, code).await?;
    tx.commit().await?;
    Ok(Retired { definition, message: "Metric definition deprecated".into(), used_by })
}

pub(super) fn no_replacement(other: &str, pointer: &str) -> Problem {
    let message = format!("\u{201c}{other}\u{201d} is no other metric that is in use.");
    Problem::new(pointer, "E_DEPRECATED_REF", message, "Name a metric that is not deprecated.")
}
