//! Rules ready to be shown, in the tenant's zone.

use chrono::{DateTime, Utc};
use sqlx::Error;

use super::dry_run::DryRun;
use super::facts::Facts;
use super::history::{self, FiringRow};
use super::{Rule, message, store};
use crate::calendar::{moment, zone_or_utc};
use crate::dashboard::Tone;
use crate::db::TenantTx;
use crate::jobs::Rows;
use crate::money::grouped;
use crate::opportunities::address::Address;
use crate::opportunities::{Cell, Head};
use crate::pager::Pager;

/// Where rules live.
pub const PATH: &str = "/settings/rules";
/// Firings of a page.
const LIMIT: i64 = 25;

/// A rule in the list.
#[derive(Debug, Clone)]
pub struct RuleLine {
    pub id: i64,
    pub name: String,
    pub enabled: bool,
    /// When, and what.
    pub when: String,
    pub what: String,
    pub facts: Vec<String>,
    /// Where it would go one step up or down; none at the ends.
    pub up: Option<i32>,
    pub down: Option<i32>,
}

/// The history of a rule.
#[derive(Debug, Clone)]
pub struct FiringsView {
    pub rows: Rows,
    pub pager: Pager,
    /// The same page with the troubled ones only, or with all.
    pub turn: String,
    pub troubled: bool,
}

/// Every rule, in order.
pub async fn lines(tx: &mut TenantTx, timezone: &str, now: DateTime<Utc>) -> Result<Vec<RuleLine>, Error> {
    let rules = store::all(tx).await?;
    let last = i32::try_from(rules.len()).unwrap_or(i32::MAX);
    Ok(rules.iter().map(|rule| line(rule, last, timezone, now)).collect())
}

fn line(rule: &Rule, last: i32, timezone: &str, now: DateTime<Utc>) -> RuleLine {
    let zone = zone_or_utc(timezone);
    let mut facts = Vec::new();
    if !rule.conditions.is_empty() {
        facts.push(match rule.conditions.len() {
            1 => "1 condition".into(),
            count => format!("{count} conditions"),
        });
    }
    facts.push(match rule.last_fired_at {
        Some(at) => format!("Fired last {}", moment(at, now, zone)),
        None => "Has not fired yet".into(),
    });
    if rule.fired_count > 0 {
        facts.push(format!("{} times in all", grouped(rule.fired_count.unsigned_abs())));
    }
    RuleLine {
        id: rule.id,
        name: rule.name.clone(),
        enabled: rule.enabled,
        when: rule.trigger.words(),
        what: rule.actions.iter().map(super::action::Action::words).collect::<Vec<_>>().join("; "),
        facts,
        up: (rule.order > 1).then(|| rule.order - 1),
        down: (rule.order < last).then(|| rule.order + 1),
    }
}

/// A page of what a rule did; one behind the last shows the last.
pub async fn firings(
    tx: &mut TenantTx,
    rule: i64,
    page: i64,
    troubled: bool,
    timezone: &str,
    now: DateTime<Utc>,
) -> Result<FiringsView, Error> {
    let total = history::count(tx, rule, troubled).await?;
    let page = page.min(Pager::last(total, LIMIT));
    let firings = history::page(tx, rule, troubled, page, LIMIT).await?;
    let path = format!("{PATH}/{rule}");
    let address = if troubled { Address::default().with("troubled", "true") } else { Address::default() };
    let rows = firings.iter().flat_map(|firing| firing_rows(firing, timezone, now)).collect();
    let heads = ["When", "What happened", "What was to be done", "State", "What went wrong"].map(head).into();
    Ok(FiringsView {
        rows: Rows { heads, rows },
        pager: Pager::new(page, LIMIT, total, &address, &path),
        turn: if troubled { path } else { format!("{path}?troubled=true") },
        troubled,
    })
}

/// A row an action.
fn firing_rows(firing: &FiringRow, timezone: &str, now: DateTime<Utc>) -> Vec<Vec<Cell>> {
    let zone = zone_or_utc(timezone);
    let facts: Facts = serde_json::from_value(firing.facts.clone()).unwrap_or_default();
    let row = |action: &history::ActionRow| {
        let (word, tone) = match action.state.as_str() {
            "done" => ("Done", Tone::Ok),
            "failed" => ("Failed", Tone::Bad),
            "cancelled" => ("Cancelled", Tone::Info),
            _ if action.attempts > 0 => ("To be tried again", Tone::Warn),
            _ => ("Waits", Tone::Info),
        };
        let wrong = match (&action.error, action.next_at) {
            (Some(error), Some(next)) => format!("{error}; again {}", moment(next, now, zone)),
            (Some(error), None) => error.clone(),
            (None, _) => String::new(),
        };
        vec![
            text(moment(firing.fired_at, now, zone)),
            Cell { href: Some(message::page(&facts)), ..text(message::subject(&facts)) },
            text(if action.what.is_empty() { action.r#type.clone() } else { action.what.clone() }),
            Cell { tone: Some(tone), ..text(word.into()) },
            Cell { wrap: true, ..text(wrong) },
        ]
    };
    firing.actions.iter().map(row).collect()
}

/// What a dry run found.
pub fn tried(run: &DryRun, timezone: &str, now: DateTime<Utc>) -> (String, Rows) {
    let zone = zone_or_utc(timezone);
    let number = |count: usize| grouped(u64::try_from(count).unwrap_or(u64::MAX));
    let looked = grouped(run.examined.unsigned_abs());
    let end = if run.complete { "" } else { " There may be more." };
    let words = format!("{} of {looked} events would fire it. Nothing was done.{end}", number(run.events.len()));
    let heads = ["When", "Event", "Opportunity", "What would be done"].map(head).into();
    let rows = run.events.iter().map(|event| {
        let done = event.actions.iter().map(|action| match &action.message {
            Some(message) => format!("{}: {message}", action.what),
            None => action.what.clone(),
        });
        let opportunity = event.opportunity_id.map(|id| format!("/opportunities/{id}"));
        vec![
            text(moment(event.timestamp, now, zone)),
            Cell {
                href: Some(format!("/events/{}", event.event_id)),
                ..text(event.action_type.clone().unwrap_or_default())
            },
            Cell { href: opportunity, ..text(event.opportunity.clone().unwrap_or_default()) },
            Cell { wrap: true, ..text(done.collect::<Vec<_>>().join("; ")) },
        ]
    });
    (words, Rows { heads, rows: rows.collect() })
}

fn head(label: &str) -> Head {
    Head { label: label.into(), ..Head::default() }
}

fn text(text: String) -> Cell {
    Cell { text, ..Cell::default() }
}
