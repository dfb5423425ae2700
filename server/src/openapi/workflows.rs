//! The shapes of workflows and their templates.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::parts::PaginationOut;

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    #[param(minimum = 1, maximum = 1_000_000_000, default = 1)]
    page: Option<i64>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = NewWorkflow, rename_all = "camelCase")]
pub struct WorkflowBody {
    /// The code of a workflow template.
    #[schema(max_length = 60)]
    workflow_type: String,
    /// What it is to carry, up to 16 KiB.
    #[schema(value_type = Option<Object>)]
    data: Option<Value>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AdvanceWorkflow, rename_all = "camelCase")]
pub struct AdvanceBody {
    /// Fields that what it carries takes on.
    #[schema(value_type = Option<Object>)]
    data: Option<Value>,
    /// The version that was read: another one is refused with 409 `VERSION_CONFLICT`.
    #[schema(minimum = 0)]
    expected_version: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = FailWorkflow, rename_all = "camelCase")]
pub struct FailBody {
    /// Why it cannot go on.
    #[schema(min_length = 1, max_length = 1000)]
    error: String,
    /// The version that was read: another one is refused with 409 `VERSION_CONFLICT`.
    #[schema(minimum = 0)]
    expected_version: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ChangeWorkflow, rename_all = "camelCase")]
pub struct ChangeBody {
    /// The version that was read: another one is refused with 409 `VERSION_CONFLICT`.
    #[schema(minimum = 0)]
    expected_version: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = WorkflowStatus, rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
enum WorkflowStatusOut {
    Running,
    Completed,
    Failed,
    Cancelled,
}

/// A workflow on an opportunity.
#[derive(Serialize, ToSchema)]
#[schema(as = Workflow, rename_all = "camelCase")]
struct WorkflowOut {
    id: i64,
    opportunity_id: i64,
    /// The code of the template that it was started from.
    workflow_type: String,
    status: WorkflowStatusOut,
    started_at: DateTime<Utc>,
    /// When it was completed or cancelled.
    completed_at: Option<DateTime<Utc>>,
    /// Where it stands; null once every step is done.
    current_step: Option<String>,
    /// The steps that it began with, in their order.
    steps: Vec<String>,
    #[schema(value_type = Object)]
    data: Value,
    error: Option<String>,
    created_at: DateTime<Utc>,
    #[schema(minimum = 1)]
    version: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = WorkflowNow)]
pub struct WorkflowSaid {
    success: bool,
    workflow: WorkflowOut,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Workflows)]
pub struct WorkflowsOut {
    success: bool,
    workflows: Vec<WorkflowOut>,
    pagination: PaginationOut,
}

#[derive(Serialize, ToSchema)]
#[schema(as = NewWorkflowTemplate)]
pub struct TemplateBody {
    /// The `workflowType` of what is started from it; nobody else's.
    #[schema(pattern = "^[a-z][a-z0-9_-]{0,59}$", example = "launch")]
    code: String,
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// Names of up to 100 characters, each once.
    #[schema(min_items = 1, max_items = 50)]
    steps: Vec<String>,
}

/// What is left out stays. One of name and steps is there.
#[derive(Serialize, ToSchema)]
#[schema(as = SetWorkflowTemplate, rename_all = "camelCase")]
pub struct TemplateChange {
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// Names of up to 100 characters, each once.
    #[schema(min_items = 1, max_items = 50)]
    steps: Option<Vec<String>>,
    /// The version that was read: another one is refused with 409 `VERSION_CONFLICT`.
    #[schema(minimum = 0)]
    expected_version: Option<i64>,
}

/// A workflow that admins define.
#[derive(Serialize, ToSchema)]
#[schema(as = WorkflowTemplate, rename_all = "camelCase")]
struct TemplateOut {
    id: i64,
    code: String,
    name: String,
    steps: Vec<String>,
    created_at: DateTime<Utc>,
    last_updated: DateTime<Utc>,
    #[schema(minimum = 1)]
    version: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = WorkflowTemplateNow)]
pub struct TemplateSaid {
    success: bool,
    template: TemplateOut,
}

#[derive(Serialize, ToSchema)]
#[schema(as = WorkflowTemplates)]
pub struct TemplatesOut {
    success: bool,
    templates: Vec<TemplateOut>,
}
