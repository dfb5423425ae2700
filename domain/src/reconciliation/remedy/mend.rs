//! Mending records, as one by one on their pages.

use serde::Serialize;
use serde_json::json;

use super::{Chosen, Remedy};
use crate::audit::Request;
use crate::augmented::{self, WriteError};
use crate::db::TenantTx;
use crate::integrations::{self, NewIntegration, SyncStatus};
use crate::opportunities::store::alive_among;
use crate::params::Fault;
use crate::reconciliation::lists::stale_among;
use crate::workflows;

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Mended {
    pub opportunity_id: i64,
    pub done: bool,
    /// Why not, stable for machines, and in words.
    pub code: Option<&'static str>,
    pub reason: Option<String>,
}

/// Mends the records; the caller commits. What no record can be mended by is refused as a whole.
pub async fn mend(
    tx: &mut TenantTx,
    hand: &Request<'_>,
    remedy: &Remedy,
    chosen: &[Chosen],
) -> Result<Vec<Mended>, WriteError> {
    if let Remedy::Augment(patch) = remedy {
        patch.check()?;
    }
    let ids: Vec<i64> = chosen.iter().map(|chosen| chosen.opportunity_id).collect();
    let mut mended = Vec::new();
    if let Remedy::Mark { system, status } = remedy {
        let stale = stale_among(tx, system, &ids).await?;
        for id in ids {
            let found = stale.iter().find(|(opportunity, _)| *opportunity == id);
            let done = match found {
                Some((_, integration)) => mark(tx, hand, id, *integration, *status).await,
                None => Err(UNLISTED),
            };
            mended.push(Mended::of(id, done)?);
        }
    } else {
        let alive = alive_among(tx, &ids).await?;
        for chosen in chosen {
            let done = match alive.contains(&chosen.opportunity_id) {
                true => add(tx, hand, remedy, chosen).await,
                false => Err(WriteError::NotFound("opportunity")),
            };
            mended.push(Mended::of(chosen.opportunity_id, done)?);
        }
    }
    let done = mended.iter().filter(|mended| mended.done).count();
    if done > 0 {
        let after = json!({"remedy": remedy.word(), "records": mended.len(), "done": done});
        hand.record(tx, ("reconciliation", &remedy.list()), "remedy", None, Some(after)).await?;
    }
    Ok(mended)
}

/// What is only for opportunities that have none yet.
async fn add(tx: &mut TenantTx, hand: &Request<'_>, remedy: &Remedy, chosen: &Chosen) -> Result<(), WriteError> {
    let id = chosen.opportunity_id;
    match remedy {
        Remedy::Augment(patch) => augmented::set(tx, hand, id, patch.clone(), Some(0)).await.map(drop),
        Remedy::Start { workflow_type } => workflows::start(tx, hand, id, workflow_type, None).await.map(drop),
        Remedy::Link { system } => {
            let new = NewIntegration {
                system_name: system.clone(),
                external_id: chosen.external_id.clone().unwrap_or_default(),
                rest: integrations::Patch::default(),
            };
            integrations::create(tx, hand, id, new, Some(0)).await.map(drop)
        }
        Remedy::Mark { .. } => Err(UNLISTED),
    }
}

async fn mark(
    tx: &mut TenantTx,
    hand: &Request<'_>,
    opportunity: i64,
    integration: i64,
    status: SyncStatus,
) -> Result<(), WriteError> {
    let patch = integrations::Patch { sync_status: Some(status.as_str().into()), ..integrations::Patch::default() };
    integrations::set(tx, hand, opportunity, integration, patch, None).await.map(drop)
}

const UNLISTED: WriteError =
    WriteError::Refused { code: "NOT_STALE", message: "no stale integration with this system is there" };

impl Mended {
    /// What is wrong with the record alone is its reason; all else is the request's.
    fn of(opportunity_id: i64, done: Result<(), WriteError>) -> Result<Mended, WriteError> {
        let refused =
            |code, reason: String| Mended { opportunity_id, done: false, code: Some(code), reason: Some(reason) };
        match done {
            Ok(()) => Ok(Mended { opportunity_id, done: true, code: None, reason: None }),
            Err(WriteError::NotFound(_)) => {
                Ok(refused("NOT_FOUND", "it is not in the mirror, or gone from Current RMS".into()))
            }
            Err(WriteError::Changed { .. }) => {
                Ok(refused("VERSION_CONFLICT", "somebody else has added it meanwhile".into()))
            }
            Err(WriteError::Refused { code, message }) => Ok(refused(code, message.into())),
            Err(WriteError::Invalid(Fault { field, reason })) if field == "externalId" => {
                Ok(refused("INVALID", format!("its id there {reason}")))
            }
            Err(error) => Err(error),
        }
    }
}
