//! Working on a run until it ends or is left open for another host.

use chrono::Utc;
use serde_json::json;

use super::SyncService;
use crate::calendar::zone_or_utc;
use crate::identity::{TenantId, tenant};
use crate::live::Topic;
use crate::sync::engine::{Checkpoint, Engine};
use crate::sync::error::SyncError;
use crate::sync::lease::Lease;
use crate::sync::run::{RunKind, RunStatus};
use crate::sync::scope::Window;
use crate::sync::spool::Spool;
use crate::sync::store::{self, Taken};
use crate::sync::{cursor, failures};

impl SyncService {
    pub(super) fn spawn(&self, tenant: TenantId, taken: Taken) {
        let service = self.clone();
        self.tasks.spawn(async move {
            let (id, kind, lease) = (taken.id, taken.kind, taken.lease);
            let outcome = if service.options.works {
                Box::pin(service.work(tenant, taken)).await
            } else {
                Err(SyncError::LeaseLost)
            };
            match &outcome {
                Ok(status) => {
                    // Also the mirror: the end of a run marks records that are gone.
                    service.changes.mark(tenant, &[Topic::Sync, Topic::Opportunities]);
                    service.tally.run_ended(kind, *status);
                    tracing::info!(run = id, status = status.as_str(), "a sync ended");
                }
                Err(error) => {
                    tracing::info!(run = id, code = error.code(), %error, "a sync is left open");
                    service.release(tenant, id, lease).await;
                }
            }
            let first = kind == RunKind::Initial && matches!(outcome, Ok(RunStatus::Completed));
            service.ended.notify_waiters();
            if first && let Err(error) = service.analyze(tenant).await {
                tracing::warn!(run = id, %error, "the mirror could not be analyzed");
            }
        });
    }

    /// A first run fills empty tables, and whoever looks next would wait for plans made for those.
    async fn analyze(&self, tenant: TenantId) -> Result<(), sqlx::Error> {
        let mut tx = self.db.worker_tx(tenant).await?;
        store::analyze(&mut tx).await?;
        tx.commit().await
    }

    async fn work(&self, tenant: TenantId, run: Taken) -> Result<RunStatus, SyncError> {
        let lease = Lease::hold(self.db.clone(), tenant, run.id, run.lease, &self.stop);
        let mut tx = self.db.worker_tx(tenant).await?;
        let mut at: Checkpoint = serde_json::from_value(run.checkpoint.clone()).unwrap_or_default();
        if at.window.is_none() {
            let zone = zone_or_utc(&tenant::view(&mut tx).await?.timezone);
            at.window = Some(Window::around(Utc::now(), zone, self.options.span));
            at.newest = cursor::newest(&mut tx).await?;
            if run.kind == RunKind::Incremental {
                (at.since, at.clock_before) = cursor::read(&mut tx).await?;
            }
        }
        let open_failures = failures::count_open(&mut tx).await? > 0;
        let opened = self.accounts.open(&mut tx, tenant).await;
        tx.commit().await?;
        let client = match opened {
            Ok(client) => client,
            Err(error) => {
                self.fail(tenant, &run, &error).await?;
                return Ok(RunStatus::Failed);
            }
        };
        let engine = Engine {
            db: self.db.clone(),
            client,
            spool: Spool::open(&self.options.spool, tenant, run.id),
            lease,
            run,
            at,
            max_gone_percent: self.options.max_gone_percent,
            open_failures,
            only_new: false,
            writing: None,
            changes: self.changes.clone(),
            tally: self.tally.clone(),
        };
        engine.go().await
    }

    /// Lets go of a run, so that another host need not wait for the lease to run out.
    async fn release(&self, tenant: TenantId, id: i64, lease: uuid::Uuid) {
        let release = async {
            let mut tx = self.db.worker_tx(tenant).await?;
            store::release(&mut tx, id, lease).await?;
            tx.commit().await
        };
        if let Err(error) = release.await {
            tracing::debug!(run = id, %error, "the lease runs out by itself");
        }
    }

    async fn fail(&self, tenant: TenantId, run: &Taken, error: &SyncError) -> Result<(), SyncError> {
        let mut tx = self.db.worker_tx(tenant).await?;
        let metadata = json!({"code": error.code()});
        store::end(&mut tx, run.id, run.lease, RunStatus::Failed, Some(&error.for_the_row()), &metadata).await?;
        tx.commit().await?;
        Ok(())
    }
}
