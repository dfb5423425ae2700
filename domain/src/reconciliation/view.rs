//! The reconciliation ready to be shown: the proofs of the mirror, and the lists beside it.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use super::items::Item;
use super::mirror::{MirrorItem, MirrorRun, MirrorStatus, store};
use super::query::{Query, Wanted};
use super::tally::Tally;
use super::{Kind, report};
use crate::calendar::{moment, zone_or_utc};
use crate::dashboard::Tone;
use crate::dashboard::bars::{self, Layer};
use crate::db::{QueryError, TenantTx};
use crate::identity::{Caller, Permission};
use crate::money::grouped;
use crate::opportunities::address::Address;
use crate::opportunities::list_build::ListError;
use crate::opportunities::words::{brief, field_words};
use crate::opportunities::{Cell, FieldChange, Head, Sheet, Tab};
use crate::pager::Pager;
use crate::params::Params;

pub const PATH: &str = "/reconciliation";
pub const RUNS: &str = "/reconciliation/mirror";
/// Runs in the drawing and in the table beside it.
const MOST_RUNS: i64 = 30;
/// Bars that the drawing has room for at least.
const LEAST_BARS: usize = 14;
/// Letters of a value; REST has more.
const MOST_OF_VALUE: usize = 120;

/// The screen: the proofs, or one of the lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReconciliationView {
    pub tabs: Vec<Tab>,
    pub shown: ShownList,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShownList {
    Mirror(ProofView),
    List(Sheet),
}

/// The proofs of the mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofView {
    pub tone: Tone,
    /// "Proved equal at 03:00: 10,000 records."
    pub words: String,
    /// Whether a run is under way: then the browser reads the page again by itself.
    pub under_way: bool,
    pub may_run: bool,
    /// An SVG of ours; its labels are days; empty without a run.
    pub bars: String,
    pub heads: Vec<Head>,
    pub runs: Vec<Vec<Cell>>,
}

/// One run and what it found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunView {
    pub id: i64,
    pub words: String,
    pub tone: Tone,
    pub error: Option<String>,
    pub under_way: bool,
    /// Records that somebody who may can have repaired.
    pub open: i64,
    pub heads: Vec<Head>,
    pub items: Vec<Vec<Cell>>,
    pub pager: Pager,
}

impl ReconciliationView {
    pub async fn read(
        tx: &mut TenantTx,
        search: &str,
        caller: &Caller,
        now: DateTime<Utc>,
    ) -> Result<ReconciliationView, ListError> {
        let zone = zone_or_utc(&caller.tenant_view.timezone);
        let address = Address::parse(search);
        let tally = Tally::read(tx).await?;
        if address.get("type").is_none_or(str::is_empty) {
            Params::parse(search).end()?;
            let proof = ProofView::read(tx, caller, now, zone).await?;
            return Ok(ReconciliationView { tabs: tabs(&tally, None), shown: ShownList::Mirror(proof) });
        }
        let query = Query::read(Params::parse(search))?;
        let findings = report::read(tx, &query).await?;
        let (count, items) = match findings.into_iter().next() {
            Some(finding) => (finding.count, finding.items),
            None => (0, Vec::new()),
        };
        let heads = ["Opportunity", "Customer", "System", "Why", "Since", "What to do"];
        let sheet = Sheet {
            chips: Vec::new(),
            heads: heads.map(Head::fixed).into(),
            rows: items.iter().map(|item| line(item, now, zone)).collect(),
            summary: format!(
                "{} {}",
                grouped(count.unsigned_abs()),
                if count == 1 { "opportunity" } else { "opportunities" }
            ),
            pager: Pager::new(query.page.min(Pager::last(count, query.limit)), query.limit, count, &address, PATH),
            csv: address.without(&["page", "limit"]).href("/api/reconciliation.csv"),
            xlsx: String::new(),
            fresh: format!("read {}", now.with_timezone(&zone).format("%H:%M:%S")),
        };
        Ok(ReconciliationView { tabs: tabs(&tally, Some(&query.wanted)), shown: ShownList::List(sheet) })
    }
}

/// The proofs, and a tab a list with its length; a system's name tells its lists apart.
fn tabs(tally: &Tally, wanted: Option<&Wanted>) -> Vec<Tab> {
    let proofs = Tab { name: "Mirror".into(), href: PATH.into(), on: wanted.is_none(), removable: None };
    let lists = tally.lists().into_iter().map(|list| {
        let system = list.system.as_deref().map(|system| brief(system, 40));
        let name = match (list.kind, &system) {
            (Kind::Unaugmented, _) => "Nothing added".to_owned(),
            (Kind::MissingIntegration, Some(system)) => format!("Not in {system}"),
            (Kind::StaleIntegrations, Some(system)) => format!("Stale in {system}"),
            (kind, None) => field_words(kind.as_str()),
        };
        let address = Address::default().with("type", list.kind.as_str());
        let address = match &list.system {
            Some(system) => address.with("system", system),
            None => address,
        };
        let on = wanted == Some(&Wanted::One { kind: list.kind, system: list.system.clone() });
        Tab {
            name: format!("{name} {}", grouped(list.count.unsigned_abs())),
            href: address.href(PATH),
            on,
            removable: None,
        }
    });
    std::iter::once(proofs).chain(lists).collect()
}

fn line(item: &Item, now: DateTime<Utc>, zone: Tz) -> Vec<Cell> {
    let said = |text: &Option<String>| Cell::text(text.as_ref().map_or_else(|| "—".into(), |text| brief(text, 80)));
    let name = item
        .opportunity_name
        .as_ref()
        .map_or_else(|| format!("Opportunity {}", item.opportunity_id), |name| brief(name, 80));
    vec![
        Cell::link(name, Some(format!("/opportunities/{}/more", item.opportunity_id))),
        said(&item.organisation_name),
        said(&item.system),
        Cell::text(item.reason.clone()),
        Cell::text(item.since.map_or_else(|| "—".into(), |at| moment(at, now, zone))),
        Cell { wrap: true, ..Cell::text(item.remedy.clone()) },
    ]
}

impl ProofView {
    async fn read(tx: &mut TenantTx, caller: &Caller, now: DateTime<Utc>, zone: Tz) -> Result<ProofView, QueryError> {
        let (runs, _) = store::recent(tx, 1, MOST_RUNS).await?;
        let under_way = runs.first().is_some_and(|run| run.status == MirrorStatus::Running);
        let last = runs.iter().find(|run| run.status == MirrorStatus::Completed);
        let (tone, words) = standing(last, now, zone);
        let heads = ["Begun", "State", "Compared", "Altered", "Missing", "Gone", "Repaired"];
        let number = |label: &str| Head { number: !["Begun", "State"].contains(&label), ..Head::fixed(label) };
        Ok(ProofView {
            tone,
            words,
            under_way,
            may_run: caller.may(Permission::RunSync),
            bars: drift(&runs, zone),
            heads: heads.map(number).into(),
            runs: runs.iter().map(|run| run_line(run, now, zone)).collect(),
        })
    }
}

/// What the newest comparison that came to its end says of the mirror.
pub fn standing(last: Option<&MirrorRun>, now: DateTime<Utc>, zone: Tz) -> (Tone, String) {
    let Some(run) = last else {
        return (Tone::Info, "The mirror was not compared with Current RMS yet.".into());
    };
    let at = moment(run.completed_at.unwrap_or(run.started_at), now, zone);
    let found = i64::from(run.counts.all());
    let count = |n: i64, what: &str| format!("{} {what}{}", grouped(n.unsigned_abs()), if n == 1 { "" } else { "s" });
    match found {
        0 => (Tone::Ok, format!("Proved equal at {at}: {}.", count(run.checked, "record"))),
        _ if run.repaired >= found => {
            (Tone::Info, format!("{} differed at {at} and were repaired; not compared since.", count(found, "record")))
        }
        _ => (
            Tone::Warn,
            format!("{} of {} differed at {at}.", count(found - run.repaired, "record"), count(run.checked, "record")),
        ),
    }
}

/// Differences run by run, the newest at the right.
fn drift(runs: &[MirrorRun], zone: Tz) -> String {
    let runs: Vec<&MirrorRun> = runs.iter().rev().filter(|run| run.status == MirrorStatus::Completed).collect();
    if runs.is_empty() {
        return String::new();
    }
    // A few comparisons are no thicker than many.
    let empty = LEAST_BARS.saturating_sub(runs.len());
    let layer = |name, pick: fn(&MirrorRun) -> i32| Layer {
        name,
        values: std::iter::repeat_n(0.0, empty).chain(runs.iter().map(|run| f64::from(pick(run)))).collect(),
    };
    let day = |run: &&MirrorRun| run.started_at.with_timezone(&zone).format("%-d %b").to_string();
    let labels = std::iter::repeat_n(String::new(), empty).chain(runs.iter().map(day)).collect();
    let layers = vec![
        layer("altered", |run| run.counts.altered),
        layer("missing", |run| run.counts.missing),
        layer("gone", |run| run.counts.gone),
    ];
    bars::svg(labels, layers, 1130.0).unwrap_or_default()
}

fn state(run: &MirrorRun) -> (&'static str, Tone) {
    match run.status {
        MirrorStatus::Running => ("Under way", Tone::Info),
        MirrorStatus::Failed => ("Failed", Tone::Bad),
        MirrorStatus::Completed if run.counts.all() == 0 => ("Equal", Tone::Ok),
        MirrorStatus::Completed => ("Differs", Tone::Warn),
    }
}

fn run_line(run: &MirrorRun, now: DateTime<Utc>, zone: Tz) -> Vec<Cell> {
    let number = |count: i64| Cell { number: true, ..Cell::text(grouped(count.unsigned_abs())) };
    let (word, tone) = state(run);
    let counts = run.counts;
    vec![
        Cell::link(moment(run.started_at, now, zone), Some(format!("{RUNS}/{}", run.id))),
        Cell { tone: Some(tone), ..Cell::text(word) },
        number(run.checked),
        number(counts.altered.into()),
        number(counts.missing.into()),
        number(counts.gone.into()),
        number(run.repaired),
    ]
}

impl RunView {
    /// A run and a page of what it found; none for an unknown one.
    pub async fn read(
        tx: &mut TenantTx,
        id: i64,
        search: &str,
        caller: &Caller,
        now: DateTime<Utc>,
    ) -> Result<Option<RunView>, ListError> {
        let mut params = Params::parse(search);
        let (page, limit) = params.page()?;
        params.end()?;
        let Some(run) = store::find(tx, id).await? else { return Ok(None) };
        let zone = zone_or_utc(&caller.tenant_view.timezone);
        let total = i64::from(run.counts.all());
        let page = page.min(Pager::last(total, limit));
        let items = store::items(tx, id, page, limit).await?;
        let (word, tone) = state(&run);
        let words = match run.status {
            MirrorStatus::Completed => standing(Some(&run), now, zone).1,
            _ => format!("{word}, begun at {}.", moment(run.started_at, now, zone)),
        };
        let may = caller.may(Permission::RunSync) && run.status == MirrorStatus::Completed;
        Ok(Some(RunView {
            id,
            words,
            tone,
            error: run.error.clone(),
            under_way: run.status == MirrorStatus::Running,
            open: if may { total - run.repaired } else { 0 },
            heads: ["Opportunity", "Difference", "Here and there", "Repair"].map(Head::fixed).into(),
            items: items.iter().map(item_line).collect(),
            pager: Pager::new(page, limit, total, &Address::parse(search), &format!("{RUNS}/{id}")),
        }))
    }
}

fn item_line(item: &MirrorItem) -> Vec<Cell> {
    let (difference, tone) = match item.kind.as_str() {
        "missing" => ("Missing here", Tone::Warn),
        "gone" => ("Gone there", Tone::Warn),
        _ => ("Altered", Tone::Info),
    };
    let (repair, repair_tone) = match item.state.as_str() {
        "repaired" => ("Repaired", Some(Tone::Ok)),
        "failed" => ("Failed", Some(Tone::Bad)),
        _ => ("—", None),
    };
    let name = item
        .opportunity_name
        .as_ref()
        .map_or_else(|| format!("Opportunity {}", item.opportunity_id), |name| brief(name, 80));
    vec![
        Cell::link(name, Some(format!("/opportunities/{}", item.opportunity_id))),
        Cell { tone: Some(tone), ..Cell::text(difference) },
        Cell { wrap: true, fields: fields(&item.fields), ..Cell::text("—") },
        Cell { tone: repair_tone, note: item.error.as_ref().map(|error| brief(error, 120)), ..Cell::text(repair) },
    ]
}

fn fields(differences: &Value) -> Vec<FieldChange> {
    let said = |value: &Value| match value {
        Value::Null => "—".to_owned(),
        Value::String(text) => brief(text, MOST_OF_VALUE),
        other => brief(&other.to_string(), MOST_OF_VALUE),
    };
    let of = |difference: &Value| FieldChange {
        field: difference["field"].as_str().unwrap_or_default().into(),
        before: said(&difference["here"]),
        after: said(&difference["there"]),
    };
    differences.as_array().map(|all| all.iter().map(of).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::mirror::Counts;
    use super::*;

    fn run(checked: i64, altered: i32, repaired: i64) -> MirrorRun {
        MirrorRun {
            id: 7,
            status: MirrorStatus::Completed,
            started_at: "2026-11-21T03:00:00Z".parse().unwrap(),
            completed_at: Some("2026-11-21T03:01:00Z".parse().unwrap()),
            checked,
            counts: Counts { altered, ..Counts::default() },
            repaired,
            code: None,
            error: None,
        }
    }

    #[test]
    fn it_says_what_was_proved_and_what_was_not() {
        let words = |run: Option<&MirrorRun>| standing(run, "2026-11-21T12:00:00Z".parse().unwrap(), Tz::UTC).1;
        assert_eq!(words(Some(&run(10_000, 0, 0))), "Proved equal at 03:01: 10,000 records.");
        assert_eq!(words(Some(&run(10_000, 15, 14))), "1 record of 10,000 records differed at 03:01.");
        assert_eq!(
            words(Some(&run(10_000, 15, 15))),
            "15 records differed at 03:01 and were repaired; not compared since."
        );
        assert_eq!(words(None), "The mirror was not compared with Current RMS yet.");
    }
}
