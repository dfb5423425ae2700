//! Keeping what the dashboard shows at the end of a day. Its schedule tries again until the night is over; once is enough.

use chrono::Utc;
use serde::Deserialize;
use serde_json::json;

use crate::dashboard::snapshot;
use crate::jobs::kind::{Done, JobError, JobType};
use crate::services::Services;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Snapshot {}

pub fn kind(services: &Services) -> JobType {
    let (db, changes) = (services.db.clone(), services.changes.clone());
    JobType::new("snapshot", move |attempt, Snapshot {}| {
        let (db, changes) = (db.clone(), changes.clone());
        async move {
            let day = snapshot::take_due(&db, &changes, attempt.tenant(), Utc::now()).await?;
            Ok::<_, JobError>(Done::Result(json!({"day": day})))
        }
    })
}
