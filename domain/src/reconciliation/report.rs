//! What an address asks for, answered.

use serde::Serialize;
use sqlx::Error;

use super::items::{Item, items};
use super::lists::{Found, Slice};
use super::query::{Query, Wanted};
use super::tally::Tally;
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
        Wanted::All => {
            let tally = Tally::read(tx).await?;
            let mut findings = Vec::new();
            for list in tally.lists() {
                let part = tally.part(tx, &list, slice).await?;
                findings.push(Finding::of(tx, list.kind, list.system, part).await?);
            }
            Ok(findings)
        }
    }
}

/// A part of one list.
pub(super) async fn found(tx: &mut TenantTx, kind: Kind, system: Option<&str>, slice: Slice) -> Result<Found, Error> {
    match kind {
        Kind::Unaugmented => get_unaugmented_opportunities(tx, slice).await,
        Kind::MissingIntegration => get_opportunities_missing_integration(tx, system.unwrap_or_default(), slice).await,
        Kind::StaleIntegrations => get_stale_integrations(tx, system, slice).await,
    }
}
