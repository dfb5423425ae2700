//! The queue as the rest of Backline holds it: enqueue, ring, look up.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use uuid::Uuid;

use super::counts::CountCache;
use super::enqueue::{self, EnqueueError, NewJob};
use super::kind::Registry;
use super::tally::Tally;
use crate::db::queue::{Claim, Found};
use crate::db::{Db, QueryError, TenantTx};
use crate::identity::TenantId;
use crate::live::{Changes, Topic};

/// What the operator set.
#[derive(Debug, Clone, Copy)]
pub struct JobOptions {
    /// How long a job stays its worker's without a sign of life.
    pub lease: Duration,
    /// The wait after a first failed attempt.
    pub backoff: Duration,
    /// Whether `probe` jobs are taken: they let others drive the queue.
    pub probe: bool,
    /// Jobs that a worker runs at once.
    pub slots: usize,
    /// Whether mail can be sent.
    pub mail: bool,
}

impl Default for JobOptions {
    fn default() -> Self {
        JobOptions {
            lease: Duration::from_secs(30),
            backoff: Duration::from_secs(30),
            probe: false,
            slots: 32,
            mail: false,
        }
    }
}

/// What a lease is granted for, in seconds: less than it is announced for, so that a dead worker's job runs again within it.
pub(super) fn granted(lease: Duration) -> f64 {
    lease.as_secs_f64() * 0.8
}

/// Cheap to clone; all clones share the turns and the bell.
#[derive(Clone)]
pub struct Jobs(Arc<Inner>);

struct Inner {
    db: Db,
    options: JobOptions,
    changes: Changes,
    registry: OnceLock<Registry>,
    /// Rung for workers of this host.
    bell: Arc<Notify>,
    /// The tenant that was served last.
    turn: Mutex<Uuid>,
    counts: CountCache,
    tally: Tally,
}

impl Jobs {
    /// A queue whose types are set once everything that they need stands.
    pub fn new(db: Db, options: JobOptions, changes: Changes, bell: Arc<Notify>) -> Jobs {
        let turn = Mutex::new(Uuid::nil());
        Jobs(Arc::new(Inner {
            db,
            options,
            changes,
            registry: OnceLock::new(),
            bell,
            turn,
            counts: CountCache::default(),
            tally: Tally::default(),
        }))
    }

    pub(crate) fn set_types(&self, registry: Registry) {
        // Said once, where the services are put together.
        let _ = self.0.registry.set(registry);
    }

    pub fn registry(&self) -> &Registry {
        static NONE: Registry = Registry::none();
        self.0.registry.get().unwrap_or(&NONE)
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }

    pub(crate) fn options(&self) -> &JobOptions {
        &self.0.options
    }

    /// What attempts came to in this process.
    pub fn tally(&self) -> &Tally {
        &self.0.tally
    }

    pub(super) fn count_cache(&self) -> &CountCache {
        &self.0.counts
    }

    pub(super) fn bell(&self) -> &Notify {
        &self.0.bell
    }

    /// Enqueues in the caller's transaction and gives the job's id. After the commit: [`Jobs::ring`].
    pub async fn enqueue_job(&self, tx: &mut TenantTx, new: &NewJob<'_>) -> Result<i64, EnqueueError> {
        enqueue::enqueue_job(tx, self.registry(), new).await
    }

    /// Wakes the workers of all hosts, those of this one at once, and the screens that look at the queue.
    pub fn ring(&self, tenant: TenantId) {
        self.0.bell.notify_one();
        self.show(tenant);
    }

    /// The same once jobs that were enqueued for later are due.
    pub fn ring_after(&self, tenant: TenantId, wait: Duration) {
        let jobs = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            jobs.ring(tenant);
        });
    }

    /// Tells the screens that something changed.
    pub(super) fn show(&self, tenant: TenantId) {
        self.0.changes.mark(tenant, &[Topic::Jobs]);
    }

    /// Tells the bells.
    pub(crate) fn show_notifications(&self, tenant: TenantId) {
        self.0.changes.mark(tenant, &[Topic::Notifications]);
    }

    /// Claims for a worker: what became due in the last seconds, or everything.
    pub(super) async fn claim(&self, ask: &Ask<'_>) -> Result<Found, QueryError> {
        let after = *self.0.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let lease_s = granted(self.0.options.lease);
        let claim = Claim {
            types: ask.types,
            most: ask.most,
            tenant: ask.tenant.map(|id| id.0),
            after,
            worker: ask.worker,
            lease_s,
        };
        let found = match ask.recent {
            Some(recent) => self.0.db.claim_due(&claim, recent.as_secs_f64()).await?,
            None => self.0.db.claim_lanes(&claim).await?,
        };
        if let Some(last) = found.jobs.last() {
            *self.0.turn.lock().unwrap_or_else(PoisonError::into_inner) = last.lease.tenant;
        }
        Ok(found)
    }
}

/// A claim in the terms of a worker.
pub(super) struct Ask<'a> {
    pub types: &'a [String],
    pub most: i32,
    pub tenant: Option<TenantId>,
    pub worker: Uuid,
    /// Only what became due in so long a time.
    pub recent: Option<Duration>,
}
