//! Deletes what nobody needs any more.

use serde::Deserialize;
use serde_json::json;

use crate::db::{Db, QueryError};
use crate::identity::TenantId;
use crate::jobs::kind::{Done, JobError, JobType};
use crate::services::Services;
use crate::{imports, inbox, reports, rules};

/// Rows of one statement: short enough that nobody waits for it.
const BATCH: i64 = 5000;

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct CleanUp {
    /// Jobs that ended before so many days go.
    days: u32,
}

impl Default for CleanUp {
    fn default() -> Self {
        CleanUp { days: 30 }
    }
}

pub fn kind(services: &Services) -> JobType {
    let db = services.db.clone();
    JobType::new("clean_up", move |attempt, clean_up: CleanUp| {
        let db = db.clone();
        async move {
            let jobs = cleanup_old_jobs(&db, attempt.tenant(), clean_up.days).await?;
            db.drop_old_minutes().await?;
            let mut tx = attempt.begin().await?;
            let notifications = crate::notifications::store::delete_old(&mut tx).await?;
            let reports = reports::store::remove_expired(&mut tx).await?;
            let imports = imports::store::remove_expired(&mut tx).await?;
            let firings = rules::history::remove_old(&mut tx).await?;
            tx.commit().await?;
            let payloads = inbox::keeping::remove_old(&db, attempt.tenant()).await?;
            Ok::<_, JobError>(Done::Result(
                json!({"jobs": jobs, "notifications": notifications, "reports": reports, "imports": imports, "payloads": payloads, "firings": firings}),
            ))
        }
    })
    .at_once(1)
    .dedupe_open()
}

/// Deletes a tenant's jobs that ended more than so many days ago (30 by default), never one that is to come; gives how many.
pub async fn cleanup_old_jobs(db: &Db, tenant: TenantId, days: u32) -> Result<u64, QueryError> {
    let mut deleted = 0;
    loop {
        let batch = db.delete_ended_jobs(tenant, i32::try_from(days).unwrap_or(i32::MAX), BATCH).await?;
        deleted += batch;
        if batch < BATCH.unsigned_abs() {
            return Ok(deleted);
        }
    }
}
