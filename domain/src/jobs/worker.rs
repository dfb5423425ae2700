//! A worker: claims what is due as long as it has room, keeps the queue in order meanwhile, and stops in good time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::crew::Crew;
use super::queue::{Ask, Jobs};
use super::sight::{Look, Sight};
use super::tally::Came;
use super::thrift::Thrift;
use crate::audit::seal;
use crate::db::QueryError;
use crate::db::queue::{Beat, EVER, Found};
use crate::identity::TenantId;
use crate::inbox::follow_up;
use crate::notifications::raise;
use crate::rules::evaluate;

/// Most that one statement claims.
const BATCH: usize = 500;
/// Between two looks while there is work.
const BUSY: Duration = Duration::from_millis(2);
/// Between two looks while there is none and nobody rings: what other programs put into the table waits no longer.
const IDLE: Duration = Duration::from_millis(200);
/// After the last job, and after the start, for so long there may be another one soon.
const SOON: Duration = Duration::from_secs(2);
/// What may lie between the time that a job is due and the commit that shows it. Later ones are found by the straggler's look.
const LATE: Duration = Duration::from_secs(2);
const STRAGGLERS: Duration = Duration::from_secs(5);
const TICK: Duration = Duration::from_secs(1);
const BEAT: Duration = Duration::from_secs(5);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MINUTES: Duration = Duration::from_secs(15);
/// How long a stop waits for jobs that run.
const PATIENCE: Duration = Duration::from_secs(8);

struct Worker {
    jobs: Jobs,
    id: Uuid,
    name: String,
    types: Vec<String>,
    crew: Arc<Crew>,
    sight: Sight,
    /// Of looks for leases that ran out long ago.
    rescues: Thrift,
    /// Of looks for jobs that became due long ago.
    looks: Thrift,
}

impl Jobs {
    /// Works until `stop`; only on some types when they are named.
    pub async fn work(&self, types: Option<&[String]>, stop: CancellationToken) {
        let known = self.registry().names().map(str::to_owned);
        let types: Vec<String> = known.filter(|name| types.is_none_or(|only| only.contains(name))).collect();
        let worker = Arc::new(Worker {
            jobs: self.clone(),
            id: Uuid::from_bytes(rand::random()),
            name: name(),
            types,
            crew: Crew::assemble(self.clone(), self.options().slots),
            sight: Sight::default(),
            rescues: Thrift::default(),
            looks: Thrift::default(),
        });
        let keeping: Vec<_> = [
            every(TICK, stop.clone(), worker.clone(), Worker::tick),
            every(TICK, stop.clone(), worker.clone(), Worker::tell),
            every(TICK, stop.clone(), worker.clone(), Worker::seal_audit),
            every(DAY, stop.clone(), worker.clone(), Worker::tell_audit_heads),
            every(TICK, stop.clone(), worker.clone(), Worker::evaluate),
            every(BEAT, stop.clone(), worker.clone(), Worker::beat),
            every(MINUTES, stop.clone(), worker.clone(), Worker::count),
            every(MINUTES, stop.clone(), worker.clone(), Worker::find_lost_follow_ups),
            every(STRAGGLERS, stop.clone(), worker.clone(), Worker::look_for_stragglers),
            every(self.options().lease / 15, stop.clone(), worker.clone(), Worker::rescue),
        ]
        .into();
        worker.claim(&stop).await;
        worker.crew.dismiss(PATIENCE).await;
        for task in keeping {
            task.abort();
        }
        if let Err(error) = self.db().forget_worker(worker.id).await {
            tracing::debug!(%error, "the worker's row stays until it is old");
        }
    }
}

fn name() -> String {
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    format!("{}:{}", Some(host.trim()).filter(|host| !host.is_empty()).unwrap_or("host"), std::process::id())
}

/// Does something again and again, errors or not.
fn every<F>(
    pause: Duration,
    stop: CancellationToken,
    worker: Arc<Worker>,
    act: impl Fn(Arc<Worker>) -> F + Send + 'static,
) -> tokio::task::JoinHandle<()>
where
    F: Future<Output = Result<(), QueryError>> + Send,
{
    tokio::spawn(async move {
        while !stop.is_cancelled() {
            if let Err(error) = act(worker.clone()).await {
                tracing::warn!(%error, "the queue could not be kept in order for a moment");
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    })
}

impl Worker {
    async fn claim(&self, stop: &CancellationToken) {
        let mut worked = Instant::now();
        let mut pause = Duration::from_millis(100);
        while !stop.is_cancelled() {
            let room = self.crew.flight.room(self.jobs.options().slots).min(BATCH);
            let types = self.crew.types(&self.types);
            if room == 0 || types.is_empty() {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = self.crew.freed.notified() => {}
                    () = tokio::time::sleep(BUSY) => {}
                }
                continue;
            }
            match self.look(room, &types).await {
                Ok(found) => {
                    pause = Duration::from_millis(100);
                    if !found.jobs.is_empty() {
                        worked = Instant::now();
                        self.crew.begin(found.jobs).await;
                        if found.more {
                            continue;
                        }
                    }
                    self.wait(stop, if worked.elapsed() < SOON { BUSY } else { IDLE }).await;
                }
                Err(error) => {
                    tracing::warn!(%error, "no jobs could be claimed");
                    self.sight.lose();
                    self.wait(stop, pause).await;
                    pause = (pause * 2).min(Duration::from_secs(5));
                }
            }
        }
    }

    /// Claims what there is room for, by the look that finds it at the least cost.
    async fn look(&self, room: usize, types: &[String]) -> Result<Found, QueryError> {
        let (now, all) = (Instant::now(), types.len() == self.types.len());
        let claim = |most: usize, recent: Option<Duration>| {
            let most = i32::try_from(most).unwrap_or(i32::MAX);
            async move { self.jobs.claim(&Ask { types, most, tenant: None, worker: self.id, recent }).await }
        };
        match self.sight.next(now) {
            Look::Everywhere => {
                let found = claim(room, None).await?;
                self.sight.saw_everything(now, now.elapsed(), found.more || !all);
                Ok(found)
            }
            Look::Since(since) => {
                let found = claim(room, Some(since.elapsed() + LATE)).await?;
                self.sight.saw(now, found.oldest.filter(|_| all), found.more || !all);
                Ok(found)
            }
            // A long queue beside an old snapshot: what has just become due, of whichever tenant, does not wait for all of it.
            Look::SinceAndLately(since, lately) => {
                let mut found = claim(room.div_ceil(2), Some(since.elapsed() + LATE)).await?;
                self.sight.saw(now, found.oldest.filter(|_| all), found.more || !all);
                let left = room - found.jobs.len();
                if left > 0 {
                    found.jobs.extend(claim(left, Some(lately.elapsed() + LATE)).await?.jobs);
                }
                Ok(found)
            }
        }
    }

    async fn wait(&self, stop: &CancellationToken, time: Duration) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.jobs.bell().notified() => {}
            () = tokio::time::sleep(time) => {}
        }
    }

    async fn tick(self: Arc<Worker>) -> Result<(), QueryError> {
        self.jobs.fire_due(Utc::now()).await.map(drop)
    }

    /// What failed, whoever wrote it down.
    async fn tell(self: Arc<Worker>) -> Result<(), QueryError> {
        raise::due(&self.jobs).await
    }

    /// What rules have to look at or to do, whoever wrote it down.
    async fn evaluate(self: Arc<Worker>) -> Result<(), QueryError> {
        evaluate::enqueue_waiting(&self.jobs).await
    }

    async fn beat(self: Arc<Worker>) -> Result<(), QueryError> {
        let count = |came| i64::try_from(self.crew.tally.of(came)).unwrap_or(i64::MAX);
        let beat = Beat {
            id: self.id,
            name: &self.name,
            types: &self.types,
            running: i32::try_from(self.crew.running()).unwrap_or(i32::MAX),
            completed: count(Came::Completed),
            failed: count(Came::Failed),
            rescued: count(Came::Rescued),
            refused: count(Came::Refused),
        };
        self.jobs.db().beat(&beat).await
    }

    async fn count(self: Arc<Worker>) -> Result<(), QueryError> {
        self.jobs.db().count_minutes().await
    }

    async fn seal_audit(self: Arc<Worker>) -> Result<(), QueryError> {
        seal::seal_all(self.jobs.db()).await
    }

    async fn tell_audit_heads(self: Arc<Worker>) -> Result<(), QueryError> {
        seal::tell_heads(self.jobs.db()).await
    }

    async fn find_lost_follow_ups(self: Arc<Worker>) -> Result<(), QueryError> {
        follow_up::find_lost(&self.jobs).await
    }

    async fn look_for_stragglers(self: Arc<Worker>) -> Result<(), QueryError> {
        let now = Instant::now();
        if !self.looks.may(now) {
            return Ok(());
        }
        let overlooked = self.jobs.db().overlooked(&self.types, LATE.as_secs_f64()).await?;
        self.looks.took(now, now.elapsed());
        if let Some(due_for) = overlooked {
            self.sight.overlooked(now, due_for);
            self.jobs.bell().notify_one();
        }
        Ok(())
    }

    /// Leases that ran out lately, and now and then those that did so while nobody looked.
    async fn rescue(self: Arc<Worker>) -> Result<(), QueryError> {
        let (now, lease) = (Instant::now(), self.jobs.options().lease);
        let ever = self.rescues.may(now);
        let seconds = if ever { EVER } else { lease.as_secs_f64() + LATE.as_secs_f64() };
        let held = self.jobs.db().rescue_jobs(500, seconds).await?;
        if ever {
            self.rescues.took(now, now.elapsed());
        }
        if held.is_empty() {
            return Ok(());
        }
        tracing::warn!(jobs = held.len(), "took back jobs whose worker was lost");
        self.crew.came(Came::Rescued, held.len());
        let longest = held.iter().map(|held| held.due_for).fold(0.0, f64::max);
        self.sight.overlooked(now, Duration::try_from_secs_f64(longest).unwrap_or_default());
        for held in held {
            self.jobs.ring(TenantId(held.tenant));
        }
        Ok(())
    }
}
