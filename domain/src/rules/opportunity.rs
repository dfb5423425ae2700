//! What a rule does to an opportunity: it starts a workflow, or sets what the business adds. Either is in the audit as the
//! rule's, and causes nothing further.

use super::act::{Outcome, Work};
use super::action::Action;
use crate::audit::{By, Request, Source};
use crate::augmented::{self, WriteError};
use crate::db::{QueryError, TenantTx, is_away};
use crate::workflows;

/// Does one action; what the database did before stays when it fails.
pub(super) async fn act(tx: &mut TenantTx, work: &Work, action: &Action) -> Result<Outcome, QueryError> {
    let Some(opportunity) = work.facts.opportunity_id else {
        return Ok(Outcome::Never("it is about no opportunity".into()));
    };
    tx.savepoint().await?;
    match write(tx, work, action, opportunity).await {
        Ok(()) => Ok(Outcome::Done),
        Err(WriteError::Db(error)) if is_away(&error) => Err(error),
        Err(error) => {
            tx.back_to_savepoint().await?;
            Ok(outcome(&error, work.firing))
        }
    }
}

async fn write(tx: &mut TenantTx, work: &Work, action: &Action, opportunity: i64) -> Result<(), WriteError> {
    let hand = Request { by: By::rule(&work.rule_name), source: Source::Rule, request_id: None };
    match action {
        Action::StartWorkflow { workflow_type } => {
            workflows::start(tx, &hand, opportunity, workflow_type, None).await?;
        }
        Action::SetAugmentation { set } => {
            augmented::set(tx, &hand, opportunity, set.patch()?, None).await?;
        }
        Action::Notify { .. } | Action::Slack { .. } | Action::Webhook { .. } => {}
    }
    Ok(())
}

fn outcome(error: &WriteError, firing: i64) -> Outcome {
    match error {
        WriteError::Db(error) => {
            tracing::warn!(%error, firing, "an action was not done");
            Outcome::Later("the database did not do what was asked; the log says why".into())
        }
        WriteError::Changed { .. } => Outcome::Later(error.to_string()),
        other => Outcome::Never(other.to_string()),
    }
}
