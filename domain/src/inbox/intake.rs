//! Taking deliveries in. Those of one tenant that arrive together share a transaction, which is what a database pays for;
//! each is answered after the commit. When a batch fails, each of it is tried alone. Nothing here is ever answered early.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::delivery::{Delivery, Door, Looked, Receipt};
use super::doors::Doors;
use super::rate::Rate;
use super::{Provider, follow_up, store};
use crate::db::{Db, QueryError, is_away};
use crate::identity::TenantId;
use crate::jobs::Jobs;
use crate::live::{Changes, Topic};

/// Deliveries of a batch.
const ROWS: usize = 64;
/// Bytes of their bodies; one that is larger is a batch of its own.
const BYTES: usize = 256 * 1024;
/// Kilobytes of bodies that may wait on this host, over all tenants. Beyond, the sender is asked to come again.
const WAITING_KB: usize = 64 * 1024;

/// Why a delivery was not kept. The sender comes again.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    #[error("more deliveries come in than the database takes")]
    Full,
    #[error("more deliveries of this company than it may send in a second")]
    TooMany(Duration),
    #[error(transparent)]
    Db(#[from] QueryError),
}

/// What waits for its transaction.
enum Waiting {
    Delivery(Box<Looked>, oneshot::Sender<Result<Receipt, QueryError>>, OwnedSemaphorePermit),
    /// Refused unread; only the log hears of it.
    Refused(store::Refusal, OwnedSemaphorePermit),
}

/// Cheap to clone; all clones share the queues.
#[derive(Clone)]
pub struct Intake(Arc<Inner>);

struct Inner {
    db: Db,
    jobs: Jobs,
    changes: Changes,
    rate: Rate,
    doors: Doors,
    room: Arc<Semaphore>,
    /// One task a tenant that has ever sent something.
    tenants: Mutex<HashMap<TenantId, mpsc::UnboundedSender<Waiting>>>,
}

impl Intake {
    /// `rate`: deliveries of a tenant that this host takes in a second.
    pub fn new(db: Db, jobs: Jobs, changes: Changes, rate: u32) -> Intake {
        let room = Arc::new(Semaphore::new(WAITING_KB));
        Intake(Arc::new(Inner {
            db,
            jobs,
            changes,
            rate: Rate::new(rate),
            doors: Doors::default(),
            room,
            tenants: Mutex::default(),
        }))
    }

    /// The door that a token opens; none for an unknown or revoked one.
    pub async fn door(&self, provider: Provider, token: &str) -> Result<Option<Door>, QueryError> {
        self.0.doors.find(&self.0.db, provider, token).await
    }

    /// Whether a token was right when it was looked up last; costs no question to the database.
    pub fn knows(&self, token: &str) -> bool {
        self.0.doors.know(token)
    }

    /// After tokens have changed.
    pub fn forget_doors(&self) {
        self.0.doors.forget();
    }

    /// Keeps a delivery; when this returns a receipt it is safe. Dropping the future does not take the delivery back.
    pub async fn take(&self, delivery: Delivery) -> Result<Receipt, IntakeError> {
        if let Err(wait) = self.0.rate.take(delivery.door.tenant, Instant::now()) {
            self.refuse(&delivery, "over the rate of the company");
            return Err(IntakeError::TooMany(wait));
        }
        let kb = u32::try_from(delivery.body.len().div_ceil(1024).max(1)).unwrap_or(u32::MAX);
        let room = self.0.room.clone().try_acquire_many_owned(kb).map_err(|_| IntakeError::Full)?;
        let tenant = delivery.door.tenant;
        let (answer, answered) = oneshot::channel();
        self.send(tenant, Waiting::Delivery(Box::new(Looked::at(delivery)), answer, room));
        Ok(answered.await.map_err(|_| QueryError::WorkerCrashed)??)
    }

    /// Notes a delivery that is refused for its size or rate.
    pub fn refuse(&self, delivery: &Delivery, why: &str) {
        // Where there is no room for a line of the log either, it is left out.
        if let Ok(room) = self.0.room.clone().try_acquire_owned() {
            self.send(delivery.door.tenant, Waiting::Refused(store::Refusal::of(delivery, why), room));
        }
    }

    fn send(&self, tenant: TenantId, waiting: Waiting) {
        let mut tenants = self.0.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = tenants.entry(tenant).or_insert_with(|| {
            let (queue, waiting) = mpsc::unbounded_channel();
            tokio::spawn(self.clone().work(tenant, waiting));
            queue
        });
        // The task lives as long as its sender, which lies here.
        let _ = queue.send(waiting);
    }

    async fn work(self, tenant: TenantId, mut queue: mpsc::UnboundedReceiver<Waiting>) {
        let mut next = None;
        loop {
            let Some(first) = (match next.take() {
                Some(first) => Some(first),
                None => queue.recv().await,
            }) else {
                return;
            };
            let mut bytes = first.bytes();
            let mut batch = vec![first];
            while batch.len() < ROWS {
                let Ok(more) = queue.try_recv() else { break };
                if bytes + more.bytes() > BYTES {
                    next = Some(more);
                    break;
                }
                bytes += more.bytes();
                batch.push(more);
            }
            self.keep(tenant, batch).await;
        }
    }

    /// Keeps a batch and answers each of it.
    async fn keep(&self, tenant: TenantId, batch: Vec<Waiting>) {
        let (mut looked, mut answers, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        for waiting in batch {
            match waiting {
                Waiting::Delivery(one, answer, room) => {
                    looked.push(*one);
                    answers.push((answer, room));
                }
                Waiting::Refused(refusal, _room) => refused.push(refusal),
            }
        }
        let kept = match store::keep(&self.0.db, tenant, &looked, &refused).await {
            Ok(receipts) => receipts.into_iter().map(Ok).collect(),
            Err(error) if is_away(&error) => {
                tracing::warn!(%error, deliveries = looked.len(), "deliveries could not be kept; they are answered 503");
                looked.iter().map(|_| Err(QueryError::PoolTimedOut)).collect()
            }
            Err(error) => {
                tracing::warn!(%error, deliveries = looked.len(), "a batch of deliveries failed; each is tried alone");
                if let Err(error) = store::keep(&self.0.db, tenant, &[], &refused).await {
                    tracing::warn!(%error, "refused deliveries are not in the log");
                }
                let mut alone = Vec::with_capacity(looked.len());
                for one in looked {
                    alone.push(self.keep_alone(tenant, one).await);
                }
                alone
            }
        };
        if kept.iter().any(|kept: &Result<Receipt, _>| kept.is_ok()) {
            self.0.changes.mark(tenant, &[Topic::Events]);
            self.0.jobs.ring_after(tenant, follow_up::GATHERING);
        }
        for ((answer, _room), kept) in answers.into_iter().zip(kept) {
            // Who hung up does not hear it; the delivery is kept all the same.
            let _ = answer.send(kept);
        }
    }

    async fn keep_alone(&self, tenant: TenantId, mut one: Looked) -> Result<Receipt, QueryError> {
        for _ in 0..5 {
            match store::keep(&self.0.db, tenant, std::slice::from_ref(&one), &[]).await {
                Ok(mut receipts) => return receipts.pop().ok_or(QueryError::RowNotFound),
                Err(error) if store::is_id_taken(&error) => one.rename(),
                Err(error) => return Err(error),
            }
        }
        Err(QueryError::RowNotFound)
    }
}

impl Waiting {
    fn bytes(&self) -> usize {
        match self {
            Waiting::Delivery(looked, ..) => looked.delivery.body.len(),
            Waiting::Refused(..) => 0,
        }
    }
}
