//! Starting a workflow.

use serde_json::{Value, json};

use super::store::{self, Workflow};
use super::templates;
use crate::audit::Request;
use crate::augmented::WriteError;
use crate::db::TenantTx;
use crate::opportunities::store::known_among;
use crate::params::Fault;
use crate::patch::object;

/// Starts a workflow of a template's code on an opportunity of the mirror, with what it is to carry; the caller commits. While
/// one of the type is open there, running or failed, it is refused.
pub async fn start(
    tx: &mut TenantTx,
    hand: &Request<'_>,
    opportunity: i64,
    workflow_type: &str,
    data: Option<Value>,
) -> Result<Workflow, WriteError> {
    let data = data.map_or_else(|| Ok(json!({})), |data| object("data", data))?;
    let template = if templates::is_code(workflow_type) { templates::by_code(tx, workflow_type).await? } else { None };
    let template = template.ok_or_else(|| Fault::new("workflowType", "is no code of a workflow template"))?;
    if known_among(tx, &[opportunity]).await?.is_empty() {
        return Err(WriteError::NotFound("opportunity"));
    }
    let begun = store::insert(tx, opportunity, &template.code, &template.steps, &data).await?.ok_or(OPEN)?;
    let mut after = json!({
        "opportunity_id": opportunity,
        "workflow_type": begun.workflow_type,
        "status": begun.status,
        "current_step": begun.current_step,
    });
    if begun.data != json!({}) {
        after["data"] = begun.data.clone();
    }
    hand.record(tx, ("workflow", &begun.id.to_string()), "start", None, Some(after)).await?;
    Ok(begun)
}

const OPEN: WriteError = WriteError::Refused {
    code: "WORKFLOW_OPEN",
    message: "a workflow of this type is open on this opportunity: finish, retry or cancel it first",
};
