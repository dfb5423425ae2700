//! Formulas that are tried before they are saved: what they find, and what is wrong with them.

use chrono::Utc;
use chrono_tz::Tz;
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::content::{self, Checked};
use super::draft::{Draft, For};
use super::error::MetricError;
use super::fields::Fields;
use super::formula::{Formula, MOST_BYTES};
use super::now::Now;
use super::preview::{self, Preview};
use super::problem::Problem;
use super::stored_test::Failed;
use super::{run, sent, told, warn};
use crate::db::TenantTx;
use crate::params::Fault;

/// A formula to look at.
#[derive(Debug)]
pub struct Trial {
    pub formula: Formula,
    pub now: Now,
    /// The record that is to be explained.
    pub record: Option<i64>,
}

impl Trial {
    /// Reads `{formula, now?, recordId?}`, with everything that is wrong with it.
    pub fn read(bytes: &[u8], zone: Tz) -> Result<Trial, MetricError> {
        let mut fields = Fields::of(sent::object(bytes)?, "", &["formula", "now", "recordId"]);
        fields.need(&["formula"]);
        let formula = fields.raw("formula");
        let given = |fields: &Fields<'_>, name: &str| fields.get(name).is_some_and(|raw| raw.get() != "null");
        let now = if given(&fields, "now") { fields.text("now") } else { None };
        let record = if given(&fields, "recordId") { fields.id("recordId") } else { None };
        let mut problems = Vec::new();
        let formula = formula.and_then(|raw| {
            if raw.get().len() > MOST_BYTES {
                problems.push(content::too_large("/formula"));
                return None;
            }
            content::read_formula(&sent::kept(&raw)).map_err(|found| problems.extend(found)).ok()
        });
        let now = now.map_or_else(|| Ok(Now::of(Utc::now(), zone)), |text| Now::read(&text, zone));
        let now = now.map_err(|problem| problems.push(problem)).ok();
        let problems = sent::all(fields.end(), problems);
        match (formula, now) {
            (Some(formula), Some(now)) if problems.is_empty() => Ok(Trial { formula, now, record }),
            _ => Err(MetricError::Problems(problems)),
        }
    }

    /// What it finds now, on a transaction of its own.
    pub async fn preview(&self, tx: &mut TenantTx) -> Result<Preview, MetricError> {
        run::read_only(tx).await?;
        preview::preview(tx, &self.formula, &self.now, self.record).await
    }

    /// A preview as answers tell it.
    pub fn told(&self, preview: &Preview) -> Json {
        let fields = run::listed(&self.formula);
        json!({
            "total": preview.total,
            "base": preview.base,
            "value": preview.value.map(|value| value.to_string()),
            "now": self.now.at,
            "rows": told::records(&fields, &preview.rows),
            "columns": told::columns(&fields),
            "funnel": preview.funnel,
            "counts": preview.counts,
            "explain": preview.explain,
            "sentence": self.formula.sentence(),
            "compiled": self.formula.to_json(),
            "warnings": sent_with(preview.warnings.clone()),
            "historyFrom": preview.history_from,
        })
    }
}

/// What is known of a formula.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Validation {
    /// Where there is no error: to be tried on data.
    #[serde(skip)]
    formula: Option<(Formula, Now)>,
    pub errors: Vec<Problem>,
    pub warnings: Vec<Problem>,
    /// Stored tests that were sent along and fail now.
    pub failed_tests: Vec<Failed>,
    /// Null where there is an error.
    pub sentence: Option<String>,
    pub compiled: Option<Json>,
}

impl Validation {
    /// Adds the warnings that need the tenant's rows. A formula that takes too long on them is an error of its own.
    pub async fn warn_of(&mut self, tx: &mut TenantTx) -> Result<(), MetricError> {
        let Some((formula, now)) = self.formula.take() else { return Ok(()) };
        run::read_only(tx).await?;
        match preview::warnings(tx, &formula, &now).await {
            Ok(warnings) => self.warnings = sent_with(warnings),
            Err(error @ MetricError::TooLong) => {
                let fix = "Say it with fewer conditions, or about fewer fields.";
                self.errors.push(Problem::new("/formula/where", "E_TOO_LONG", format!("{error}."), fix));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// Pointers into the body that carried the formula, as those of errors are.
fn sent_with(warnings: Vec<Problem>) -> Vec<Problem> {
    warnings.into_iter().map(|warning| warning.under("/formula")).collect()
}

/// Looks at `{formula, tests?}` without data; only what is no JSON object is refused.
pub fn validate(bytes: &[u8], zone: Tz) -> Result<Validation, Fault> {
    let body = sent::object(bytes)?;
    let mut fields = Fields::of(body, "", &["formula", "tests"]);
    fields.need(&["formula"]);
    let problems = fields.end();
    // Read as a change would be: the letters once more, and then what they mean.
    let draft = Draft::read(bytes, For::Change)?;
    let letters =
        draft.problems.iter().filter(|problem| !problems.iter().any(|known| known.pointer == problem.pointer));
    let problems: Vec<Problem> = problems.iter().chain(letters).cloned().collect();
    let found = draft.over(None).check();
    let (checked, errors) = match found {
        Ok(checked) => (checked, problems),
        Err(found) => (Checked::default(), sent::all(problems, found)),
    };
    let formula = checked.formula.as_ref().filter(|_| errors.is_empty());
    let now = Now::of(Utc::now(), zone);
    Ok(Validation {
        formula: formula.map(|formula| (formula.clone(), now.clone())),
        warnings: formula.map(|formula| sent_with(warn::warnings(formula))).unwrap_or_default(),
        failed_tests: if errors.is_empty() { checked.failed(&now) } else { Vec::new() },
        sentence: formula.map(Formula::sentence),
        compiled: formula.map(Formula::to_json),
        errors,
    })
}
