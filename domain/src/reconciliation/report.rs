//! What an address asks for, answered.

use serde::Serialize;
use sqlx::Error;

use super::items::{Item, items};
use super::lists::{Found, Slice};
use super::mirror::store;
use super::query::{Query, Wanted};
use super::tally::Tally;
use super::view::RUNS;
use super::{Kind, get_opportunities_missing_integration, get_stale_integrations, get_unaugmented_opportunities};
use crate::db::TenantTx;

/// One list of a reconciliation, and a page of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub r#type: &'static str,
    /// Null where it is of no system, or of all.
    pub system: Option<String>,
    /// Of the whole list.
    pub count: i64,
    pub items: Vec<Item>,
}

impl Finding {
    async fn of(tx: &mut TenantTx, kind: Kind, system: Option<String>, found: Found) -> Result<Finding, Error> {
        Ok(Finding { r#type: kind.as_str(), system, count: found.count, items: items(tx, &found.keys).await? })
    }
}

/// The lists that are asked for: one, or one for each kind and system in use.
pub async fn read(tx: &mut TenantTx, query: &Query) -> Result<Vec<Finding>, Error> {
    let slice = Slice::of_page(query.page, query.limit);
    match &query.wanted {
        Wanted::One { kind, system } => {
            let found = found(tx, *kind, system.as_deref(), slice).await?;
            Ok(vec![Finding::of(tx, *kind, system.clone(), found).await?])
        }
        Wanted::Mirror => Ok(differing(tx, query).await?.into_iter().collect()),
        Wanted::All => {
            let tally = Tally::read(tx).await?;
            let mut findings = Vec::new();
            for list in tally.lists() {
                let part = tally.part(tx, &list, slice).await?;
                findings.push(Finding::of(tx, list.kind, list.system, part).await?);
            }
            findings.extend(differing(tx, query).await?);
            Ok(findings)
        }
    }
}

/// What the last comparison found and nobody has repaired; none before the first one.
async fn differing(tx: &mut TenantTx, query: &Query) -> Result<Option<Finding>, Error> {
    let Some(run) = store::last_completed(tx).await? else { return Ok(None) };
    let open = store::open_items(tx, run.id, query.page, query.limit).await?;
    let item = |open: store::OpenItem| Item {
        opportunity_id: open.opportunity_id,
        reason: open.reason(),
        opportunity_name: open.name,
        organisation_name: open.organisation_name,
        system: None,
        since: run.completed_at,
        remedy: format!("repair what the comparison listed: {RUNS}/{}", run.id),
    };
    Ok(Some(Finding {
        r#type: "mirror",
        system: None,
        count: i64::from(run.counts.all()) - run.repaired,
        items: open.into_iter().map(item).collect(),
    }))
}

/// A part of one list.
pub(super) async fn found(tx: &mut TenantTx, kind: Kind, system: Option<&str>, slice: Slice) -> Result<Found, Error> {
    match kind {
        Kind::Unaugmented => get_unaugmented_opportunities(tx, slice).await,
        Kind::MissingIntegration => get_opportunities_missing_integration(tx, system.unwrap_or_default(), slice).await,
        Kind::StaleIntegrations => get_stale_integrations(tx, system, slice).await,
    }
}
