//! What is done with a workflow that was started.

use serde_json::{Map, Value, json};

use super::WorkflowStatus;
use super::store::{self, Workflow};
use crate::audit::{self, Request};
use crate::augmented::WriteError;
use crate::db::TenantTx;
use crate::params::Fault;
use crate::patch::{lines, object};

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// On to the next step; behind the last one it is completed. What it carries takes these fields on.
    Advance { data: Option<Value> },
    /// It cannot go on, for this reason.
    Fail { error: String },
    /// On again at the step where it failed.
    Retry,
    /// It is not to go on.
    Cancel,
}

impl Act {
    const fn word(&self) -> &'static str {
        match self {
            Act::Advance { .. } => "advance",
            Act::Fail { .. } => "fail",
            Act::Retry => "retry",
            Act::Cancel => "cancel",
        }
    }

    /// The workflow after it, if it stands where this can be done.
    fn on(self, mut workflow: Workflow) -> Result<Workflow, WriteError> {
        use WorkflowStatus::{Cancelled, Completed, Failed, Running};
        let status = workflow.status();
        let refused = |code, message| Err(WriteError::Refused { code, message });
        let after = match self {
            Act::Advance { .. } | Act::Fail { .. } if status != Some(Running) => {
                return refused("WORKFLOW_NOT_RUNNING", "this workflow is not running");
            }
            Act::Retry if status != Some(Failed) => {
                return refused("WORKFLOW_NOT_FAILED", "this workflow has not failed");
            }
            Act::Cancel if !status.is_some_and(WorkflowStatus::is_open) => {
                return refused("WORKFLOW_OVER", "this workflow is over");
            }
            Act::Advance { data } => {
                workflow.data = carried(workflow.data, data)?;
                workflow.current_step = workflow.next_step();
                if workflow.current_step.is_some() { Running } else { Completed }
            }
            Act::Fail { error } => {
                let error = lines("error", &error, 1000)?;
                workflow.error = Some(error.ok_or_else(|| Fault::new("error", "must not be empty"))?);
                Failed
            }
            Act::Retry => {
                workflow.error = None;
                Running
            }
            Act::Cancel => Cancelled,
        };
        workflow.status = after.as_str().to_owned();
        Ok(workflow)
    }
}

/// Does it; the caller commits. With `expected_version` it is refused when another one stands.
pub async fn act(
    tx: &mut TenantTx,
    hand: &Request<'_>,
    opportunity: i64,
    workflow: i64,
    act: Act,
    expected_version: Option<i64>,
) -> Result<Workflow, WriteError> {
    let action = act.word();
    let before = store::hold(tx, opportunity, workflow).await?.ok_or(WriteError::NotFound("workflow"))?;
    WriteError::unless_current(expected_version, before.version, Some(&before))?;
    let after = store::update(tx, &act.on(before.clone())?).await?;
    let (old, new) = audit::difference_of(opportunity, Some(columns(&before)), columns(&after));
    hand.record(tx, ("workflow", &workflow.to_string()), action, old, Some(new)).await?;
    Ok(after)
}

/// What a workflow carries, with further fields.
fn carried(before: Value, more: Option<Value>) -> Result<Value, Fault> {
    let (Some(more), Value::Object(mut fields)) = (more, before.clone()) else { return Ok(before) };
    let Value::Object(more) = object("data", more)? else { return Ok(before) };
    fields.extend(more);
    object("data", Value::Object(fields))
}

fn columns(row: &Workflow) -> Map<String, Value> {
    let fields = [
        ("status", json!(row.status)),
        ("current_step", json!(row.current_step)),
        ("data", row.data.clone()),
        ("error", json!(row.error)),
    ];
    fields.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workflow(status: WorkflowStatus, step: &str) -> Workflow {
        let at = chrono::DateTime::UNIX_EPOCH;
        Workflow {
            id: 1,
            opportunity_id: 7,
            workflow_type: "launch".into(),
            status: status.as_str().into(),
            started_at: at,
            completed_at: None,
            current_step: Some(step.into()),
            steps: ["Plan", "Pack", "Load"].map(str::to_owned).into(),
            data: json!({"a": 1}),
            error: None,
            created_at: at,
            version: 1,
        }
    }

    fn code(done: Result<Workflow, WriteError>) -> &'static str {
        match done {
            Err(WriteError::Refused { code, .. }) => code,
            _ => "",
        }
    }

    #[test]
    fn it_goes_on_step_by_step_and_is_completed_behind_the_last() {
        let advance = || Act::Advance { data: Some(json!({"b": 2})) };
        let second = advance().on(workflow(WorkflowStatus::Running, "Plan")).unwrap();
        assert_eq!((second.current_step.as_deref(), second.data), (Some("Pack"), json!({"a": 1, "b": 2})));
        let done = advance().on(workflow(WorkflowStatus::Running, "Load")).unwrap();
        assert_eq!((done.current_step.as_deref(), done.status()), (None, Some(WorkflowStatus::Completed)));
    }

    #[test]
    fn a_failed_one_goes_on_where_it_stood() {
        let failed = Act::Fail { error: " no van ".into() }.on(workflow(WorkflowStatus::Running, "Pack")).unwrap();
        assert_eq!((failed.status(), failed.error.as_deref()), (Some(WorkflowStatus::Failed), Some("no van")));
        let again = Act::Retry.on(failed).unwrap();
        assert_eq!(
            (again.status(), again.error, again.current_step.as_deref()),
            (Some(WorkflowStatus::Running), None, Some("Pack"))
        );
        assert!(Act::Fail { error: " ".into() }.on(workflow(WorkflowStatus::Running, "Pack")).is_err());
    }

    #[test]
    fn what_does_not_fit_where_it_stands_is_refused() {
        use WorkflowStatus::{Cancelled, Completed, Failed, Running};
        for status in [Failed, Completed, Cancelled] {
            assert_eq!(code(Act::Advance { data: None }.on(workflow(status, "Pack"))), "WORKFLOW_NOT_RUNNING");
            assert_eq!(code(Act::Fail { error: "x".into() }.on(workflow(status, "Pack"))), "WORKFLOW_NOT_RUNNING");
        }
        for status in [Running, Completed, Cancelled] {
            assert_eq!(code(Act::Retry.on(workflow(status, "Pack"))), "WORKFLOW_NOT_FAILED");
        }
        for status in [Completed, Cancelled] {
            assert_eq!(code(Act::Cancel.on(workflow(status, "Pack"))), "WORKFLOW_OVER");
        }
        assert_eq!(Act::Cancel.on(workflow(Failed, "Pack")).unwrap().status(), Some(Cancelled));
    }
}
