//! A batch by hand: claims so many jobs, runs them, says what became of them. For a timer outside, where no worker runs.

use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::crew::Crew;
use super::queue::{Ask, Jobs};
use super::tally::Came;
use crate::db::QueryError;
use crate::db::queue::EVER;
use crate::identity::TenantId;
use crate::notifications::raise;
use crate::rules::evaluate;

/// Jobs of one call that run at once.
const SLOTS: usize = 16;
/// A long job keeps its call waiting; the call's own limit is the caller's.
const PATIENCE: Duration = Duration::from_hours(24);

/// What a batch did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Attempts that were made.
    pub processed: usize,
    /// Those of them that failed.
    pub failed: usize,
    pub started_at: DateTime<Utc>,
    pub ended_at: DateTime<Utc>,
}

impl Summary {
    /// In a sentence.
    pub fn message(&self) -> String {
        format!("Processed {} jobs, {} failed", self.processed, self.failed)
    }
}

impl Jobs {
    /// Runs up to `most` due jobs, of one tenant or of all; fires the schedules, takes back lost leases and enqueues what rules
    /// have to do before, and what they have to do after.
    pub async fn process(&self, tenant: Option<TenantId>, most: usize) -> Result<Summary, QueryError> {
        let started_at = Utc::now();
        self.fire_due(started_at).await?;
        let rescued = self.db().rescue_jobs(500, EVER).await?.len();
        self.tally().add(Came::Rescued, rescued);
        evaluate::enqueue_waiting(self).await?;
        let types: Vec<String> = self.registry().names().map(str::to_owned).collect();
        let crew = Crew::assemble(self.clone(), SLOTS);
        let (worker, mut claimed) = (Uuid::from_bytes(rand::random()), 0);
        while claimed < most {
            let room = crew.flight.room(SLOTS).min(most - claimed);
            let types = crew.types(&types);
            if room == 0 || types.is_empty() {
                tokio::select! {
                    () = crew.freed.notified() => {}
                    () = tokio::time::sleep(Duration::from_millis(5)) => {}
                }
                continue;
            }
            let size = i32::try_from(room).unwrap_or(i32::MAX);
            let found = self.claim(&Ask { types: &types, most: size, tenant, worker, recent: None }).await?;
            if found.jobs.is_empty() {
                break;
            }
            claimed += found.jobs.len();
            crew.begin(found.jobs).await;
        }
        crew.dismiss(PATIENCE).await;
        raise::due(self).await?;
        evaluate::enqueue_waiting(self).await?;
        let count = |came| usize::try_from(crew.tally.of(came)).unwrap_or(usize::MAX);
        let (completed, failed) = (count(Came::Completed), count(Came::Failed));
        Ok(Summary { processed: completed + failed, failed, started_at, ended_at: Utc::now() })
    }

    /// Runs one due job; whether there was one.
    pub async fn process_next_job(&self, tenant: Option<TenantId>) -> Result<bool, QueryError> {
        Ok(self.process(tenant, 1).await?.processed > 0)
    }
}
