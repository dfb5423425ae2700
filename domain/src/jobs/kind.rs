//! Types of jobs: what a payload must look like, what is done, how many at once. A new type is one file in `types/` and one
//! line in [`super::types::all`].

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::db::queue::Lease;
use crate::db::{Db, QueryError, TenantTx};
use crate::identity::TenantId;

/// What a handler did.
#[derive(Debug, Clone, PartialEq)]
pub enum Done {
    /// The work is done; the queue completes the job, with a result or `null`.
    Result(Value),
    /// The handler completed the job itself, in the transaction of its effect ([`Attempt::complete_in`]).
    Committed,
}

/// Why an attempt did not complete its job.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// Another attempt may help.
    #[error("{0}")]
    Retry(String),
    /// None will: the job fails at once.
    #[error("{0}")]
    Permanent(String),
    /// Not yet: again after this time, without counting the attempt.
    #[error("not yet")]
    Snooze(Duration),
    /// The attempt was asked to stop, and did.
    #[error("stopped")]
    Stopped,
    /// The lease is another's: whatever this attempt did is not kept.
    #[error("the lease ran out")]
    LeaseLost,
}

impl From<QueryError> for JobError {
    fn from(error: QueryError) -> Self {
        tracing::warn!(%error, "a job met an error of the database");
        JobError::Retry("the database did not do what was asked; the log says why".into())
    }
}

/// One attempt at a job, as its handler sees it.
#[derive(Clone)]
pub struct Attempt {
    pub lease: Lease,
    /// From 1.
    pub number: i32,
    pub most: i32,
    /// Cancelled when the work is to stop: somebody asked, the lease was lost, or the host stops. Long work looks at it.
    pub stop: CancellationToken,
    pub(super) db: Db,
}

impl Attempt {
    pub fn tenant(&self) -> TenantId {
        TenantId(self.lease.tenant)
    }

    /// A transaction for the handler's effect.
    pub async fn begin(&self) -> Result<TenantTx, JobError> {
        Ok(self.db.worker_tx(self.tenant()).await?)
    }

    /// Completes the job in the transaction of its effect, so that a killed worker leaves both or neither.
    pub async fn complete_in(&self, tx: &mut TenantTx, result: &Value) -> Result<(), JobError> {
        let held = super::store::complete(tx, &self.lease, &clean(result.clone())).await?;
        if held { Ok(()) } else { Err(JobError::LeaseLost) }
    }

    /// Shows how far the work is.
    pub async fn progress(&self, done: i64, total: Option<i64>) -> Result<(), JobError> {
        let mut tx = self.begin().await?;
        super::store::set_progress(&mut tx, &self.lease, &json!({"done": done, "total": total})).await?;
        tx.commit().await?;
        Ok(())
    }
}

type Outcome = Pin<Box<dyn Future<Output = Result<Done, JobError>> + Send>>;
type Run = Box<dyn Fn(Attempt, Value) -> Outcome + Send + Sync>;
type Check = Box<dyn Fn(&Value) -> Result<(), String> + Send + Sync>;

/// One type.
pub struct JobType {
    pub name: &'static str,
    /// Jobs of this type that one process runs at the same time.
    pub at_once: usize,
    /// Whether a dedupe key also stands for a job that is being worked on.
    pub dedupe_open: bool,
    check: Check,
    run: Run,
}

impl JobType {
    /// A type whose payload is a `P`; what is no `P` is refused when the job is enqueued.
    pub fn new<P, F, R>(name: &'static str, run: F) -> JobType
    where
        P: DeserializeOwned + Send + 'static,
        F: Fn(Attempt, P) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Done, JobError>> + Send + 'static,
    {
        let read = |payload: Value| serde_json::from_value::<P>(payload).map_err(|error| error.to_string());
        JobType {
            name,
            at_once: usize::MAX,
            dedupe_open: false,
            check: Box::new(move |payload| read(payload.clone()).map(drop)),
            run: Box::new(move |attempt, payload| match read(payload) {
                Ok(payload) => Box::pin(run(attempt, payload)),
                Err(error) => Box::pin(async move { Err(JobError::Permanent(format!("payload: {error}"))) }),
            }),
        }
    }

    /// At most so many at once in one process.
    pub fn at_once(self, most: usize) -> JobType {
        JobType { at_once: most, ..self }
    }

    /// A dedupe key also stands for the job that is being worked on.
    pub fn dedupe_open(self) -> JobType {
        JobType { dedupe_open: true, ..self }
    }

    /// Whether a payload is one of this type.
    pub fn check(&self, payload: &Value) -> Result<(), String> {
        (self.check)(payload)
    }

    pub(super) fn run(&self, attempt: Attempt, payload: Value) -> Outcome {
        (self.run)(attempt, payload)
    }
}

/// The types that this host knows.
#[derive(Default)]
pub struct Registry(BTreeMap<&'static str, JobType>);

impl Registry {
    pub(super) const fn none() -> Registry {
        Registry(BTreeMap::new())
    }

    pub fn of(types: impl IntoIterator<Item = JobType>) -> Registry {
        Registry(types.into_iter().map(|kind| (kind.name, kind)).collect())
    }

    pub fn get(&self, name: &str) -> Option<&JobType> {
        self.0.get(name)
    }

    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }
}

/// U+0000 is in no text of a `jsonb`.
pub(crate) fn clean(value: Value) -> Value {
    match value {
        Value::String(text) if text.contains('\0') => Value::String(text.replace('\0', "\u{fffd}")),
        Value::Array(values) => Value::Array(values.into_iter().map(clean).collect()),
        Value::Object(fields) => Value::Object(
            fields.into_iter().map(|(name, value)| (name.replace('\0', "\u{fffd}"), clean(value))).collect(),
        ),
        other => other,
    }
}
