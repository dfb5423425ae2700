//! Jobs and workers as lines of their tables.

use chrono::{DateTime, Utc};

use super::{Eyes, PATH};
use crate::calendar::{length, moment};
use crate::db::queue::WorkerRow;
use crate::jobs::JobStatus;
use crate::jobs::hours::wait;
use crate::jobs::store::JobRow;
use crate::opportunities::Cell;
use crate::opportunities::words::{brief, field_words};

/// Letters of an error in the list; the job's page has the rest.
const MOST_LETTERS: usize = 120;

pub(super) fn cells(row: &JobRow, eyes: Eyes) -> Vec<Cell> {
    let number = |text: String| Cell { number: true, ..Cell::text(text) };
    let time = |at: Option<DateTime<Utc>>| at.map_or_else(|| "—".into(), |at| moment(at, eyes.now, eyes.zone));
    vec![
        Cell::link(row.id.to_string(), Some(format!("{PATH}/{}", row.id))),
        Cell::text(field_words(&row.kind)),
        Cell { tone: Some(row.status.tone()), ..Cell::text(row.state()) },
        Cell::text(time(Some(row.created_at))),
        Cell::text(time(row.started_at)),
        number(format!("{}/{}", row.attempts, row.max_attempts)),
        number(row.took(eyes.now).unwrap_or_else(|| "—".into())),
        Cell {
            wrap: row.error().is_some(),
            ..Cell::text(row.error().map_or_else(|| "—".into(), |error| brief(error, MOST_LETTERS)))
        },
    ]
}

impl JobRow {
    /// The status in a word or two, and how far a running job is.
    pub(in crate::jobs) fn state(&self) -> String {
        if self.status == JobStatus::Processing && self.cancel_requested {
            return "Stopping".into();
        }
        match (self.status, self.progress.as_ref().and_then(steps)) {
            (JobStatus::Processing, Some((done, Some(total)))) if total > 0 => {
                format!("{} {} %", self.status.word(), (done.clamp(0, total) * 100) / total)
            }
            (status, _) => status.word().into(),
        }
    }

    /// How long the newest attempt took, or takes.
    pub(in crate::jobs) fn took(&self, now: DateTime<Utc>) -> Option<String> {
        let end = self.completed_at.or_else(|| (self.status == JobStatus::Processing).then_some(now))?;
        Some(wait((end - self.started_at?).num_milliseconds()))
    }
}

/// How much is done, and of how much where that is known.
pub(in crate::jobs) fn steps(progress: &serde_json::Value) -> Option<(i64, Option<i64>)> {
    Some((progress.get("done")?.as_i64()?, progress.get("total").and_then(serde_json::Value::as_i64)))
}

pub(super) fn of_worker(worker: &WorkerRow, now: DateTime<Utc>) -> Vec<Cell> {
    let number = |count: i64| Cell { number: true, ..Cell::text(super::number(count)) };
    let silence = length((now - worker.seen_at).num_seconds());
    vec![
        Cell::text(worker.name.clone()),
        Cell::text(format!("{silence} ago")),
        Cell::text(length((now - worker.started_at).num_seconds())),
        number(worker.running.into()),
        number(worker.completed),
        number(worker.failed),
        number(worker.rescued),
        number(worker.refused),
    ]
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use serde_json::json;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn job(status: JobStatus) -> JobRow {
        JobRow {
            id: 7,
            kind: "report_generation".into(),
            status,
            payload: json!({}),
            priority: 0,
            run_at: at("2026-11-21T11:00:00Z"),
            attempts: 2,
            max_attempts: 3,
            lease_until: None,
            cancel_requested: false,
            errors: json!([{"attempt": 1, "at": "2026-11-21T11:00:00Z", "error": format!("first line\n{}", "x".repeat(500))}]),
            result: None,
            progress: None,
            dedupe_key: None,
            created_at: at("2026-11-20T10:00:00Z"),
            started_at: Some(at("2026-11-21T11:59:30Z")),
            completed_at: None,
        }
    }

    fn eyes() -> Eyes {
        Eyes { now: at("2026-11-21T12:00:00Z"), zone: Tz::UTC, may_act: true }
    }

    #[test]
    fn a_line_tells_a_job_in_words() {
        let running = JobRow { progress: Some(json!({"done": 30, "total": 40})), ..job(JobStatus::Processing) };
        let cells = cells(&running, eyes());
        let texts: Vec<&str> = cells.iter().map(|cell| cell.text.as_str()).collect();
        assert_eq!(texts[..7], ["7", "Report generation", "Processing 75 %", "Fri 10:00", "11:59", "2/3", "30.0 s"]);
        assert!(texts[7].starts_with("first line xx") && texts[7].chars().count() == MOST_LETTERS + 1, "{}", texts[7]);
        assert_eq!(cells[0].href.as_deref(), Some("/jobs/7"));
    }

    #[test]
    fn one_that_is_asked_to_stop_says_so_and_strange_progress_is_no_share() {
        let stopping = JobRow { cancel_requested: true, ..job(JobStatus::Processing) };
        assert_eq!(stopping.state(), "Stopping");
        for progress in [json!({"done": 5, "total": 0}), json!({"done": "a"}), json!(null), json!({"done": 5})] {
            assert_eq!(JobRow { progress: Some(progress), ..job(JobStatus::Processing) }.state(), "Processing");
        }
        let beyond = JobRow { progress: Some(json!({"done": 50, "total": 40})), ..job(JobStatus::Processing) };
        assert_eq!(beyond.state(), "Processing 100 %");
    }
}
