//! Schedules as lines, and the one that is to be changed.

use chrono::{DateTime, Utc};

use super::{Eyes, PATH};
use crate::calendar::ago;
use crate::dashboard::Tone;
use crate::jobs::cron_words;
use crate::jobs::schedule::ScheduleRow;
use crate::jobs::view::ScheduleView;
use crate::opportunities::Cell;
use crate::opportunities::address::Address;
use crate::opportunities::words::field_words;

fn schedule_name(row: &ScheduleRow) -> String {
    field_words(&row.name.replace('-', "_"))
}

pub(super) fn of_schedule(row: &ScheduleRow, address: &Address, eyes: Eyes) -> Vec<Cell> {
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

pub(super) fn changing(row: &ScheduleRow, address: &Address, eyes: Eyes) -> ScheduleView {
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

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use serde_json::json;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn eyes() -> Eyes {
        Eyes { now: at("2026-11-21T12:00:00Z"), zone: Tz::UTC, may_act: true }
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
}
