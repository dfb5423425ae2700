//! Starting, watching and cancelling runs, and taking over those whose host is gone.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use serde_json::json;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::accounts::Accounts;
use super::connection::{self, Tested};
use super::engine::{Checkpoint, Engine};
use super::error::SyncError;
use super::lease::Lease;
use super::run::{RunKind, RunRow, RunStatus};
use super::scope::{Span, Window};
use super::single::{self, Single};
use super::spool::Spool;
use super::store::{self, Taken};
use super::tally::Tally;
use super::{cursor, failures};
use crate::audit::{self, By, Entry, Source};
use crate::calendar::zone_or_utc;
use crate::db::{self, Actor, Db};
use crate::identity::{TenantId, tenant};
use crate::live::{Changes, Topic};
use crate::seal::Sealer;

/// How often a host looks for runs without one.
const WATCH: Duration = Duration::from_secs(2);
/// How long somebody who waits for a run waits for the database too.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the operator may set.
#[derive(Debug, Clone)]
pub struct SyncOptions {
    /// Least time between two requests of a tenant; zero is no limit.
    pub interval: Duration,
    /// Days of `starts_at` that are mirrored.
    pub span: Span,
    /// Percent of the mirror that a sweep may mark as gone.
    pub max_gone_percent: u8,
    /// Whether this host works on runs; else it only starts them, for another host to take.
    pub works: bool,
    /// Where answers of the source wait until they are written.
    pub spool: PathBuf,
}

impl Default for SyncOptions {
    fn default() -> Self {
        SyncOptions {
            interval: Duration::from_millis(200),
            span: Span::default(),
            max_gone_percent: 20,
            works: true,
            spool: ".backline/spool".into(),
        }
    }
}

/// Who asks for a run, for its audit row.
pub struct Request<'a> {
    pub by: By<'a>,
    pub source: Source,
    pub request_id: Option<&'a str>,
}

/// Cheap to clone; all clones share the limiters.
#[derive(Clone)]
pub struct SyncService {
    db: Db,
    accounts: Accounts,
    options: SyncOptions,
    tasks: TaskTracker,
    /// Rung when a run of this host ends, for those who wait for it here; others look now and then.
    ended: Arc<Notify>,
    /// Cancelled when this host stops: its runs stay open for another.
    stop: CancellationToken,
    changes: Changes,
    tally: Arc<Tally>,
}

impl SyncService {
    pub fn new(
        db: Db,
        sealer: Sealer,
        options: SyncOptions,
        allow_private: bool,
        changes: Changes,
    ) -> Result<SyncService, reqwest::Error> {
        let accounts = Accounts::new(db.clone(), sealer, options.interval, allow_private)?;
        Ok(SyncService {
            db,
            accounts,
            options,
            tasks: TaskTracker::new(),
            ended: Arc::default(),
            stop: CancellationToken::new(),
            changes,
            tally: Arc::default(),
        })
    }

    /// What this process has done.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

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
        let entry = Entry {
            actor: request.by,
            source: request.source,
            request_id: request.request_id,
            entity: ("run", &id),
            action: "start",
            before: None,
            after: Some(json!({"sync_type": kind.as_str()})),
        };
        audit::record(&mut tx, &entry).await?;
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

    fn spawn(&self, tenant: TenantId, taken: Taken) {
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

    /// Asks the running run to stop, on whichever host it runs; gives its id.
    pub async fn cancel(&self, actor: &Actor, request: &Request<'_>) -> Result<i64, SyncError> {
        let mut tx = self.db.tenant_tx(actor).await?;
        let id = store::request_cancel(&mut tx).await?.ok_or(SyncError::NotRunning)?;
        let text = id.to_string();
        let entry = Entry {
            actor: request.by,
            source: request.source,
            request_id: request.request_id,
            entity: ("run", &text),
            action: "cancel",
            before: None,
            after: None,
        };
        audit::record(&mut tx, &entry).await?;
        tx.commit().await?;
        self.changes.mark(actor.tenant, &[Topic::Sync]);
        Ok(id)
    }

    /// Waits until a run has ended, on whichever host.
    pub async fn wait(&self, tenant: TenantId, id: i64) -> Result<RunRow, SyncError> {
        let mut pause = Duration::from_millis(20);
        let mut answered = Instant::now();
        loop {
            match self.look(tenant, id).await {
                Ok(Some(run)) if run.status != RunStatus::Running => return Ok(run),
                Ok(Some(_)) => answered = Instant::now(),
                // Somebody has started over since it ended.
                Ok(None) => return Err(SyncError::NotRunning),
                // The run survives a database that is away for a while, and so does who waits for it.
                Err(SyncError::Db(error)) if db::is_away(&error) && answered.elapsed() < PATIENCE => {}
                Err(error) => return Err(error),
            }
            tokio::select! {
                () = self.stop.cancelled() => return Err(SyncError::HostStopping),
                () = self.ended.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
            pause = (pause * 2).min(Duration::from_millis(250));
        }
    }

    async fn look(&self, tenant: TenantId, id: i64) -> Result<Option<RunRow>, SyncError> {
        let mut tx = self.db.worker_tx(tenant).await?;
        let run = store::find(&mut tx, id).await?;
        tx.commit().await?;
        Ok(run)
    }

    /// Reads one record by its id.
    pub async fn sync_opportunity(&self, tenant: TenantId, id: i64) -> Result<Single, SyncError> {
        let single = single::read(&self.db, &self.accounts.client(tenant).await?, tenant, id).await?;
        self.changes.mark(tenant, &[Topic::Opportunities]);
        Ok(single)
    }

    /// Whether the stored credentials work.
    pub async fn test_connection(&self, tenant: TenantId) -> Result<Tested, SyncError> {
        self.accounts.test(tenant, &self.stop).await
    }

    /// Takes over runs whose host is gone, for as long as this host lives.
    pub async fn watch(&self) {
        while self.options.works && !self.stop.is_cancelled() {
            if let Err(error) = self.take_over_stale().await {
                tracing::warn!(%error, "could not look for runs without a host");
            }
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = tokio::time::sleep(WATCH) => {}
            }
        }
    }

    async fn take_over_stale(&self) -> Result<(), sqlx::Error> {
        for (tenant, id) in self.db.stale_runs().await? {
            let mut tx = self.db.worker_tx(tenant).await?;
            let taken = store::take_over(&mut tx, id).await?;
            tx.commit().await?;
            if let Some(taken) = taken {
                tracing::info!(run = id, "taking over a run whose host is gone");
                self.spawn(tenant, taken);
            }
        }
        Ok(())
    }

    /// Stops working; runs in flight stay open and another host, or this one after a restart, goes on with them.
    pub async fn shut_down(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}
