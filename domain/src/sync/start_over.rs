//! Starting over: the mirror of a tenant goes, so that its next initial run begins from nothing.
//!
//! What follows the source goes: opportunities and what is counted from them, night by night too, changes, runs, failures,
//! the cursor. What
//! people made stays: the audit log, people, keys, kept lists, the connection with its credentials.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::error::SyncError;
use super::run::RunKind;
use super::store;
use crate::db::TenantTx;
use crate::identity::{Change, tenant};
use crate::live::Topic;
use crate::money::grouped;
use crate::services::Services;

/// How many rows went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    pub opportunities: u64,
    pub changes: u64,
    pub runs: u64,
    pub failures: u64,
}

impl Removed {
    /// What to tell the person who asked for it.
    pub fn in_words(&self) -> String {
        let number =
            |count: u64, one: &str, many: &str| format!("{} {}", grouped(count), if count == 1 { one } else { many });
        format!(
            "The mirror is empty: {}, {} and {} are removed. An initial sync on the dashboard brings everything again.",
            number(self.opportunities, "opportunity", "opportunities"),
            number(self.changes, "change", "changes"),
            number(self.runs, "run", "runs")
        )
    }
}

/// Why nothing was removed.
#[derive(Debug, thiserror::Error)]
pub enum StartOverError {
    #[error("confirm: expected the company's name exactly as it is written: {0}")]
    Confirm(String),
    #[error(transparent)]
    Sync(#[from] SyncError),
}

impl From<sqlx::Error> for StartOverError {
    fn from(error: sqlx::Error) -> Self {
        StartOverError::Sync(error.into())
    }
}

/// How many opportunities would go.
pub async fn mirrored(tx: &mut TenantTx) -> Result<i64, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(r#"select count(*) as "count!" from opportunities where tenant_id = $1"#, tenant)
        .fetch_one(tx.connection())
        .await
}

/// Removes the mirror, all of it or nothing; `confirm` is the company's name as the person typed it. Refused while a run is
/// under way. It goes on to its end also when the caller does not stay.
pub async fn start_over(services: &Services, change: &Change<'_>, confirm: &str) -> Result<Removed, StartOverError> {
    let (services, confirm) = (services.clone(), confirm.trim().to_owned());
    let (caller, source, id) = (change.caller.clone(), change.source, change.request_id.map(str::to_owned));
    let work = tokio::spawn(async move {
        let change = Change { caller: &caller, source, request_id: id.as_deref() };
        let mut tx = services.db.worker_tx(caller.tenant).await?;
        let removed = remove(&mut tx, &change, &confirm).await?;
        tx.commit().await?;
        services.changes.mark(caller.tenant, &[Topic::Opportunities, Topic::Sync]);
        Ok(removed)
    });
    work.await.map_err(|_| sqlx::Error::WorkerCrashed)?
}

async fn remove(tx: &mut TenantTx, change: &Change<'_>, confirm: &str) -> Result<Removed, StartOverError> {
    let company = tenant::view(tx).await?;
    if confirm != company.name {
        return Err(StartOverError::Confirm(company.name));
    }
    // Takes the place of a run: none is under way, on any host, and none begins before this is done.
    if store::start(tx, RunKind::Initial).await?.is_none() {
        let running = store::running(tx).await?;
        return Err(running.map_or(SyncError::NotRunning, |id| SyncError::Running { id }).into());
    }
    let removed = delete(tx).await?;
    let counts = json!(removed);
    change.record(tx, ("mirror", &company.slug), "start over", Some(counts), None).await?;
    Ok(removed)
}

/// A mirror of years is millions of rows: longer than a statement may take otherwise, and still one transaction.
async fn delete(tx: &mut TenantTx) -> Result<Removed, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query!(r#"select set_config('statement_timeout', '10min', true) as "set""#)
        .fetch_one(tx.connection())
        .await?;
    let opportunities = sqlx::query!("delete from opportunities where tenant_id = $1", tenant);
    let opportunities = opportunities.execute(tx.connection()).await?.rows_affected();
    let changes = sqlx::query!("delete from opportunity_changes where tenant_id = $1", tenant);
    let changes = changes.execute(tx.connection()).await?.rows_affected();
    let failures = sqlx::query!("delete from sync_failures where tenant_id = $1", tenant);
    let failures = failures.execute(tx.connection()).await?.rows_affected();
    sqlx::query!("delete from change_counts where tenant_id = $1", tenant).execute(tx.connection()).await?;
    sqlx::query!("delete from opportunity_activity where tenant_id = $1", tenant).execute(tx.connection()).await?;
    // The statuses of a night go with it.
    sqlx::query!("delete from dashboard_snapshots where tenant_id = $1", tenant).execute(tx.connection()).await?;
    // What was proved of it says nothing of the next one; a comparison that runs will find no run of its own to end.
    sqlx::query!("delete from mirror_runs where tenant_id = $1", tenant).execute(tx.connection()).await?;
    sqlx::query!("delete from sync_cursors where tenant_id = $1", tenant).execute(tx.connection()).await?;
    // Failures name their runs, so runs go last; one of them only held the place.
    let runs = sqlx::query!("delete from sync_metadata where tenant_id = $1", tenant);
    let runs = runs.execute(tx.connection()).await?.rows_affected().saturating_sub(1);
    Ok(Removed { opportunities, changes, runs, failures })
}
