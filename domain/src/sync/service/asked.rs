//! Runs that somebody asks for, and asks to stop.

use serde_json::json;

use super::SyncService;
use crate::audit::Request;
use crate::db::Actor;
use crate::live::Topic;
use crate::sync::connection;
use crate::sync::error::SyncError;
use crate::sync::run::RunKind;
use crate::sync::store;

impl SyncService {
    /// Starts a run of the window and of records without dates.
    pub async fn initial_sync(&self, actor: &Actor, request: &Request<'_>) -> Result<i64, SyncError> {
        self.start(actor, RunKind::Initial, request).await
    }

    /// Starts a run of what changed; only after an initial run has completed.
    pub async fn incremental_sync(&self, actor: &Actor, request: &Request<'_>) -> Result<i64, SyncError> {
        self.start(actor, RunKind::Incremental, request).await
    }

    /// Starts a run of any kind and gives its id. The run goes on whether or not the caller stays.
    pub async fn start(&self, actor: &Actor, kind: RunKind, request: &Request<'_>) -> Result<i64, SyncError> {
        let mut tx = self.db.tenant_tx(actor).await?;
        if !connection::exists(&mut tx).await? {
            return Err(SyncError::NotConnected);
        }
        if kind != RunKind::Initial && !store::initial_completed(&mut tx).await? {
            return Err(SyncError::InitialRequired);
        }
        let Some(taken) = store::start(&mut tx, kind).await? else {
            return Err(match store::running(&mut tx).await? {
                Some(id) => SyncError::Running { id },
                // It ended between the two statements.
                None => SyncError::NotRunning,
            });
        };
        // Asked again: it may have waited for somebody who starts over.
        if kind != RunKind::Initial && !store::initial_completed(&mut tx).await? {
            return Err(SyncError::InitialRequired);
        }
        let id = taken.id.to_string();
        let after = json!({"sync_type": kind.as_str()});
        request.record(&mut tx, ("run", &id), "start", None, Some(after)).await?;
        // The commit is not left to a future that a client can drop by hanging up.
        let service = self.clone();
        let tenant = actor.tenant;
        let started = tokio::spawn(async move {
            tx.commit().await?;
            let id = taken.id;
            service.changes.mark(tenant, &[Topic::Sync]);
            service.spawn(tenant, taken);
            Ok::<i64, sqlx::Error>(id)
        });
        started.await.map_err(|_| SyncError::Db(sqlx::Error::WorkerCrashed))?.map_err(SyncError::Db)
    }

    /// Asks the running run to stop, on whichever host it runs; gives its id.
    pub async fn cancel(&self, actor: &Actor, request: &Request<'_>) -> Result<i64, SyncError> {
        let mut tx = self.db.tenant_tx(actor).await?;
        let id = store::request_cancel(&mut tx).await?.ok_or(SyncError::NotRunning)?;
        request.record(&mut tx, ("run", &id.to_string()), "cancel", None, None).await?;
        tx.commit().await?;
        self.changes.mark(actor.tenant, &[Topic::Sync]);
        Ok(id)
    }
}
