//! One record, read by its id: for a person who asks, and for what a webhook points at.

use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::client::Client;
use super::error::{SourceError, SyncError};
use super::{failures, wire};
use crate::db::Db;
use crate::identity::TenantId;
use crate::opportunities::mirror::{self, Origin, Sorted};

/// What reading one record did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
pub enum Single {
    /// It was new or had changed.
    Written,
    /// The mirror had it already.
    Unchanged,
    /// The source no longer has it; `known` when the mirror did.
    Gone { known: bool },
    /// It cannot be mirrored and is kept among the failures.
    Failed { reason: String },
}

/// Reads one record and brings the mirror up to date; writes no run.
pub async fn read(db: &Db, client: &Client, tenant: TenantId, id: i64) -> Result<Single, SyncError> {
    let answer = match client.get_opportunity(id, &CancellationToken::new()).await {
        Ok(answer) => answer,
        Err(SourceError::NotFound(message)) if !message.contains("No route matches") => {
            let mut tx = db.worker_tx(tenant).await?;
            let known = mirror::mark_gone(&mut tx, &[id], None).await? > 0;
            failures::resolve(&mut tx, &[id]).await?;
            tx.commit().await?;
            return Ok(Single::Gone { known });
        }
        Err(error) => return Err(error.into()),
    };
    let show: wire::Show<'_> = serde_json::from_slice(&answer.body)
        .map_err(|error| SourceError::Garbled { status: 200, reason: error.to_string() })?;
    let sorted = Sorted::read(&[show.opportunity]);
    let mut tx = db.worker_tx(tenant).await?;
    let (written, refused) = mirror::write_one_by_one(&mut tx, &sorted.records, Origin::Single).await?;
    let faults: Vec<_> = sorted.unreadable.into_iter().chain(refused).collect();
    failures::keep(&mut tx, &faults, None).await?;
    if faults.is_empty() {
        failures::resolve(&mut tx, &[id]).await?;
    }
    tx.commit().await?;
    Ok(match faults.into_iter().next() {
        Some(fault) => Single::Failed { reason: fault.reason },
        None if written.changed > 0 => Single::Written,
        None => Single::Unchanged,
    })
}
