//! Workflow templates: a code, a name and steps in their order, defined by admins.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sqlx::Error;

use crate::audit::{self, Request};
use crate::augmented::WriteError;
use crate::db::TenantTx;
use crate::params::Fault;
use crate::patch::needed_line;

/// Steps of a template.
pub const MOST_STEPS: usize = 50;
/// Templates of a tenant.
const MOST_TEMPLATES: i64 = 100;

/// A template as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Template {
    pub id: i64,
    /// The `workflowType` of what is started from it.
    pub code: String,
    pub name: String,
    pub steps: Vec<String>,
    pub created_at: DateTime<Utc>,
    pub last_updated: DateTime<Utc>,
    pub version: i64,
}

/// What is to be changed; the code stays. What is left out stays as well.
#[derive(Debug, Clone, Default)]
pub struct TemplatePatch {
    pub name: Option<String>,
    pub steps: Option<Vec<String>>,
}

/// `a-z`, `0-9`, `_` and `-`, up to 60, a letter first.
pub fn is_code(text: &str) -> bool {
    let tail = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
    text.len() <= 60 && text.starts_with(|first: char| first.is_ascii_lowercase()) && text.bytes().all(tail)
}

/// All templates, by name.
pub async fn all(tx: &mut TenantTx) -> Result<Vec<Template>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Template,
        "select id, code, name, steps, created_at, last_updated, version from workflow_templates
         where tenant_id = $1 order by lower(name), id",
        tenant
    )
    .fetch_all(tx.connection())
    .await
}

/// The template of a code.
pub async fn by_code(tx: &mut TenantTx, code: &str) -> Result<Option<Template>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Template,
        "select id, code, name, steps, created_at, last_updated, version from workflow_templates
         where tenant_id = $1 and code = $2",
        tenant,
        code
    )
    .fetch_optional(tx.connection())
    .await
}

async fn hold(tx: &mut TenantTx, id: i64) -> Result<Template, WriteError> {
    let tenant = tx.tenant();
    let found = sqlx::query_as!(
        Template,
        "select id, code, name, steps, created_at, last_updated, version from workflow_templates
         where tenant_id = $1 and id = $2 for update",
        tenant,
        id
    );
    found.fetch_optional(tx.connection()).await?.ok_or(WriteError::NotFound("workflow template"))
}

/// Makes a template; the caller commits.
pub async fn create(
    tx: &mut TenantTx,
    hand: &Request<'_>,
    code: &str,
    name: &str,
    steps: &[String],
) -> Result<Template, WriteError> {
    let code = code.trim();
    if !is_code(code) {
        let rule = "expected a letter, then letters, digits, _ or -, all small, up to 60";
        return Err(Fault::new("code", rule).into());
    }
    let (name, steps) = (needed_line("name", name, 100)?, kept_steps(steps)?);
    let tenant = tx.tenant();
    let count =
        sqlx::query_scalar!(r#"select count(*) as "count!" from workflow_templates where tenant_id = $1"#, tenant);
    if count.fetch_one(tx.connection()).await? >= MOST_TEMPLATES {
        return Err(FULL);
    }
    let made = sqlx::query_as!(
        Template,
        "insert into workflow_templates (tenant_id, code, name, steps) values ($1, $2, $3, $4)
         on conflict on constraint workflow_templates_code_key do nothing
         returning id, code, name, steps, created_at, last_updated, version",
        tenant,
        code,
        name,
        &steps
    );
    let made = made.fetch_optional(tx.connection()).await?.ok_or(TAKEN)?;
    note(tx, hand, made.id, "create", None, Some(Value::Object(columns(&made)))).await?;
    Ok(made)
}

/// Changes a template; the caller commits. What was started from it goes on with the steps that it began with.
pub async fn set(
    tx: &mut TenantTx,
    hand: &Request<'_>,
    id: i64,
    patch: TemplatePatch,
    expected_version: Option<i64>,
) -> Result<Template, WriteError> {
    let (name, steps) = match patch {
        TemplatePatch { name: None, steps: None } => {
            return Err(Fault::new("body", "expected name or steps").into());
        }
        TemplatePatch { name, steps } => (
            name.map(|name| needed_line("name", &name, 100)).transpose()?,
            steps.map(|steps| kept_steps(&steps)).transpose()?,
        ),
    };
    let before = hold(tx, id).await?;
    WriteError::unless_current(expected_version, before.version, Some(&before))?;
    let wanted = Template {
        name: name.unwrap_or_else(|| before.name.clone()),
        steps: steps.unwrap_or_else(|| before.steps.clone()),
        ..before.clone()
    };
    if wanted == before {
        return Ok(before);
    }
    let tenant = tx.tenant();
    let after = sqlx::query_as!(
        Template,
        "update workflow_templates set name = $3, steps = $4, last_updated = clock_timestamp(), version = version + 1
         where tenant_id = $1 and id = $2 returning id, code, name, steps, created_at, last_updated, version",
        tenant,
        id,
        wanted.name,
        &wanted.steps
    );
    let after = after.fetch_one(tx.connection()).await?;
    let (old, new) = audit::difference(Some(columns(&before)), columns(&after));
    note(tx, hand, id, "set", old, Some(new)).await?;
    Ok(after)
}

/// Removes a template; the caller commits. What was started from it goes on.
pub async fn remove(tx: &mut TenantTx, hand: &Request<'_>, id: i64) -> Result<Template, WriteError> {
    let before = hold(tx, id).await?;
    let tenant = tx.tenant();
    sqlx::query!("delete from workflow_templates where tenant_id = $1 and id = $2", tenant, id)
        .execute(tx.connection())
        .await?;
    note(tx, hand, id, "remove", Some(Value::Object(columns(&before))), None).await?;
    Ok(before)
}

const TAKEN: WriteError =
    WriteError::Refused { code: "CODE_TAKEN", message: "another workflow template has this code already" };
const FULL: WriteError =
    WriteError::Refused { code: "TOO_MANY_TEMPLATES", message: "there are 100 workflow templates already" };

/// Names of steps, each once.
fn kept_steps(steps: &[String]) -> Result<Vec<String>, Fault> {
    if !(1..=MOST_STEPS).contains(&steps.len()) {
        return Err(Fault::new("steps", format!("expected 1 to {MOST_STEPS} steps")));
    }
    let steps = steps.iter().map(|step| needed_line("steps", step, 100)).collect::<Result<Vec<_>, _>>()?;
    if steps.iter().collect::<BTreeSet<_>>().len() < steps.len() {
        return Err(Fault::new("steps", "must each have a name of its own"));
    }
    Ok(steps)
}

fn columns(row: &Template) -> Map<String, Value> {
    let fields = [("code", json!(row.code)), ("name", json!(row.name)), ("steps", json!(row.steps))];
    fields.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}

async fn note(
    tx: &mut TenantTx,
    hand: &Request<'_>,
    id: i64,
    action: &str,
    before: Option<Value>,
    after: Option<Value>,
) -> Result<(), Error> {
    hand.record(tx, ("workflow template", &id.to_string()), action, before, after).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_small_letters_and_begins_with_one() {
        assert!(is_code("launch-2_b") && is_code("a") && is_code(&"a".repeat(60)));
        for wrong in ["", "2x", "Launch", "a b", "ä", "a\0", &"a".repeat(61)] {
            assert!(!is_code(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn steps_have_names_of_their_own() {
        let kept = |steps: &[&str]| kept_steps(&steps.iter().map(|step| (*step).to_owned()).collect::<Vec<_>>());
        assert_eq!(kept(&[" Plan ", "Pack"]).unwrap(), ["Plan", "Pack"]);
        for wrong in [&[][..], &["Plan", ""], &["Plan", "Plan "], &["x\0"], &["x"; MOST_STEPS + 1]] {
            assert_eq!(kept(wrong).unwrap_err().field, "steps");
        }
    }
}
