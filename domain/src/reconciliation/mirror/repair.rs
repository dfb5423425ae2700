//! Bringing what a run listed, and nothing else, to what the source has now.

use serde_json::json;

use super::store;
use crate::audit::Request;
use crate::db::{QueryError, TenantTx};
use crate::identity::TenantId;
use crate::live::Topic;
use crate::opportunities::mirror::{self, Origin, Sorted};
use crate::services::Services;
use crate::sync::{SyncError, failures};

/// Records of one transaction.
const BATCH: i64 = 100;

/// What became of the listed records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Repaired {
    pub repaired: i64,
    pub failed: i64,
}

/// Why nothing is repaired.
#[derive(Debug, thiserror::Error)]
pub enum RepairError {
    #[error("there is no such run")]
    NotFound,
    #[error("only what a completed run found can be repaired")]
    NotCompleted,
    #[error("somebody repairs it already")]
    UnderWay,
    #[error(transparent)]
    Sync(#[from] SyncError),
    #[error(transparent)]
    Db(#[from] QueryError),
}

/// Repairs all that a run listed and that is not repaired yet; each record that is changed has its row in the audit log, and
/// so has the repair as a whole.
pub async fn repair(
    services: &Services,
    tenant: TenantId,
    run: i64,
    request: &Request<'_>,
) -> Result<Repaired, RepairError> {
    let mut tx = services.db.worker_tx(tenant).await?;
    let found = store::find(&mut tx, run).await?.ok_or(RepairError::NotFound)?;
    if found.status != super::MirrorStatus::Completed {
        return Err(RepairError::NotCompleted);
    }
    if !store::claim(&mut tx, run).await? {
        return Err(RepairError::UnderWay);
    }
    request.record(&mut tx, ("mirror run", &run.to_string()), "repair", None, None).await?;
    tx.commit().await?;
    let (mut done, mut after, mut outcome) = (Repaired::default(), i64::MIN, Ok(()));
    loop {
        match batch(services, tenant, run, after, request, &mut done).await {
            Ok(Some(last)) => after = last,
            Ok(None) => break,
            Err(error) => {
                outcome = Err(error);
                break;
            }
        }
    }
    let mut tx = services.db.worker_tx(tenant).await?;
    store::keep_claim(&mut tx, run, false).await?;
    tx.commit().await?;
    services.changes.mark(tenant, &[Topic::Opportunities, Topic::Sync]);
    outcome.map(|()| done)
}

/// The next records, and the last of their ids; none when all are done.
async fn batch(
    services: &Services,
    tenant: TenantId,
    run: i64,
    after: i64,
    request: &Request<'_>,
    done: &mut Repaired,
) -> Result<Option<i64>, RepairError> {
    let mut tx = services.db.worker_tx(tenant).await?;
    let open = store::open(&mut tx, run, after, BATCH).await?;
    store::keep_claim(&mut tx, run, true).await?;
    tx.commit().await?;
    let Some((last, _)) = open.last().cloned() else { return Ok(None) };
    let ids: Vec<i64> = open.iter().map(|(id, _)| *id).collect();
    let read = services.sync.read_again(tenant, &ids).await?;
    let mut tx = services.db.worker_tx(tenant).await?;
    for ((id, kind), (_, raw)) in open.iter().zip(&read) {
        let error = match raw {
            Some(raw) => write(&mut tx, &Sorted::read(&[&**raw])).await?,
            None => {
                mirror::mark_gone(&mut tx, &[*id], Origin::Single).await?;
                failures::resolve(&mut tx, &[*id]).await?;
                None
            }
        };
        store::settle(&mut tx, run, *id, error.as_deref()).await?;
        match error {
            Some(_) => done.failed += 1,
            None => {
                done.repaired += 1;
                let after = json!({"difference": kind, "mirror_run": run});
                request.record(&mut tx, ("opportunity", &id.to_string()), "repair", None, Some(after)).await?;
            }
        }
    }
    tx.commit().await?;
    Ok(Some(last))
}

/// Writes a record over whatever the mirror has of it; gives the reason when it cannot be mirrored.
async fn write(tx: &mut TenantTx, sorted: &Sorted) -> Result<Option<String>, QueryError> {
    let refused = match sorted.records.first() {
        Some(record) => mirror::overwrite(tx, record, Origin::Single).await?,
        None => None,
    };
    let faults: Vec<_> = sorted.unreadable.iter().cloned().chain(refused).collect();
    failures::keep(tx, &faults, None).await?;
    if faults.is_empty() {
        failures::resolve(tx, &sorted.records.iter().map(|record| record.id).collect::<Vec<_>>()).await?;
    }
    Ok(faults.into_iter().next().map(|fault| fault.reason))
}
