//! The page of a metric.

use app::metrics::{Ending, OneView, PATH, Point, TestLine};
use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::calendar::zone_or_utc;
use domain::db::TenantTx;
use domain::identity::Caller;
use domain::metrics::form::TestRow;
use domain::metrics::now::Now;
use domain::metrics::values::{self, Kept};
use domain::metrics::{
    Definition, Entity, Formula, MetricCode, MetricError, Number, State as Standing, run, spoken, stored_test, trend,
    used_by,
};
use domain::opportunities::address::Address;
use domain::pager::Pager;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{Asking, READ, Stop, WRITE, answer, words};
use crate::http::State;

/// Records of a page.
const ROWS: i64 = 25;
/// Stored values that are drawn.
const DRAWN: i64 = 90;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Look {
    page: String,
    done: String,
    v: String,
}

/// What a form before the page led to.
pub(super) type Refused = (String, String, String);

pub async fn page(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(code): Path<String>,
    Query(look): Query<Look>,
) -> Result<Response, Stop> {
    asking.to(READ)?;
    write(asking, &state, &super::code(&code)?, &look, None).await
}

pub(super) async fn write(
    asking: Asking,
    state: &State,
    code: &MetricCode,
    look: &Look,
    refused: Option<(StatusCode, Refused)>,
) -> Result<Response, Stop> {
    let caller = asking.to(READ)?;
    let now = super::now(caller);
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let definition = super::shown(&mut tx, code).await?;
    let mut kept = values::page(&mut tx, code, 1, DRAWN).await?;
    kept.reverse();
    let uses = used_by::of(&mut tx, code).await?;
    let formula = definition.read_formula();
    let found = match &formula {
        Some(formula) => found(&mut tx, formula, &now, look, code, caller).await,
        None => Err(MetricError::NoFormula(code.to_string())),
    };
    drop(tx);
    let (value, rows, pager) = match found {
        Ok(found) => (Ok((found.value, found.share)), found.rows, Some(found.pager)),
        Err(MetricError::Db(error)) => return Err(Stop::Broken(error)),
        Err(MetricError::NoFormula(_)) => (Err("It has no formula yet.".to_owned()), Vec::new(), None),
        Err(error) => (Err(error.to_string()), Vec::new(), None),
    };
    let (status, refused) = refused.map_or((StatusCode::OK, None), |(status, refused)| (status, Some(refused)));
    let view = OneView {
        code: definition.code.clone(),
        name: definition.name.clone(),
        description: definition.description.clone(),
        standing: words::standing(&definition),
        may_write: caller.may(WRITE),
        told: done(look),
        csv: value.is_ok().then(|| format!("{PATH}/{code}/rows.csv")),
        value,
        sentence: definition.sentence.clone(),
        drawing: trend::drawing(&kept, zone_or_utc(&caller.tenant_view.timezone)),
        points: points(&kept, formula.as_ref(), caller),
        heads: formula.as_ref().map(words::heads).unwrap_or_default(),
        rows,
        pager,
        tests: tests(&definition, formula.as_ref(), &now),
        used_by: uses
            .into_iter()
            .map(|one| (format!("{} ({})", one.name, one.kind), format!("{PATH}/{}", one.id)))
            .collect(),
        waits: waits(&definition),
        ending: ending(&definition, caller),
        refused,
    };
    let title = definition.name.clone();
    let html = asking.write(state, &title, || app::metrics::one(view)).await?;
    Ok((status, answer(html, false)).into_response())
}

/// What the form before led to.
fn done(look: &Look) -> Option<String> {
    let version: i32 = look.v.parse().unwrap_or_default();
    Some(match look.done.as_str() {
        "active" => format!("Saved: version {version} counts from now on."),
        "draft" => format!("Saved: version {version} is kept as a draft."),
        "tests" => format!("Saved: version {version} is kept as a draft, since it fails stored tests."),
        "same" => "Nothing differs, so there is no new version.".to_owned(),
        "kept" => "The value is computed and kept.".to_owned(),
        "deprecated" => "The metric is deprecated.".to_owned(),
        _ => return None,
    })
}

struct Found {
    value: String,
    share: String,
    rows: Vec<app::metrics::editor::RowLine>,
    pager: Pager,
}

async fn found(
    tx: &mut TenantTx,
    formula: &Formula,
    now: &Now,
    look: &Look,
    code: &MetricCode,
    caller: &Caller,
) -> Result<Found, MetricError> {
    let currency = &caller.tenant_view.currency;
    run::read_only(tx).await?;
    let measured = run::measure(tx, formula, now).await?;
    let last = Pager::last(measured.matched, ROWS);
    let page = look.page.parse().unwrap_or(1).clamp(1, last);
    let records = run::rows(tx, formula, now, ROWS, (page - 1) * ROWS).await?;
    Ok(Found {
        value: spoken::measured(formula, measured.value, currency),
        share: spoken::share(measured.matched, measured.base, formula.entity),
        rows: words::lines(formula, &records, currency),
        pager: Pager::new(page, ROWS, measured.matched, &Address::default(), &format!("{PATH}/{code}")),
    })
}

fn points(kept: &[Kept], formula: Option<&Formula>, caller: &Caller) -> Vec<Point> {
    let mut before = None;
    let entity = formula.map_or(Entity::Customer, |formula| formula.entity);
    let point = |kept: &Kept| {
        let value = kept.value.as_deref().and_then(Number::parse);
        let changed = before.replace(kept.version) != Some(kept.version);
        Point {
            when: words::when(kept.computed_at, caller),
            value: match formula {
                Some(formula) => spoken::measured(formula, value, &caller.tenant_view.currency),
                None => value.map_or_else(|| spoken::NOTHING.into(), spoken::plain),
            },
            share: spoken::share(kept.matched, kept.base, entity),
            version: format!("v{}", kept.version),
            changed,
        }
    };
    kept.iter().map(point).collect()
}

fn tests(definition: &Definition, formula: Option<&Formula>, now: &Now) -> Vec<TestLine> {
    let Some(formula) = formula else { return Vec::new() };
    let sent: Json = serde_json::from_str(definition.tests.get()).unwrap_or_default();
    let Ok(read) = stored_test::read(formula.entity, &sent) else { return Vec::new() };
    let mut failed = stored_test::run(formula, &read, now).into_iter().peekable();
    let rows = sent.as_array().map(Vec::as_slice).unwrap_or_default().iter().enumerate();
    let line = |(index, test): (usize, &Json)| {
        let row = TestRow::of_json(test);
        let told = row.values.iter().map(|(code, value)| {
            let label = formula.entity.field(code).map_or(code.as_str(), |field| field.label);
            let value = if value.is_empty() { "empty" } else { value };
            format!("{label}: {value}")
        });
        TestLine {
            words: told.collect::<Vec<_>>().join(", "),
            expected: if row.expected { "counts" } else { "does not count" },
            result: match failed.next_if(|failed| failed.index == index) {
                Some(failed) => Err(failed.because),
                None => Ok(()),
            },
        }
    };
    rows.map(line).collect()
}

/// A version that could count and does not.
fn waits(of: &Definition) -> Option<i32> {
    let drafted = (of.state == Standing::Draft && of.formula.is_some()).then_some(of.newest_version);
    of.draft_version.or(drafted)
}

fn ending(definition: &Definition, caller: &Caller) -> Option<Ending> {
    Some(Ending {
        when: words::when(definition.deprecated_at?, caller),
        who: words::who(definition.deprecated_by.as_ref()),
        reason: definition.reason.clone().unwrap_or_else(|| "no reason is given".into()),
        replaced_by: definition.replaced_by.clone(),
    })
}
