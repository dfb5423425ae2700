//! Running claimed jobs: each in a task of its own, with a sign of life for the slow and results written in batches.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::Value;
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use super::flight::Flight;
use super::kind::{Attempt, Done, JobError, clean};
use super::queue::Jobs;
use super::tally::{Came, Tally};
use super::{backoff, kind};
use crate::db::queue::{Claimed, Completion, Failure, Lease, Verdict};
use crate::db::{QueryError, is_away};
use crate::identity::TenantId;

/// Results that are written in one statement.
const BATCH: usize = 500;
/// Characters of an error that a job's history keeps.
const LONGEST_ERROR: usize = 2000;

type Writing<'a, T> = BoxFuture<'a, Result<T, QueryError>>;

enum Ended {
    Completed(Lease, Option<Value>),
    /// In the handler's own transaction.
    Committed(Lease),
    Failed(Failure),
    /// The lease is gone: there is nothing to write.
    Lost(Lease),
}

/// Those who run the jobs of one worker. Dropping it stops its signs of life.
pub struct Crew {
    jobs: Jobs,
    slots: Arc<Semaphore>,
    pub flight: Flight,
    /// Rung when jobs have ended.
    pub freed: Notify,
    pub tally: Tally,
    ended: mpsc::UnboundedSender<Ended>,
    halt: CancellationToken,
}

impl Crew {
    /// A crew that runs at most `slots` jobs at once.
    pub fn assemble(jobs: Jobs, slots: usize) -> Arc<Crew> {
        let (ended, results) = mpsc::unbounded_channel();
        let crew = Arc::new(Crew {
            jobs,
            slots: Arc::new(Semaphore::new(slots)),
            flight: Flight::default(),
            freed: Notify::new(),
            tally: Tally::default(),
            ended,
            halt: CancellationToken::new(),
        });
        for work in [Crew::write(crew.clone(), results).boxed(), Crew::renew(crew.clone()).boxed()] {
            let halt = crew.halt.clone();
            tokio::spawn(async move { halt.run_until_cancelled_owned(work).await });
        }
        crew
    }

    /// Begins claimed jobs; gives those back whose type runs as many as it may.
    pub async fn begin(self: &Arc<Crew>, claimed: Vec<Claimed>) {
        let mut excess = Vec::new();
        for job in claimed {
            let Some(kind) = self.jobs.registry().get(&job.kind) else {
                excess.push(job.lease);
                continue;
            };
            let stop = CancellationToken::new();
            if self.flight.take(job.lease, kind.name, kind.at_once, stop.clone()) {
                tokio::spawn(Crew::run(self.clone(), job, stop));
            } else {
                excess.push(job.lease);
            }
        }
        if !excess.is_empty()
            && let Err(error) = self.jobs.db().give_back_jobs(&excess).await
        {
            tracing::warn!(%error, "jobs could not be given back; their leases run out");
        }
    }

    async fn run(crew: Arc<Crew>, job: Claimed, stop: CancellationToken) {
        // Never closed.
        let Ok(_slot) = crew.slots.acquire().await else { return };
        let lease = job.lease;
        let attempt = Attempt {
            lease,
            number: job.attempt,
            most: job.max_attempts,
            stop: stop.clone(),
            db: crew.jobs.db().clone(),
        };
        let outcome = match crew.jobs.registry().get(&job.kind) {
            Some(kind) => AssertUnwindSafe(kind.run(attempt, job.payload)).catch_unwind().await,
            None => Ok(Err(JobError::Permanent("no worker knows this type".into()))),
        };
        let outcome = outcome.unwrap_or_else(|_| Err(JobError::Retry("the handler panicked".into())));
        let fail = |verdict, error: Option<String>, delay: Duration| {
            let error = error.map(|text| text.replace('\0', "\u{fffd}").chars().take(LONGEST_ERROR).collect());
            Ended::Failed(Failure { lease, verdict, error, delay_s: delay.as_secs_f64() })
        };
        let ended = match outcome {
            Ok(Done::Result(result)) => Ended::Completed(lease, Some(clean(result)).filter(|result| !result.is_null())),
            Ok(Done::Committed) => Ended::Committed(lease),
            Err(JobError::LeaseLost) => Ended::Lost(lease),
            Err(JobError::Stopped) => fail(Verdict::Stop, None, Duration::ZERO),
            Err(JobError::Snooze(time)) => fail(Verdict::Snooze, None, time),
            Err(JobError::Permanent(error)) => fail(Verdict::Fail, Some(error), Duration::ZERO),
            Err(JobError::Retry(error)) => {
                let wait = backoff::delay(crew.jobs.options().backoff, job.attempt, rand::random());
                fail(Verdict::Retry, Some(error), wait)
            }
        };
        // The writer lives as long as the crew.
        let _ = crew.ended.send(ended);
    }

    async fn write(crew: Arc<Crew>, mut results: mpsc::UnboundedReceiver<Ended>) {
        let mut batch = Vec::with_capacity(BATCH);
        while results.recv_many(&mut batch, BATCH).await > 0 {
            let (mut completed, mut failed, mut over, mut committed) = (Vec::new(), Vec::new(), Vec::new(), 0);
            for ended in batch.drain(..) {
                match ended {
                    Ended::Completed(lease, result) => completed.push(Completion { lease, result }),
                    Ended::Failed(failure) => failed.push(failure),
                    Ended::Committed(lease) => {
                        committed += 1;
                        over.push(lease);
                    }
                    Ended::Lost(lease) => {
                        crew.came(Came::Refused, 1);
                        over.push(lease);
                    }
                }
            }
            crew.came(Came::Completed, committed);
            crew.complete(&completed).await;
            crew.fail(&failed).await;
            over.extend(completed.iter().map(|done| done.lease));
            over.extend(failed.iter().map(|failed| failed.lease));
            crew.flight.drop_all(over.iter());
            crew.freed.notify_waiters();
            let mut tenants: Vec<_> = over.iter().map(|lease| lease.tenant).collect();
            tenants.sort_unstable();
            tenants.dedup();
            tenants.into_iter().for_each(|tenant| crew.jobs.show(TenantId(tenant)));
        }
    }

    pub fn came(&self, came: Came, count: usize) {
        self.tally.add(came, count);
        self.jobs.tally().add(came, count);
    }

    async fn complete(&self, done: &[Completion]) {
        if done.is_empty() {
            return;
        }
        let held = self.until_written(|| self.jobs.db().complete_jobs(done).boxed()).await.map_or(0, |held| held.len());
        self.came(Came::Completed, held);
        self.came(Came::Refused, done.len().saturating_sub(held));
    }

    async fn fail(&self, failed: &[Failure]) {
        if failed.is_empty() {
            return;
        }
        let held = self.until_written(|| self.jobs.db().fail_jobs(failed).boxed()).await.unwrap_or_default();
        let counted = failed.iter().filter(|failure| matches!(failure.verdict, Verdict::Retry | Verdict::Fail)).count();
        self.came(Came::Failed, counted);
        self.came(Came::Refused, failed.len().saturating_sub(held.len()));
        for (lease, _) in held.iter().filter(|(_, for_good)| *for_good) {
            tracing::warn!(job = lease.job, "a job has failed");
        }
    }

    /// A result is worth waiting for a database that is away: the leases decide how long.
    async fn until_written<'a, T>(&self, write: impl Fn() -> Writing<'a, T>) -> Option<T> {
        let mut pause = Duration::from_millis(50);
        let patience = tokio::time::Instant::now() + self.jobs.options().lease;
        loop {
            match write().await {
                Ok(written) => return Some(written),
                Err(error) if is_away(&error) && tokio::time::Instant::now() < patience => {
                    tokio::time::sleep(pause).await
                }
                Err(error) => {
                    tracing::warn!(%error, "results could not be written; their jobs are tried again");
                    return None;
                }
            }
            pause = (pause * 2).min(Duration::from_secs(1));
        }
    }

    /// Signs of life for what takes longer, and news for it: to stop, or that the lease is lost.
    async fn renew(crew: Arc<Crew>) {
        let lease = crew.jobs.options().lease;
        loop {
            tokio::time::sleep(lease / 6).await;
            let held = crew.flight.held_for(lease / 8);
            for leases in held.chunks(BATCH) {
                match crew.jobs.db().renew_jobs(leases, super::queue::granted(lease)).await {
                    Ok(renewed) => {
                        for lease in leases {
                            let sign = renewed.iter().find(|renewed| renewed.lease == *lease);
                            if sign.is_none_or(|sign| sign.cancel_requested) {
                                crew.flight.stop(lease);
                            }
                        }
                    }
                    Err(error) => tracing::warn!(%error, "no sign of life could be given"),
                }
            }
        }
    }

    /// Waits until everything has ended, or the time is over; what then still runs is given back.
    pub async fn dismiss(&self, patience: Duration) {
        let empty = async {
            while self.flight.len() > 0 {
                tokio::select! {
                    () = self.freed.notified() => {}
                    () = tokio::time::sleep(Duration::from_millis(20)) => {}
                }
            }
        };
        if tokio::time::timeout(patience, empty).await.is_err() {
            let left = self.flight.leases();
            match self.jobs.db().give_back_jobs(&left).await {
                Ok(given) => tracing::info!(given, "jobs were given back"),
                Err(error) => tracing::warn!(%error, "jobs could not be given back; their leases run out"),
            }
            left.iter().for_each(|lease| self.flight.stop(lease));
        }
        self.halt.cancel();
    }

    pub fn running(&self) -> usize {
        self.flight.len()
    }

    /// The types that may be claimed now.
    pub fn types(&self, of: &[String]) -> Vec<String> {
        let free = |name: &&String| {
            let kind: Option<&kind::JobType> = self.jobs.registry().get(name);
            kind.is_some_and(|kind| self.flight.of_type(kind.name) < kind.at_once)
        };
        of.iter().filter(free).cloned().collect()
    }
}
