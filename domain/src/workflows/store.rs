//! The rows of `workflow_instances`.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::Error;

use super::WorkflowStatus;
use crate::db::TenantTx;

/// A workflow on an opportunity.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Workflow {
    pub id: i64,
    pub opportunity_id: i64,
    /// The code of the template that it was started from.
    pub workflow_type: String,
    /// A [`WorkflowStatus`].
    pub status: String,
    pub started_at: DateTime<Utc>,
    /// When it was completed or cancelled.
    pub completed_at: Option<DateTime<Utc>>,
    /// Where it stands; null once every step is done.
    pub current_step: Option<String>,
    /// The steps that it began with, in their order.
    pub steps: Vec<String>,
    /// An object.
    pub data: Value,
    pub error: Option<String>,
    pub created_at: DateTime<Utc>,
    pub version: i64,
}

impl Workflow {
    pub fn status(&self) -> Option<WorkflowStatus> {
        WorkflowStatus::parse(&self.status)
    }

    /// The step behind the one where it stands.
    pub(super) fn next_step(&self) -> Option<String> {
        let current = self.current_step.as_deref()?;
        let at = self.steps.iter().position(|step| step == current)?;
        self.steps.get(at + 1).cloned()
    }
}

/// A page of an opportunity's workflows, newest first, and how many there are.
pub async fn page(tx: &mut TenantTx, opportunity: i64, page: i64, limit: i64) -> Result<(Vec<Workflow>, i64), Error> {
    let tenant = tx.tenant();
    let total = sqlx::query_scalar!(
        r#"select count(*) as "count!" from workflow_instances where tenant_id = $1 and opportunity_id = $2"#,
        tenant,
        opportunity
    )
    .fetch_one(tx.connection())
    .await?;
    let rows = sqlx::query_as!(
        Workflow,
        "select id, opportunity_id, workflow_type, status, started_at, completed_at, current_step, steps, data, error, created_at,
            version
         from workflow_instances where tenant_id = $1 and opportunity_id = $2 order by id desc limit $3 offset $4",
        tenant,
        opportunity,
        limit,
        (page - 1) * limit
    )
    .fetch_all(tx.connection())
    .await?;
    Ok((rows, total))
}

/// One workflow.
pub async fn find(tx: &mut TenantTx, opportunity: i64, id: i64) -> Result<Option<Workflow>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Workflow,
        "select id, opportunity_id, workflow_type, status, started_at, completed_at, current_step, steps, data, error, created_at,
            version
         from workflow_instances where tenant_id = $1 and opportunity_id = $2 and id = $3",
        tenant,
        opportunity,
        id
    )
    .fetch_optional(tx.connection())
    .await
}

/// The same, held until the transaction ends.
pub(super) async fn hold(tx: &mut TenantTx, opportunity: i64, id: i64) -> Result<Option<Workflow>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Workflow,
        "select id, opportunity_id, workflow_type, status, started_at, completed_at, current_step, steps, data, error, created_at,
            version
         from workflow_instances where tenant_id = $1 and opportunity_id = $2 and id = $3 for update",
        tenant,
        opportunity,
        id
    )
    .fetch_optional(tx.connection())
    .await
}

/// Begins a workflow at its first step; none when one of this type is open on the opportunity.
pub(super) async fn insert(
    tx: &mut TenantTx,
    opportunity: i64,
    workflow_type: &str,
    steps: &[String],
    data: &Value,
) -> Result<Option<Workflow>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Workflow,
        "insert into workflow_instances (tenant_id, opportunity_id, workflow_type, status, current_step, steps, data)
         values ($1, $2, $3, 'running', ($4::text[])[1], $4, $5)
         on conflict (tenant_id, opportunity_id, workflow_type) where status in ('running', 'failed') do nothing
         returning id, opportunity_id, workflow_type, status, started_at, completed_at, current_step, steps, data, error,
            created_at, version",
        tenant,
        opportunity,
        workflow_type,
        steps,
        data
    )
    .fetch_optional(tx.connection())
    .await
}

/// Writes where a workflow that is held stands now.
pub(super) async fn update(tx: &mut TenantTx, new: &Workflow) -> Result<Workflow, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Workflow,
        "update workflow_instances set status = $3, current_step = $4, data = $5, error = $6,
            completed_at = case when $3 in ('completed', 'cancelled') then clock_timestamp() end, version = version + 1
         where tenant_id = $1 and id = $2
         returning id, opportunity_id, workflow_type, status, started_at, completed_at, current_step, steps, data, error,
            created_at, version",
        tenant,
        new.id,
        new.status,
        new.current_step,
        new.data,
        new.error
    )
    .fetch_one(tx.connection())
    .await
}
