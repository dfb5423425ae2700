//! From an address to the Jobs screen ready to be shown.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::counts::Counts;
use super::hours::{Hours, wait};
use super::list::{self, AskedFor, JobFilter};
use super::queue::Jobs;
use super::schedule::{self, ScheduleRow};
use super::store::JobRow;
use super::view::{AgainView, JobFields, JobsView, Rows, ScheduleView};
use super::{JobStatus, cron_words};
use crate::calendar::{age, ago, length, moment, zone_or_utc};
use crate::dashboard::{Card, Tone};
use crate::db::TenantTx;
use crate::db::queue::{WorkerRow, workers};
use crate::identity::{Caller, Permission};
use crate::money::grouped;
use crate::opportunities::address::Address;
use crate::opportunities::list_build::ListError;
use crate::opportunities::words::field_words;
use crate::opportunities::{Cell, Chip, Choice, Head, Sheet, Tab};
use crate::pager::Pager;
use crate::params::{Fault, Params};

/// Where the screen lives.
pub const PATH: &str = "/jobs";

/// Letters of an error in the list; the job's page has the rest.
const MOST_LETTERS: usize = 120;

/// Jobs of a time that are counted.
const MOST_COUNTED: i64 = 10_000;

/// What an address asks for.
struct Query {
    filter: JobFilter,
    page: i64,
    limit: i64,
    /// Whether the question of trying all again is shown.
    again: bool,
    /// The schedule that is to be changed.
    schedule: Option<i64>,
}

impl Query {
    fn read(mut params: Params, timezone: &str) -> Result<Query, Fault> {
        let (status, kind) = (params.text("status")?, params.text("type")?);
        let (from, to) = (params.text("from")?, params.text("to")?);
        let (page, limit) = params.page()?;
        let again = params.text("again")?.is_some();
        let schedule = params.number("schedule", 1, i64::MAX)?;
        params.end()?;
        let asked = AskedFor {
            status: status.as_deref(),
            kind: kind.as_deref(),
            from: from.as_deref(),
            to: to.as_deref(),
            timezone,
        };
        Ok(Query { filter: JobFilter::read(&asked)?, page, limit, again, schedule })
    }
}

/// How the screen tells times and what it offers.
#[derive(Clone, Copy)]
struct Eyes {
    now: DateTime<Utc>,
    zone: Tz,
    may_act: bool,
}

impl Jobs {
    /// Reads the screen that an address asks for. A page behind the last shows the last.
    pub async fn screen(&self, caller: &Caller, search: &str, now: DateTime<Utc>) -> Result<JobsView, ListError> {
        let Query { filter, page, limit, again, schedule } =
            Query::read(Params::parse(search), &caller.tenant_view.timezone)?;
        let zone = zone_or_utc(&caller.tenant_view.timezone);
        let eyes = Eyes { now, zone, may_act: caller.may(Permission::Administer) };
        let counts = self.counts(Some(caller.tenant)).await?;
        let address = Address::parse(search).without(&["again", "schedule"]);
        let mut tx = self.db().tenant_tx(&caller.actor()).await?;
        let (total, more) = total(&mut tx, &filter, &counts).await?;
        let page = page.min(Pager::last(total, limit));
        let rows = list::page(&mut tx, &filter, page, limit).await?;
        let hours = Hours::read(&mut tx, now, zone).await?;
        let alive = workers::alive(&mut tx).await?;
        let schedules = schedule::all(&mut tx).await?;
        let again = if eyes.may_act { self::again(&mut tx, &address, &filter, &counts, again).await? } else { None };
        let said = |total: i64| format!("{}{} {}", if more { "more than " } else { "" }, number(total), jobs(total));
        Ok(JobsView {
            cards: cards(list::longest_due(&mut tx, now).await?, &hours, &alive, now),
            charts: hours.charts(zone),
            states: states(&address, &counts, &filter),
            fields: fields(&address, &counts, &filter),
            again,
            sheet: Sheet {
                chips: chips(&address),
                heads: heads(&["Job", "Type", "Status", "Created", "Started", "Attempts", "Took", "Error"], &[5, 6]),
                rows: rows.iter().map(|row| cells(row, eyes)).collect(),
                summary: said(total),
                pager: Pager::new(page, limit, total, &address, PATH),
                csv: String::new(),
                xlsx: String::new(),
                fresh: format!("counted {}", counts.counted_at.with_timezone(&zone).format("%H:%M:%S")),
            },
            schedule: schedules
                .iter()
                .find(|row| eyes.may_act && Some(row.id) == schedule)
                .map(|row| changing(row, &address, eyes)),
            schedules: Rows {
                heads: heads(&["Schedule", "When", "Next run", "Last run", "State"], &[]),
                rows: schedules.iter().map(|row| of_schedule(row, &address, eyes)).collect(),
            },
            workers: Rows {
                heads: heads(
                    &["Worker", "Last sign of life", "Up for", "Runs", "Completed", "Failed", "Rescued", "Refused"],
                    &[3, 4, 5, 6, 7],
                ),
                rows: alive.iter().map(|worker| of_worker(worker, now)).collect(),
            },
        })
    }
}

/// How many a filter finds, and whether there are more: of a time no more are counted than can be at once.
async fn total(tx: &mut TenantTx, filter: &JobFilter, counts: &Counts) -> Result<(i64, bool), ListError> {
    let of_type = counts.of(filter.status.map(JobStatus::as_str), filter.kind.as_deref());
    if !filter.has_time() {
        return Ok((of_type, false));
    }
    let counted = list::count_up_to(tx, filter, MOST_COUNTED + 1).await?;
    Ok((counted.min(MOST_COUNTED), counted > MOST_COUNTED))
}

fn cards(longest: Option<(i64, DateTime<Utc>)>, hours: &Hours, alive: &[WorkerRow], now: DateTime<Utc>) -> Vec<Card> {
    let card = |label: &str, value: String, basis: String| Card {
        label: label.into(),
        value,
        exact: None,
        basis,
        href: None,
        change: None,
        spark: None,
    };
    let oldest = match longest {
        Some((id, since)) => Card {
            href: Some(format!("{PATH}/{id}")),
            ..card(
                "Oldest pending",
                if (now - since).num_seconds() < 60 { length((now - since).num_seconds()) } else { age(since, now) },
                format!("job {id}, since it was due"),
            )
        },
        None => card("Oldest pending", "—".into(), "nothing is due".into()),
    };
    let all = hours.all();
    let (ended, failed) = (all.ended(), all.failed);
    let waited = if ended == 0 { "—".into() } else { wait(all.mean_wait_ms()) };
    let running: i32 = alive.iter().map(|worker| worker.running).sum();
    vec![
        oldest,
        card("Ended in 24 h", number(ended), format!("{} failed", number(failed))),
        card("Mean wait in 24 h", waited, format!("longest {}", wait(all.longest_wait_ms))),
        card(
            "Workers alive",
            alive.len().to_string(),
            if alive.is_empty() { "nothing works".into() } else { format!("{running} running") },
        ),
    ]
}

fn states(address: &Address, counts: &Counts, filter: &JobFilter) -> Vec<Tab> {
    let kind = filter.kind.as_deref();
    let tab = |name: &str, status: Option<JobStatus>, address: Address| Tab {
        name: format!("{name} {}", number(counts.of(status.map(JobStatus::as_str), kind))),
        href: address.href(PATH),
        on: filter.status == status,
        removable: None,
    };
    let all = tab("All", None, address.without(&["status", "page"]));
    let each = JobStatus::ALL.map(|status| tab(status.word(), Some(status), address.with("status", status.as_str())));
    [all].into_iter().chain(each).collect()
}

fn fields(address: &Address, counts: &Counts, filter: &JobFilter) -> JobFields {
    let text = |name: &str| address.get(name).unwrap_or_default().to_owned();
    let chosen = filter.kind.as_deref();
    let types = counts.by_type();
    let unknown = chosen.filter(|kind| !types.contains_key(kind));
    let choice = |kind: &str| Choice { value: kind.into(), label: field_words(kind), chosen: chosen == Some(kind) };
    JobFields {
        from: text("from"),
        to: text("to"),
        kinds: types.keys().copied().chain(unknown).map(choice).collect(),
        kept: address.without(&["type", "from", "to", "page"]).pairs(),
    }
}

fn chips(address: &Address) -> Vec<Chip> {
    let chip = |label: &str, name: &str, words: fn(&str) -> String| {
        let value = words(address.get(name)?);
        Some(Chip { label: label.into(), value, href: address.without(&[name, "page"]).href(PATH) })
    };
    [
        chip("Status", "status", field_words),
        chip("Type", "type", field_words),
        chip("Created from", "from", str::to_owned),
        chip("Created to", "to", str::to_owned),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The way to try all failed or cancelled jobs of the filter again, and the question with their number.
async fn again(
    tx: &mut TenantTx,
    address: &Address,
    filter: &JobFilter,
    counts: &Counts,
    asked: bool,
) -> Result<Option<AgainView>, ListError> {
    let status = filter.status.unwrap_or(JobStatus::Failed);
    let known = counts.of(Some(status.as_str()), filter.kind.as_deref());
    if !matches!(status, JobStatus::Failed | JobStatus::Cancelled) || (known == 0 && !asked) {
        return Ok(None);
    }
    let word = status.as_str();
    let address = address.with("status", word);
    if !asked {
        let href = address.with("again", "1").href(PATH) + "#again";
        return Ok(Some(AgainView {
            words: format!("Try again all {word} of this list"),
            href,
            asked,
            filter: Vec::new(),
        }));
    }
    let count = list::count_again(tx, &JobFilter { status: Some(status), ..filter.clone() }).await?;
    let words = match count {
        0 => format!("No {word} job of this list can be tried again."),
        1 => format!("1 {word} job goes back to the queue with all its attempts."),
        count => format!("{} {word} jobs go back to the queue with all their attempts.", number(count)),
    };
    let pairs = if count == 0 { Vec::new() } else { posted(&address) };
    Ok(Some(AgainView { words, href: address.href(PATH), asked, filter: pairs }))
}

/// The filter of an address as the fields of a form; `type` is no name of Rust's.
fn posted(address: &Address) -> Vec<(String, String)> {
    let field = |(name, value): (String, String)| (if name == "type" { "kind".into() } else { name }, value);
    address.without(&["page", "limit"]).pairs().into_iter().map(field).collect()
}

pub(super) fn heads(labels: &[&str], numbers: &[usize]) -> Vec<Head> {
    let head = |(at, label): (usize, &&str)| Head { number: numbers.contains(&at), ..Head::fixed(label) };
    labels.iter().enumerate().map(head).collect()
}

fn cells(row: &JobRow, eyes: Eyes) -> Vec<Cell> {
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
        Cell { wrap: row.error().is_some(), ..Cell::text(row.error().map_or_else(|| "—".into(), brief)) },
    ]
}

impl JobRow {
    /// The status in a word or two, and how far a running job is.
    pub(super) fn state(&self) -> String {
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
    pub(super) fn took(&self, now: DateTime<Utc>) -> Option<String> {
        let end = self.completed_at.or_else(|| (self.status == JobStatus::Processing).then_some(now))?;
        Some(wait((end - self.started_at?).num_milliseconds()))
    }
}

/// How much is done, and of how much where that is known.
pub(super) fn steps(progress: &serde_json::Value) -> Option<(i64, Option<i64>)> {
    Some((progress.get("done")?.as_i64()?, progress.get("total").and_then(serde_json::Value::as_i64)))
}

/// The beginning of a text, on one line.
fn brief(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST_LETTERS) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

fn schedule_name(row: &ScheduleRow) -> String {
    field_words(&row.name.replace('-', "_"))
}

fn of_schedule(row: &ScheduleRow, address: &Address, eyes: Eyes) -> Vec<Cell> {
    let href = format!("{}#schedule", address.with("schedule", &row.id.to_string()).href(PATH));
    let next = match (row.enabled, row.next_run_at) {
        (false, _) => "—".into(),
        (true, Some(at)) => moment_ahead(at, eyes),
        (true, None) => "not reckoned yet".into(),
    };
    let last = row.last_run_at.map_or_else(|| "never".into(), |at| ago(at, eyes.now));
    vec![
        Cell::link(schedule_name(row), eyes.may_act.then_some(href)),
        Cell { wrap: true, ..Cell::text(cron_words::words(&row.cron).unwrap_or_else(|| row.cron.clone())) },
        Cell::text(next),
        Cell::link(last, row.last_job_id.map(|id| format!("{PATH}/{id}"))),
        match row.enabled {
            true => Cell { tone: Some(Tone::Ok), ..Cell::text("On") },
            false => Cell { tone: Some(Tone::Warn), ..Cell::text("Paused") },
        },
    ]
}

fn changing(row: &ScheduleRow, address: &Address, eyes: Eyes) -> ScheduleView {
    let words = cron_words::words(&row.cron).unwrap_or_else(|| row.cron.clone());
    ScheduleView {
        id: row.id,
        name: schedule_name(row),
        cron: row.cron.clone(),
        enabled: row.enabled,
        when: match row.next_run_at {
            Some(at) if row.enabled => format!("{words} · next run {}", moment_ahead(at, eyes)),
            None if row.enabled => words,
            _ => format!("{words} · paused"),
        },
        back: address.href(PATH),
    }
}

/// A moment that lies ahead: with its day, unless that is today.
fn moment_ahead(at: DateTime<Utc>, eyes: Eyes) -> String {
    let local = at.with_timezone(&eyes.zone);
    let days = (local.date_naive() - eyes.now.with_timezone(&eyes.zone).date_naive()).num_days();
    let format = match days {
        ..=0 => "%H:%M",
        1..=6 => "%a %H:%M",
        _ => "%-d %b %Y %H:%M",
    };
    local.format(format).to_string()
}

fn of_worker(worker: &WorkerRow, now: DateTime<Utc>) -> Vec<Cell> {
    let number = |count: i64| Cell { number: true, ..Cell::text(self::number(count)) };
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

fn jobs(count: i64) -> &'static str {
    if count == 1 { "job" } else { "jobs" }
}

fn number(count: i64) -> String {
    grouped(count.unsigned_abs())
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

    #[test]
    fn an_address_that_cannot_be_read_names_its_field() {
        for query in ["status=open", "from=x", "page=0", "schedule=a", "q=1"] {
            let fault = Query::read(Params::parse(query), "UTC").err().unwrap();
            assert!(query.starts_with(&fault.field), "{query}: {fault}");
        }
    }

    #[test]
    fn a_schedule_is_told_with_its_next_run_in_the_tenants_zone() {
        let row = ScheduleRow {
            id: 3,
            name: "nightly-sweep".into(),
            kind: "sync".into(),
            payload: json!({}),
            cron: "0 2 * * *".into(),
            enabled: true,
            next_run_at: Some(at("2026-11-22T01:00:00Z")),
            last_run_at: None,
            last_job_id: None,
        };
        let eyes = Eyes { zone: Tz::Europe__Berlin, ..eyes() };
        let told = changing(&row, &Address::parse("type=sync"), eyes);
        assert_eq!(
            (told.name.as_str(), told.when.as_str()),
            ("Nightly sweep", "every day at 02:00 · next run Sun 02:00")
        );
        assert_eq!(told.back, "/jobs?type=sync");
        let paused = changing(&ScheduleRow { enabled: false, ..row.clone() }, &Address::default(), eyes);
        assert_eq!(paused.when, "every day at 02:00 · paused");
        let reader = of_schedule(&row, &Address::default(), Eyes { may_act: false, ..eyes });
        assert_eq!(reader[0].href, None, "who may not act is offered nothing");
    }

    #[test]
    fn states_keep_the_other_filters_and_begin_at_the_first_page() {
        let counts = Counts { by_type: Vec::new(), counted_at: at("2026-11-21T12:00:00Z") };
        let tabs = states(&Address::parse("type=sync&page=3&status=failed"), &counts, &JobFilter::default());
        assert_eq!(tabs[0].href, "/jobs?type=sync");
        assert_eq!(
            (tabs[2].name.as_str(), tabs[2].href.as_str()),
            ("Processing 0", "/jobs?type=sync&status=processing")
        );
    }
}
