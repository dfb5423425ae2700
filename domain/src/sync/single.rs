//! One record, read by its id: for a person who asks, and for what a webhook points at.

use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;
use tokio_util::sync::CancellationToken;

use super::client::Client;
use super::error::{SourceError, SyncError};
use super::{failures, wire};
use crate::audit::Request;
use crate::db::{Db, QueryError, TenantTx};
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

/// What the source says of one record.
#[derive(Debug, Clone)]
pub struct Fetched {
    id: i64,
    /// None: the source does not have it.
    raw: Option<Box<RawValue>>,
}

/// What a webhook's read led to, with the record's status before and after.
pub struct Told {
    pub single: Single,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// Asks the source for one record.
pub async fn fetch(client: &Client, id: i64) -> Result<Fetched, SourceError> {
    match client.get_opportunity(id, &CancellationToken::new()).await {
        Ok(answer) => {
            let garbled = |error: serde_json::Error| SourceError::Garbled { status: 200, reason: error.to_string() };
            let show: wire::Show<'_> = serde_json::from_slice(&answer.body).map_err(garbled)?;
            Ok(Fetched::of(id, show.opportunity))
        }
        Err(SourceError::NotFound(message)) if !message.contains("No route matches") => Ok(Fetched { id, raw: None }),
        Err(error) => Err(error),
    }
}

/// Reads one record and brings the mirror up to date; writes no run. Whoever asks for it is in the audit log.
pub async fn read(
    db: &Db,
    client: &Client,
    tenant: TenantId,
    id: i64,
    request: Option<&Request<'_>>,
) -> Result<Single, SyncError> {
    let fetched = fetch(client, id).await?;
    let mut tx = db.worker_tx(tenant).await?;
    let single = fetched.apply(&mut tx, Origin::Single).await?;
    if let Some(request) = request {
        let entity = ("opportunity", &*id.to_string());
        request.record(&mut tx, entity, "read again", None, Some(json!(single))).await?;
    }
    tx.commit().await?;
    Ok(single)
}

impl Fetched {
    /// A record as the source has it.
    pub(super) fn of(id: i64, raw: &RawValue) -> Fetched {
        Fetched { id, raw: Some(raw.to_owned()) }
    }

    /// The record's text; none when the source does not have it.
    pub(super) fn into_raw(self) -> Option<Box<RawValue>> {
        self.raw
    }

    /// Brings the mirror up to date.
    async fn apply(&self, tx: &mut TenantTx, origin: Origin) -> Result<Single, QueryError> {
        let Some(raw) = &self.raw else {
            let known = mirror::mark_gone(tx, &[self.id], origin).await? > 0;
            failures::resolve(tx, &[self.id]).await?;
            return Ok(Single::Gone { known });
        };
        let sorted = Sorted::read(&[&**raw]);
        let (written, refused) = mirror::write_one_by_one(tx, &sorted.records, origin).await?;
        let faults: Vec<_> = sorted.unreadable.into_iter().chain(refused).collect();
        failures::keep(tx, &faults, None).await?;
        if faults.is_empty() {
            failures::resolve(tx, &[self.id]).await?;
        }
        Ok(match faults.into_iter().next() {
            Some(fault) => Single::Failed { reason: fault.reason },
            None if written.changed > 0 => Single::Written,
            None => Single::Unchanged,
        })
    }

    /// The same because of a webhook, with the record's status before and after.
    pub(crate) async fn apply_for_webhook(&self, tx: &mut TenantTx) -> Result<Told, QueryError> {
        let before = mirror::status_words(tx, self.id).await?;
        let single = self.apply(tx, Origin::Webhook).await?;
        let after = mirror::status_words(tx, self.id).await?;
        Ok(Told { single, before, after })
    }
}
