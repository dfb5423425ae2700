//! From an address to the Jobs screen ready to be shown.

mod controls;
pub(super) mod lines;
mod schedules;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::counts::Counts;
use super::hours::{Hours, wait};
use super::list::{self, AskedFor, JobFilter};
use super::queue::Jobs;
use super::view::{JobsView, Rows};
use super::{JobStatus, schedule};
use crate::calendar::{age, length, zone_or_utc};
use crate::dashboard::Card;
use crate::db::TenantTx;
use crate::db::queue::{WorkerRow, workers};
use crate::identity::{Caller, Permission};
use crate::money::grouped;
use crate::opportunities::address::Address;
use crate::opportunities::list_build::ListError;
use crate::opportunities::{Head, Sheet};
use crate::pager::Pager;
use crate::params::{Fault, Params};

/// Where the screen lives.
pub const PATH: &str = "/jobs";

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
        let all_schedules = schedule::all(&mut tx).await?;
        let again =
            if eyes.may_act { controls::again(&mut tx, &address, &filter, &counts, again).await? } else { None };
        let said = |total: i64| format!("{}{} {}", if more { "more than " } else { "" }, number(total), jobs(total));
        Ok(JobsView {
            cards: cards(list::longest_due(&mut tx, now).await?, &hours, &alive, now),
            charts: hours.charts(zone),
            states: controls::states(&address, &counts, &filter),
            fields: controls::fields(&address, &counts, &filter),
            again,
            sheet: Sheet {
                chips: controls::chips(&address),
                heads: heads(&["Job", "Type", "Status", "Created", "Started", "Attempts", "Took", "Error"], &[5, 6]),
                rows: rows.iter().map(|row| lines::cells(row, eyes)).collect(),
                summary: said(total),
                pager: Pager::new(page, limit, total, &address, PATH),
                csv: String::new(),
                xlsx: String::new(),
                fresh: format!("counted {}", counts.counted_at.with_timezone(&zone).format("%H:%M:%S")),
            },
            schedule: all_schedules
                .iter()
                .find(|row| eyes.may_act && Some(row.id) == schedule)
                .map(|row| schedules::changing(row, &address, eyes)),
            schedules: Rows {
                heads: heads(&["Schedule", "When", "Next run", "Last run", "State"], &[]),
                rows: all_schedules.iter().map(|row| schedules::of_schedule(row, &address, eyes)).collect(),
            },
            workers: Rows {
                heads: heads(
                    &["Worker", "Last sign of life", "Up for", "Runs", "Completed", "Failed", "Rescued", "Refused"],
                    &[3, 4, 5, 6, 7],
                ),
                rows: alive.iter().map(|worker| lines::of_worker(worker, now)).collect(),
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

pub(super) fn heads(labels: &[&str], numbers: &[usize]) -> Vec<Head> {
    let head = |(at, label): (usize, &&str)| Head { number: numbers.contains(&at), ..Head::fixed(label) };
    labels.iter().enumerate().map(head).collect()
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

    #[test]
    fn an_address_that_cannot_be_read_names_its_field() {
        for query in ["status=open", "from=x", "page=0", "schedule=a", "q=1"] {
            let fault = Query::read(Params::parse(query), "UTC").err().unwrap();
            assert!(query.starts_with(&fault.field), "{query}: {fault}");
        }
    }
}
