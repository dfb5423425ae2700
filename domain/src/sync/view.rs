//! The sync control in words and figures ready to be shown, formatted by the host in the tenant's zone.

use serde::{Deserialize, Serialize};

use crate::dashboard::Tone;

/// A line of the last runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunView {
    pub id: i64,
    pub kind: String,
    pub state: String,
    pub tone: Tone,
    pub started: String,
    /// RFC 3339, for machines.
    pub started_at: String,
    pub duration: String,
    pub synced: String,
    pub failed: String,
}

/// The run that is under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveRun {
    pub id: i64,
    pub kind: String,
    pub done: i32,
    /// Null until the source has said how many there are.
    pub total: Option<i32>,
    pub words: String,
    pub cancelling: bool,
}

/// Everything that the sync control shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncView {
    pub connected: bool,
    pub may_run: bool,
    pub initial_done: bool,
    pub state: String,
    pub tone: Tone,
    pub active: Option<ActiveRun>,
    /// What went wrong in the newest run, and what to do.
    pub error: Option<String>,
    pub runs: Vec<RunView>,
    /// "last webhook 2 min ago"; none where none has ever come.
    pub heard: Option<String>,
}

#[cfg(feature = "ssr")]
pub use build::freshness;

#[cfg(feature = "ssr")]
mod build {
    use chrono::{DateTime, SecondsFormat, Utc};
    use chrono_tz::Tz;

    use super::{ActiveRun, RunView, SyncView};
    use crate::calendar::{ago, length, moment, zone_or_utc};
    use crate::dashboard::Tone;
    use crate::db::TenantTx;
    use crate::identity::tenant;
    use crate::inbox::health::last_delivery;
    use crate::money::grouped;
    use crate::sync::{Progress, RunRow, RunStatus, connection, store};

    /// Runs that the control lists.
    const RUNS: i64 = 5;

    impl SyncView {
        /// Reads the state of a tenant's synchronisation.
        pub async fn read(tx: &mut TenantTx, may_run: bool, now: DateTime<Utc>) -> Result<SyncView, sqlx::Error> {
            let zone = zone_or_utc(&tenant::view(tx).await?.timezone);
            let (rows, progress) = store::recent(tx, RUNS).await?;
            let newest = rows.first();
            let cancelling = store::is_cancelling(tx).await?;
            let (state, tone) = newest.map_or(("Not synced yet".into(), Tone::Info), |run| words(run.status));
            Ok(SyncView {
                connected: connection::exists(tx).await?,
                may_run,
                initial_done: store::initial_completed(tx).await?,
                state,
                tone,
                active: newest
                    .filter(|run| run.status == RunStatus::Running)
                    .map(|run| active(run, progress, cancelling)),
                error: newest.and_then(|run| run.error.clone()),
                runs: rows.iter().map(|run| line(run, now, zone)).collect(),
                heard: last_delivery(tx).await?.map(|at| format!("last webhook {}", ago(at, now))),
            })
        }
    }

    /// How old the mirror is by its newest run: "synced 2 min ago".
    pub fn freshness(newest: Option<&RunRow>, now: DateTime<Utc>) -> String {
        match newest.map(|run| run.completed_at) {
            None => "never synced".into(),
            Some(None) => "syncing now".into(),
            Some(Some(at)) => format!("synced {}", ago(at, now)),
        }
    }

    fn words(status: RunStatus) -> (String, Tone) {
        match status {
            RunStatus::Running => ("Running".into(), Tone::Warn),
            RunStatus::Completed => ("Completed".into(), Tone::Ok),
            RunStatus::Failed => ("Failed".into(), Tone::Bad),
            RunStatus::Cancelled => ("Cancelled".into(), Tone::Info),
        }
    }

    fn active(run: &RunRow, progress: Option<Progress>, cancelling: bool) -> ActiveRun {
        let progress =
            progress.unwrap_or(Progress { pages_done: 0, pages_total: None, rows_done: 0, rows_total: None });
        let number = |count: i32| grouped(count.unsigned_abs().into());
        let words = match (progress.rows_total, progress.pages_total) {
            (Some(total), Some(pages)) => {
                format!(
                    "{} of {} records, page {} of {}",
                    number(progress.rows_done),
                    number(total),
                    progress.pages_done,
                    pages
                )
            }
            _ if progress.rows_done > 0 => format!("{} records", number(progress.rows_done)),
            _ => "Asking Current RMS".into(),
        };
        ActiveRun {
            id: run.id,
            kind: run.sync_type.label().into(),
            done: progress.rows_done,
            total: progress.rows_total,
            words,
            cancelling,
        }
    }

    fn line(run: &RunRow, now: DateTime<Utc>, zone: Tz) -> RunView {
        let (state, tone) = words(run.status);
        let number = |count: i32| grouped(count.unsigned_abs().into());
        RunView {
            id: run.id,
            kind: run.sync_type.label().into(),
            state,
            tone,
            started: moment(run.started_at, now, zone),
            started_at: run.started_at.to_rfc3339_opts(SecondsFormat::Secs, true),
            duration: length((run.completed_at.unwrap_or(now) - run.started_at).num_seconds()),
            synced: number(run.records_synced),
            failed: number(run.records_failed),
        }
    }
}
