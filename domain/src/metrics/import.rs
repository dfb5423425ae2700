//! Bringing definitions in: item by item it is told what would become of it; all of them are written, or none.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::bundle::SCHEMA;
use super::change::{self, MOST, Save};
use super::code::MetricCode;
use super::content::{Checked, Content};
use super::definition::{Definition, State};
use super::deprecate::no_replacement;
use super::error::MetricError;
use super::fields::Fields;
use super::import_item::{Standing, Wanted};
use super::problem::Problem;
use super::sent::{self, Sent};
use super::{now::Now, put, store};
use crate::audit::difference;
use crate::db::TenantTx;
use crate::identity::Change;
use crate::params::Fault;
use crate::services::Services;

/// What becomes of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    Create,
    Update,
    Unchanged,
    Error,
}

/// An item of the report.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// Its place in what was sent.
    pub pointer: String,
    /// As it was sent; null where there is none that could be read.
    pub code: Option<String>,
    pub action: Action,
    pub problems: Vec<Problem>,
}

/// What became of an import, or would.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub dry_run: bool,
    pub created: usize,
    pub updated: usize,
    pub unchanged: usize,
    pub errors: usize,
    pub definitions: Vec<Outcome>,
}

/// A document that was read, with what is wrong with its items.
#[derive(Debug)]
pub struct Import {
    items: Vec<Wanted>,
    problems: Vec<Problem>,
}

impl Import {
    /// Reads the bytes of a body; only what is no JSON object is refused here.
    pub fn read(bytes: &[u8]) -> Result<Import, Fault> {
        let body = sent::object(bytes)?;
        let mut fields = Fields::of(body, "", &["schema", "definitions"]);
        fields.need(&["schema", "definitions"]);
        if fields.get("schema").is_some_and(|raw| raw.get() != "1") {
            fields.problem(
                "schema",
                "E_RANGE",
                "This schema is not known.",
                format!("This release reads schema {SCHEMA}."),
            );
        }
        let mut sent = Sent::default();
        let raws = fields.get("definitions").map_or_else(Vec::new, |raw| sent.items(raw, "/definitions"));
        let mut items: Vec<Wanted> =
            raws.into_iter().enumerate().map(|(n, raw)| Wanted::read(raw, format!("/definitions/{n}"))).collect();
        let mut known = BTreeSet::new();
        for item in &mut items {
            if item.code.as_ref().is_some_and(|code| !known.insert(code.clone())) {
                let pointer = format!("{}/code", item.pointer);
                let message = format!("This code is there more than once.");
                item.problems.push(Problem::new(pointer, "E_CODE_TAKEN", message, "Leave one of them out."));
            }
        }
        let problems = fields.end().into_iter().chain(sent.problems).collect();
        Ok(Import { items, problems })
    }
}

/// An item that is to be written.
struct Work<'a> {
    code: &'a MetricCode,
    wanted: &'a Wanted,
    shown: Checked,
    draft: Checked,
}

/// Brings definitions in, or only tells what would become of them.
pub async fn run(
    services: &Services,
    change: &Change<'_>,
    import: Import,
    dry_run: bool,
) -> Result<Report, MetricError> {
    if !import.problems.is_empty() {
        return Err(MetricError::Problems(import.problems));
    }
    let mut tx = services.db.tenant_tx(&change.caller.actor()).await?;
    let mut standing = standing(&mut tx, &import.items).await?;
    let known: BTreeSet<String> = codes(&mut tx).await?;
    let now = change::now(&mut tx).await?;
    let ours: BTreeSet<&str> =
        import.items.iter().filter_map(|item| item.code.as_ref()).map(MetricCode::as_str).collect();
    let (mut outcomes, mut work) = (Vec::new(), Vec::new());
    for wanted in &import.items {
        let there = wanted.code.as_ref().and_then(|code| standing.get(code.as_str()));
        let (mut action, mut problems) = (Action::Unchanged, wanted.problems.clone());
        if !(problems.is_empty() && there.is_some_and(|there| wanted.stands(there))) {
            let (shown, draft, found) = wanted.check(&now);
            problems = sent::all(problems, found);
            if let Some(other) = wanted.replaced_by.as_deref() {
                let own = wanted.code.as_ref().is_some_and(|code| code.as_str() == other);
                if own || !(ours.contains(other) || known.contains(other)) {
                    problems.push(no_replacement(other, &format!("{}/replacedBy", wanted.pointer)));
                }
            }
            action = if there.is_some() { Action::Update } else { Action::Create };
            if let (true, Some(code)) = (problems.is_empty(), &wanted.code) {
                work.push(Work { code, wanted, shown, draft });
            } else {
                action = Action::Error;
            }
        }
        let code = wanted.code.as_ref().map(MetricCode::to_string);
        outcomes.push(Outcome { pointer: wanted.pointer.clone(), code, action, problems });
    }
    let report = Report::of(dry_run, outcomes);
    if dry_run {
        return Ok(report);
    }
    if report.errors > 0 {
        return Err(MetricError::Problems(report.definitions.into_iter().flat_map(Outcome::named).collect()));
    }
    // Always in the same order, so that two imports do not wait for each other.
    work.sort_by(|one, other| one.code.cmp(other.code));
    let mut written = Vec::new();
    for Work { code, wanted, shown, draft } in work {
        let before = standing.remove(code.as_str());
        write(&mut tx, change, (code, wanted), (shown, draft), before.as_ref(), &now).await?;
        written.push((code, wanted, before));
    }
    if put::count(&mut tx).await? > MOST {
        return Err(MetricError::TooMany(MOST));
    }
    // A replacement may be an item of its own, so all codes are there first.
    for (code, wanted, before) in written {
        if wanted.state == Some(State::Deprecated) {
            let (reason, other) = (wanted.reason.as_deref(), wanted.replaced_by.as_deref());
            put::retire(&mut tx, code, change::by(change), reason, other).await?;
        }
        let Some(after) = store::find(&mut tx, code).await? else { continue };
        let (before, after) = difference(before.map(|before| told(&before.shown)), told(&after));
        change.record(&mut tx, ("metric", code.as_str()), "import", before, Some(after)).await?;
    }
    tx.commit().await?;
    Ok(report)
}

/// Writes the versions that are missing for a code to stand as it is wanted.
async fn write(
    tx: &mut TenantTx,
    change: &Change<'_>,
    (code, wanted): (&MetricCode, &Wanted),
    (shown, draft): (Checked, Checked),
    before: Option<&Standing>,
    now: &Now,
) -> Result<(), MetricError> {
    if before.is_none() && !put::open(tx, code).await? {
        return Err(MetricError::CodeTaken(code.to_string()));
    }
    let by = change::by(change);
    let active = wanted.state == Some(State::Active);
    let mut newest = before.map_or(0, |before| before.shown.newest_version);
    let said = |is: &Definition, wanted: &Content| wanted.same(&Content::of(is));
    // What counts stays, unless something else does, or something waits behind it that is to go.
    let stays = before.filter(|before| {
        let (is, goes) = (&before.shown, before.waiting.is_some() && wanted.draft.is_none());
        if active { is.is_active() && said(is, &wanted.content) && !goes } else { false }
    });
    // Without an active version, the newest is what is shown.
    let newest_says = before.filter(|_| !active).map(|before| before.waiting.as_ref().unwrap_or(&before.shown));
    let mut counts = stays.and_then(|before| before.shown.active_version);
    if newest_says.is_some_and(|is| said(is, &wanted.content)) {
        put::stand(tx, code, newest, None).await?;
    } else if counts.is_none() {
        newest += 1;
        let save = Save { code, content: &wanted.content, checked: shown, draft: !active, by };
        let saved = save.write(tx, newest, None, now).await?;
        counts = saved.active.then_some(newest);
    }
    let Some(waiting) = &wanted.draft else { return Ok(()) };
    if stays.and_then(|before| before.waiting.as_ref()).is_some_and(|is| said(is, waiting)) {
        return Ok(());
    }
    let save = Save { code, content: waiting, checked: draft, draft: true, by };
    save.write(tx, newest + 1, counts, now).await?;
    Ok(())
}

/// How the codes of an import stand, locked.
async fn standing(tx: &mut TenantTx, items: &[Wanted]) -> Result<BTreeMap<String, Standing>, MetricError> {
    let codes: Vec<String> = items.iter().filter_map(|item| item.code.as_ref()).map(MetricCode::to_string).collect();
    let heads = put::lock(tx, &codes).await?;
    let shown: Vec<(String, i32)> =
        heads.iter().map(|head| (head.code.clone(), head.active_version.unwrap_or(head.newest_version))).collect();
    let shown = store::load(tx, &shown).await?;
    let waits = |one: &Definition| one.draft_version.map(|version| (one.code.clone(), version));
    let waiting: Vec<(String, i32)> = shown.iter().filter_map(waits).collect();
    let waiting = store::load(tx, &waiting).await?;
    let mut waiting: BTreeMap<String, Definition> = waiting.into_iter().map(|one| (one.code.clone(), one)).collect();
    let stand = shown.into_iter().map(|shown| {
        let waiting = waiting.remove(&shown.code);
        (shown.code.clone(), Standing { shown, waiting })
    });
    Ok(stand.collect())
}

async fn codes(tx: &mut TenantTx) -> Result<BTreeSet<String>, sqlx::Error> {
    let tenant = tx.tenant();
    let codes = sqlx::query_scalar!("select code from metric_definitions where tenant_id = $1", tenant)
        .fetch_all(tx.connection())
        .await?;
    Ok(codes.into_iter().collect())
}

fn told(definition: &Definition) -> Map<String, Json> {
    let mut fields = change::fields(definition);
    fields.insert("draftVersion".into(), json!(definition.draft_version));
    fields.insert("reason".into(), json!(definition.reason));
    fields.insert("replacedBy".into(), json!(definition.replaced_by));
    fields
}

impl Report {
    fn of(dry_run: bool, definitions: Vec<Outcome>) -> Report {
        let count = |action| definitions.iter().filter(|outcome| outcome.action == action).count();
        Report {
            dry_run,
            created: count(Action::Create),
            updated: count(Action::Update),
            unchanged: count(Action::Unchanged),
            errors: count(Action::Error),
            definitions,
        }
    }
}

impl Outcome {
    /// Its problems, each with the code that it is about.
    fn named(self) -> Vec<Problem> {
        let Outcome { code, problems, .. } = self;
        let name = |mut problem: Problem| {
            if let Some(code) = &code {
                problem.message = format!("{code}: {}", problem.message);
            }
            problem
        };
        problems.into_iter().map(name).collect()
    }
}
