//! One job ready to be shown.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use super::JobStatus;
use super::page::{heads, lines::steps};
use super::store::{JobRow, get_job_status};
use super::view::{JobView, ProgressView, Rows};
use crate::calendar::zone_or_utc;
use crate::db::{QueryError, TenantTx};
use crate::identity::{Caller, Permission};
use crate::money::grouped;
use crate::opportunities::words::field_words;
use crate::opportunities::{Cell, Fact};

/// Letters of a payload or result that a page shows; REST has the rest.
const MOST_LETTERS: usize = 50_000;

impl JobView {
    /// Reads a job; none for an unknown one.
    pub async fn read(
        tx: &mut TenantTx,
        id: i64,
        caller: &Caller,
        now: DateTime<Utc>,
    ) -> Result<Option<JobView>, QueryError> {
        let job = get_job_status(tx, id).await?;
        let zone = zone_or_utc(&caller.tenant_view.timezone);
        Ok(job.map(|job| JobView::of(&job, caller.may(Permission::Administer), now, zone)))
    }

    fn of(job: &JobRow, may_act: bool, now: DateTime<Utc>, zone: Tz) -> JobView {
        let processing = job.status == JobStatus::Processing;
        JobView {
            id: job.id,
            name: format!("{} {}", field_words(&job.kind), job.id),
            status: job.state(),
            tone: job.status.tone(),
            facts: facts(job, now, zone),
            progress: processing.then(|| ProgressView::of(job.progress.as_ref())),
            payload: pretty(&job.payload),
            result: job.result.as_ref().map(pretty),
            attempts: Rows {
                heads: heads(&["Attempt", "Ended", "Error"], &[]),
                rows: job.errors.as_array().into_iter().flatten().map(|error| attempt(error, zone)).collect(),
            },
            may_retry: may_act && matches!(job.status, JobStatus::Failed | JobStatus::Cancelled),
            may_cancel: may_act && (job.status == JobStatus::Pending || (processing && !job.cancel_requested)),
        }
    }
}

fn facts(job: &JobRow, now: DateTime<Utc>, zone: Tz) -> Vec<Fact> {
    let time = |at: DateTime<Utc>| at.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string();
    let due = match job.status {
        JobStatus::Pending if job.attempts > 0 => "Next attempt",
        _ => "Due",
    };
    let lease = job.lease_until.map(|until| {
        let asked = if job.cancel_requested { ", asked to stop" } else { "" };
        format!("until {}{asked}", time(until))
    });
    [
        ("Type", Some(job.kind.clone())),
        ("Created", Some(time(job.created_at))),
        (due, Some(time(job.run_at))),
        ("Started", job.started_at.map(time)),
        ("Ended", job.completed_at.map(time)),
        ("Took", job.took(now)),
        ("Attempts", Some(format!("{} of {}", job.attempts, job.max_attempts))),
        ("Lease", lease),
        ("Priority", Some(job.priority.to_string())),
        ("Dedupe key", job.dedupe_key.clone()),
    ]
    .into_iter()
    .filter_map(|(label, value)| Some(Fact { label: label.into(), value: value? }))
    .collect()
}

impl ProgressView {
    /// What a handler says of its progress.
    pub fn of(progress: Option<&Value>) -> ProgressView {
        let number = |count: i64| grouped(count.unsigned_abs());
        let (done, total) = progress.and_then(steps).unwrap_or((0, None));
        let words = match total {
            Some(total) => format!("{} of {}", number(done), number(total)),
            None if done > 0 => number(done),
            None => "Under way".into(),
        };
        ProgressView { done, total, words }
    }
}

/// An entry of the error history. Those that are none of ours are shown as they are.
fn attempt(error: &Value, zone: Tz) -> Vec<Cell> {
    let text = |name: &str| match error.get(name) {
        None | Some(Value::Null) => "—".into(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let at = text("at");
    let at =
        at.parse::<DateTime<Utc>>().map_or(at, |at| at.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string());
    vec![Cell::text(text("attempt")), Cell::text(at), Cell { wrap: true, ..Cell::text(text("error")) }]
}

fn pretty(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    match text.char_indices().nth(MOST_LETTERS) {
        Some((at, _)) => format!("{} …", &text[..at]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn job(status: JobStatus) -> JobRow {
        JobRow {
            id: 7,
            kind: "sync".into(),
            status,
            payload: json!({"kind": "<script>"}),
            priority: 5,
            run_at: at("2026-11-21T11:00:00Z"),
            attempts: 1,
            max_attempts: 3,
            lease_until: None,
            cancel_requested: false,
            errors: json!([{"attempt": 1, "at": "2026-11-21T11:00:00Z", "error": "no route"}, "odd"]),
            result: None,
            progress: None,
            dedupe_key: Some("night".into()),
            created_at: at("2026-11-21T10:00:00Z"),
            started_at: None,
            completed_at: None,
        }
    }

    fn view(job: &JobRow, may_act: bool) -> JobView {
        JobView::of(job, may_act, at("2026-11-21T12:00:00Z"), Tz::Europe__Berlin)
    }

    fn fact<'a>(view: &'a JobView, label: &str) -> Option<&'a str> {
        view.facts.iter().find(|fact| fact.label == label).map(|fact| fact.value.as_str())
    }

    #[test]
    fn a_job_that_failed_once_says_when_it_is_tried_next() {
        let shown = view(&job(JobStatus::Pending), true);
        assert_eq!(shown.name, "Sync 7");
        assert_eq!(fact(&shown, "Next attempt"), Some("2026-11-21 12:00:00"));
        assert_eq!((fact(&shown, "Attempts"), fact(&shown, "Dedupe key")), (Some("1 of 3"), Some("night")));
        assert_eq!((fact(&shown, "Lease"), fact(&shown, "Started")), (None, None));
        let attempts: Vec<Vec<&str>> =
            shown.attempts.rows.iter().map(|row| row.iter().map(|cell| cell.text.as_str()).collect()).collect();
        assert_eq!(attempts, [["1", "2026-11-21 12:00:00", "no route"], ["—", "—", "—"]]);
    }

    #[test]
    fn a_running_job_shows_its_lease_and_how_far_it_is() {
        let running = JobRow {
            lease_until: Some(at("2026-11-21T12:00:30Z")),
            cancel_requested: true,
            progress: Some(json!({"done": 1500, "total": 40000})),
            ..job(JobStatus::Processing)
        };
        let shown = view(&running, true);
        assert_eq!(fact(&shown, "Lease"), Some("until 2026-11-21 13:00:30, asked to stop"));
        assert_eq!(shown.progress.as_ref().map(|progress| progress.words.as_str()), Some("1,500 of 40,000"));
        assert!(!shown.may_cancel && !shown.may_retry, "it is asked to stop already");
    }

    #[test]
    fn what_may_be_done_follows_from_the_state_and_the_role() {
        for (status, retry, cancel) in [
            (JobStatus::Pending, false, true),
            (JobStatus::Processing, false, true),
            (JobStatus::Completed, false, false),
            (JobStatus::Failed, true, false),
            (JobStatus::Cancelled, true, false),
        ] {
            let shown = view(&job(status), true);
            assert_eq!((shown.may_retry, shown.may_cancel), (retry, cancel), "{status:?}");
            let shown = view(&job(status), false);
            assert!(!shown.may_retry && !shown.may_cancel, "{status:?}");
        }
    }
}
