//! How many jobs stand where. Exact and at once as long as counting is quick; of a long table a count that is some seconds
//! old, made anew behind whoever asks.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::queue::Jobs;
use crate::db::QueryError;
use crate::db::queue::{TypeCount, Waiting};
use crate::identity::TenantId;

/// Rows up to which each question is counted.
const QUICK: i64 = 20_000;
/// Age from which a kept count is made anew.
const FRESH: Duration = Duration::from_secs(3);

/// Jobs by state and by type; every state is named, also with none.
#[derive(Debug, Clone)]
pub struct Counts {
    pub by_type: Vec<TypeCount>,
    pub counted_at: DateTime<Utc>,
}

impl Counts {
    /// Of one state or all, of one type or all.
    pub fn of(&self, status: Option<&str>, kind: Option<&str>) -> i64 {
        let wanted = |count: &&TypeCount| {
            status.is_none_or(|status| count.status == status) && kind.is_none_or(|kind| count.kind == kind)
        };
        self.by_type.iter().filter(wanted).map(|count| count.count).sum()
    }

    pub fn by_status(&self) -> BTreeMap<&'static str, i64> {
        super::JobStatus::ALL
            .into_iter()
            .map(|status| (status.as_str(), self.of(Some(status.as_str()), None)))
            .collect()
    }

    pub fn by_type(&self) -> BTreeMap<&str, i64> {
        self.by_type.iter().map(|count| (count.kind.as_str(), self.of(None, Some(&count.kind)))).collect()
    }
}

struct Kept {
    counts: Counts,
    at: Instant,
    counting: bool,
}

/// Counts of long tables, by tenant.
#[derive(Default)]
pub(super) struct CountCache(Mutex<HashMap<Option<TenantId>, Kept>>);

impl CountCache {
    /// What is kept, and whether the caller is the one to count anew.
    fn look(&self, tenant: Option<TenantId>) -> Option<(Counts, bool)> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.get_mut(&tenant)?;
        let count = !kept.counting && kept.at.elapsed() >= FRESH;
        kept.counting |= count;
        Some((kept.counts.clone(), count))
    }

    fn keep(&self, tenant: Option<TenantId>, counts: Option<Counts>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match counts {
            Some(counts) => drop(all.insert(tenant, Kept { counts, at: Instant::now(), counting: false })),
            None => drop(all.remove(&tenant)),
        }
    }
}

impl Jobs {
    /// Jobs of a tenant, or of all.
    pub async fn counts(&self, tenant: Option<TenantId>) -> Result<Counts, QueryError> {
        if self.db().count_some_jobs(tenant, false, QUICK + 1).await? <= QUICK {
            return self.count(tenant).await;
        }
        let Some((counts, stale)) = self.count_cache().look(tenant) else {
            let counts = self.count(tenant).await?;
            self.count_cache().keep(tenant, Some(counts.clone()));
            return Ok(counts);
        };
        if stale {
            let jobs = self.clone();
            tokio::spawn(async move {
                let counted = jobs.count(tenant).await;
                jobs.count_cache().keep(tenant, counted.ok());
            });
        }
        Ok(counts)
    }

    async fn count(&self, tenant: Option<TenantId>) -> Result<Counts, QueryError> {
        Ok(Counts { by_type: self.db().count_jobs(tenant).await?, counted_at: Utc::now() })
    }

    /// Pending jobs: their number, and the first ones.
    pub async fn get_pending_jobs(
        &self,
        tenant: Option<TenantId>,
        limit: i64,
    ) -> Result<(i64, Vec<Waiting>), QueryError> {
        let some = self.db().count_some_jobs(tenant, true, QUICK + 1).await?;
        let count = if some <= QUICK { some } else { self.counts(tenant).await?.of(Some("pending"), None).max(some) };
        let first = match tenant {
            Some(tenant) => self.db().pending_jobs_of(tenant, limit).await?,
            None => self.db().pending_jobs(limit).await?,
        };
        Ok((count, first))
    }
}
