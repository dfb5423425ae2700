//! Runs of this host: whose they are, how they are waited for, and those taken over whose host is gone.

mod asked;
mod work;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::accounts::Accounts;
use super::client::Client;
use super::connection::Tested;
use super::error::SyncError;
use super::readers::Readers;
use super::run::{RunRow, RunStatus};
use super::scope::Span;
use super::single::{self, Fetched, Single};
use super::store;
use super::tally::Tally;
use crate::audit::Request;
use crate::db::{self, Db};
use crate::identity::TenantId;
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

/// Cheap to clone; all clones share the limiters.
#[derive(Clone)]
pub struct SyncService {
    db: Db,
    accounts: Accounts,
    readers: Readers,
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
            readers: Readers::default(),
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
    pub async fn sync_opportunity(
        &self,
        tenant: TenantId,
        id: i64,
        request: Option<&Request<'_>>,
    ) -> Result<Single, SyncError> {
        let client = self.accounts.client(tenant).await?;
        let single = single::read(&self.db, &client, tenant, id, request).await?;
        self.changes.mark(tenant, &[Topic::Opportunities]);
        Ok(single)
    }

    pub(super) fn db(&self) -> &Db {
        &self.db
    }

    /// Days of `starts_at` that are mirrored.
    pub(super) fn span(&self) -> Span {
        self.options.span
    }

    /// Percent of the mirror that are believed to be gone at once.
    pub(crate) fn max_gone_percent(&self) -> u8 {
        self.options.max_gone_percent
    }

    /// The tenant's account, for who can come again by themselves.
    pub(crate) async fn account(&self, tenant: TenantId) -> Result<Client, SyncError> {
        Ok(self.accounts.client(tenant).await?.eager())
    }

    /// Asks the source for one record, together with others who ask at the same time.
    pub(crate) async fn fetch(&self, tenant: TenantId, id: i64) -> Result<Fetched, SyncError> {
        let client = self.account(tenant).await?;
        Ok(self.readers.fetch(tenant, &client, id).await?)
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
