//! The marks of this process, and the one task that sends them. NOTIFY takes a lock at commit that serialises all commits, so
//! it is never part of a durable transaction.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::{Topic, Topics};
use crate::db::{Db, QueryError, notes};
use crate::identity::TenantId;

/// Least time between two notes on the same tenant and topic.
const PAUSE: Duration = Duration::from_millis(250);

/// Cheap to clone; all clones share the marks.
#[derive(Clone, Default)]
pub struct Changes(Arc<Marks>);

#[derive(Default)]
struct Marks {
    marked: Mutex<HashMap<TenantId, Topics>>,
    bell: Notify,
}

impl Changes {
    /// To be called after a commit, never inside its transaction.
    pub fn mark(&self, tenant: TenantId, topics: &[Topic]) {
        self.put(tenant, Topics::of(topics));
        self.0.bell.notify_one();
    }

    fn put(&self, tenant: TenantId, topics: Topics) {
        let mut marked = self.0.marked.lock().unwrap_or_else(PoisonError::into_inner);
        let known = marked.entry(tenant).or_default();
        *known = known.and(topics);
    }

    /// Sends what is marked, at once. What could not be sent stays marked.
    pub async fn flush(&self, db: &Db) -> Result<(), QueryError> {
        let marked = std::mem::take(&mut *self.0.marked.lock().unwrap_or_else(PoisonError::into_inner));
        if marked.is_empty() {
            return Ok(());
        }
        let texts: Vec<String> = marked.iter().map(|(tenant, topics)| notes::write(*tenant, *topics)).collect();
        let sent = db.send_notes(&texts).await;
        if sent.is_err() {
            marked.into_iter().for_each(|(tenant, topics)| self.put(tenant, topics));
        }
        sent
    }

    /// Sends for as long as the database's pools are open.
    pub async fn send(self, db: Db) {
        loop {
            self.0.bell.notified().await;
            match self.flush(&db).await {
                Ok(()) => {}
                Err(QueryError::PoolClosed) => return,
                Err(error) => {
                    tracing::debug!(%error, "changes could not be told; they are kept");
                    tokio::time::sleep(PAUSE * 4).await;
                    self.0.bell.notify_one();
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}
