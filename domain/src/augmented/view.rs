//! The page of what the business adds to an opportunity, in words ready to be shown, in the tenant's zone.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use sqlx::Error;

use super::{Augmentation, RiskLevel};
use crate::calendar::{moment, zone_or_utc};
use crate::dashboard::Tone;
use crate::db::TenantTx;
use crate::identity::{Caller, Permission};
use crate::integrations::{self, Integration, Of, SyncStatus};
use crate::opportunities::store::by_ids;
use crate::workflows::templates::{self, Template};
use crate::workflows::{self, Workflow, WorkflowStatus};

/// Workflows and integrations that the page shows; the API has the rest.
const MOST: i64 = 50;

/// The screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoreView {
    pub id: i64,
    pub name: String,
    pub may_change: bool,
    pub augmentation: AugmentationView,
    /// Newest first.
    pub workflows: Vec<WorkflowLine>,
    pub workflow_count: i64,
    /// Code and name of what can be started: none of them is open here.
    pub startable: Vec<(String, String)>,
    /// Whether an admin has defined anything.
    pub has_templates: bool,
    pub integrations: Vec<IntegrationLine>,
    pub integration_count: i64,
}

/// What was added, as the fields of a form hold it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AugmentationView {
    /// 0: nothing was added yet.
    pub version: i64,
    pub workflow_status: String,
    /// A [`RiskLevel`], or empty.
    pub risk_level: String,
    pub risk_notes: String,
    pub financial_health_score: String,
    /// JSON, or empty.
    pub custom_calculations: String,
    /// Label and value of what is there.
    pub facts: Vec<(&'static str, String)>,
    /// "10:32", when it was changed last.
    pub changed: Option<String>,
}

/// One workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowLine {
    pub id: i64,
    pub version: i64,
    pub name: String,
    pub state: &'static str,
    pub tone: Tone,
    /// "Step 2 of 3: Pack".
    pub step: Option<String>,
    pub error: Option<String>,
    pub facts: Vec<String>,
    pub runs: bool,
    pub failed: bool,
}

/// One integration, as the fields of its form hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntegrationLine {
    pub id: i64,
    pub version: i64,
    pub system: String,
    pub external_id: String,
    pub uid: String,
    pub state: &'static str,
    pub tone: Tone,
    pub facts: Vec<String>,
    /// JSON, or empty.
    pub metadata: String,
}

impl MoreView {
    /// None when the mirror does not have the opportunity.
    pub async fn read(
        tx: &mut TenantTx,
        opportunity: i64,
        caller: &Caller,
        now: DateTime<Utc>,
    ) -> Result<Option<MoreView>, Error> {
        let Some(row) = by_ids(tx, &[opportunity]).await?.pop() else { return Ok(None) };
        let zone = zone_or_utc(&caller.tenant_view.timezone);
        let augmentation = super::find(tx, opportunity).await?;
        let templates = templates::all(tx).await?;
        let (rows, workflow_count) = workflows::page(tx, opportunity, 1, MOST).await?;
        let open = |code: &str| rows.iter().any(|row| row.workflow_type == code && is_open(row));
        let startable = templates.iter().filter(|template| !open(&template.code));
        let (links, integration_count) = integrations::page(tx, Of::Opportunity(opportunity), 1, MOST).await?;
        Ok(Some(MoreView {
            id: opportunity,
            name: row.name,
            may_change: caller.may(Permission::Augment) && caller.person().is_some(),
            augmentation: augmentation.map_or_else(AugmentationView::default, |row| fields(row, now, zone)),
            startable: startable.map(|template| (template.code.clone(), template.name.clone())).collect(),
            has_templates: !templates.is_empty(),
            workflows: rows.iter().map(|row| workflow_line(row, &templates, now, zone)).collect(),
            workflow_count,
            integrations: links.into_iter().map(|row| integration_line(row, now, zone)).collect(),
            integration_count,
        }))
    }
}

fn is_open(row: &Workflow) -> bool {
    row.status().is_some_and(WorkflowStatus::is_open)
}

fn fields(row: Augmentation, now: DateTime<Utc>, zone: Tz) -> AugmentationView {
    let level = row.risk_level.as_deref().and_then(RiskLevel::parse).map(RiskLevel::word);
    let facts = [
        ("Workflow status", row.workflow_status.clone()),
        ("Risk level", level.map(str::to_owned)),
        ("Risk notes", row.risk_notes.clone()),
        ("Financial health", row.financial_health_score.map(|score| format!("{score} of 100"))),
        ("Own figures", Some(json_text(&row.custom_calculations)).filter(|text| !text.is_empty())),
    ];
    AugmentationView {
        version: row.version,
        workflow_status: row.workflow_status.unwrap_or_default(),
        risk_level: row.risk_level.unwrap_or_default(),
        risk_notes: row.risk_notes.unwrap_or_default(),
        financial_health_score: row.financial_health_score.map(|score| score.to_string()).unwrap_or_default(),
        custom_calculations: json_text(&row.custom_calculations),
        facts: facts.into_iter().filter_map(|(label, value)| Some((label, value?))).collect(),
        changed: Some(moment(row.last_updated, now, zone)),
    }
}

fn workflow_line(row: &Workflow, templates: &[Template], now: DateTime<Utc>, zone: Tz) -> WorkflowLine {
    let status = row.status().unwrap_or(WorkflowStatus::Cancelled);
    let (state, tone) = match status {
        WorkflowStatus::Running => ("Running", Tone::Info),
        WorkflowStatus::Completed => ("Completed", Tone::Ok),
        WorkflowStatus::Failed => ("Failed", Tone::Bad),
        WorkflowStatus::Cancelled => ("Cancelled", Tone::Warn),
    };
    let at = row.current_step.as_ref().and_then(|step| row.steps.iter().position(|one| one == step));
    let step = at.map(|at| format!("Step {} of {}: {}", at + 1, row.steps.len(), row.steps[at]));
    let mut facts = vec![format!("started {}", moment(row.started_at, now, zone))];
    facts.extend(row.completed_at.map(|at| format!("{} {}", state.to_lowercase(), moment(at, now, zone))));
    let template = templates.iter().find(|template| template.code == row.workflow_type);
    WorkflowLine {
        id: row.id,
        version: row.version,
        name: template.map_or_else(|| row.workflow_type.clone(), |template| template.name.clone()),
        state,
        tone,
        step,
        error: row.error.clone(),
        facts,
        runs: status == WorkflowStatus::Running,
        failed: status == WorkflowStatus::Failed,
    }
}

fn integration_line(row: Integration, now: DateTime<Utc>, zone: Tz) -> IntegrationLine {
    let (state, tone) = match SyncStatus::parse(&row.sync_status) {
        Some(SyncStatus::Synced) => ("Synced", Tone::Ok),
        Some(SyncStatus::Failed) => ("Failed", Tone::Bad),
        Some(SyncStatus::Pending) | None => ("Pending", Tone::Info),
    };
    let mut facts = vec![format!("id {}", row.external_id)];
    facts.extend(row.uid.as_ref().map(|uid| format!("uid {uid}")));
    facts.push(match row.last_synced {
        Some(at) => format!("last synced {}", moment(at, now, zone)),
        None => "never synced".into(),
    });
    IntegrationLine {
        id: row.id,
        version: row.version,
        system: row.system_name,
        external_id: row.external_id,
        uid: row.uid.unwrap_or_default(),
        state,
        tone,
        facts,
        metadata: json_text(&row.metadata),
    }
}

/// An object as a form shows it; an empty one is nothing.
fn json_text(value: &Value) -> String {
    match value.as_object() {
        Some(fields) if fields.is_empty() => String::new(),
        _ => serde_json::to_string_pretty(value).unwrap_or_default(),
    }
}
