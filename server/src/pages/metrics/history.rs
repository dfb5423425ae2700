//! The versions of a metric, and what one changes against another.

use std::collections::HashMap;

use app::metrics::{Compared, HistoryView, Names, VersionLine};
use axum::extract::{Path, Query, State as Shared};
use axum::response::Response;
use domain::db::TenantTx;
use domain::identity::Caller;
use domain::metrics::diff::{self, Diff};
use domain::metrics::now::Now;
use domain::metrics::{Definition, Entity, Formula, MetricError, Number, State as Standing, names, run, spoken, store};
use serde::Deserialize;

use super::{Asking, READ, Stop, WRITE, answer, words};
use crate::http::State;

/// Names of a list.
const NAMED: usize = 200;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Look {
    from: String,
    to: String,
    done: String,
    v: String,
}

pub async fn page(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(code): Path<String>,
    Query(look): Query<Look>,
) -> Result<Response, Stop> {
    let caller = asking.to(READ)?;
    let (code, now) = (super::code(&code)?, super::now(caller));
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let versions = store::history(&mut tx, &code).await?;
    let newest = versions.first().ok_or(Stop::NotFound)?.clone();
    let asked = (look.from.parse::<i32>().ok(), look.to.parse::<i32>().ok());
    let find = |version: i32| versions.iter().find(|one| one.version == version);
    let compared = match asked {
        (Some(from), Some(to)) => match (find(from), find(to)) {
            (Some(from), Some(to)) => Some(compare(&mut tx, from, to, &now, caller).await?),
            _ => Some(Err("There is no such version.".to_owned())),
        },
        _ => None,
    };
    drop(tx);
    let view = HistoryView {
        code: code.to_string(),
        name: newest.name.clone(),
        standing: words::standing(&newest),
        may_write: caller.may(WRITE) && newest.state != Standing::Deprecated,
        told: (look.done == "restored")
            .then(|| format!("Restored as version {}.", look.v.parse::<i32>().unwrap_or_default())),
        newest: newest.newest_version,
        from: asked.0.unwrap_or((newest.version - 1).max(1)),
        to: asked.1.unwrap_or(newest.version),
        compared,
        versions: lines(&versions, caller),
    };
    let title = format!("History of {}", newest.name);
    let html = asking.write(&state, &title, || app::metrics::history(view)).await?;
    Ok(answer(html, false))
}

fn lines(versions: &[Definition], caller: &Caller) -> Vec<VersionLine> {
    let formulas: HashMap<i32, Option<Formula>> =
        versions.iter().map(|one| (one.version, one.read_formula())).collect();
    let line = |(index, of): (usize, &Definition)| {
        let before = versions.get(index + 1);
        let mut changed = Vec::new();
        if let Some(before) = before {
            if before.name != of.name {
                changed.push(format!("Name: {} → {}", before.name, of.name));
            }
            if before.description != of.description {
                changed.push(format!("Description: {} → {}", before.description, of.description));
            }
            let formula = |version: i32| formulas.get(&version).and_then(Option::as_ref);
            changed.extend(diff::clauses(formula(before.version), formula(of.version)).into_iter().map(words::changed));
            if before.tests.get() != of.tests.get() {
                changed.push("The stored tests are others.".into());
            }
        }
        let counts =
            of.is_active().then(|| app::metrics::Standing { tone: domain::dashboard::Tone::Ok, word: "Active".into() });
        let waits = (of.draft_version == Some(of.version)
            || (of.active_version.is_none() && index == 0 && of.state == Standing::Draft))
            .then(|| app::metrics::Standing { tone: domain::dashboard::Tone::Info, word: "Draft".into() });
        VersionLine {
            version: of.version,
            standing: counts.into_iter().chain(waits).collect(),
            name: of.name.clone(),
            who: words::who(of.created_by.as_ref()),
            when: words::when(of.created_at, caller),
            note: of.note.clone().unwrap_or_default(),
            sentence: of.sentence.clone().unwrap_or_else(|| "No formula.".into()),
            changed,
        }
    };
    versions.iter().enumerate().map(line).collect()
}

async fn compare(
    tx: &mut TenantTx,
    from: &Definition,
    to: &Definition,
    now: &Now,
    caller: &Caller,
) -> Result<Result<Compared, String>, Stop> {
    let (before, after) = (from.read_formula(), to.read_formula());
    run::read_only(tx).await?;
    let diff = match diff::diff(tx, before.as_ref(), after.as_ref(), now).await {
        Ok(diff) => diff,
        Err(MetricError::Db(error)) => return Err(Stop::Broken(error)),
        Err(error) => return Ok(Err(error.to_string())),
    };
    let (old, new) = (entity(before.as_ref()), entity(after.as_ref()));
    let money = money(&diff, new, &caller.tenant_view.currency);
    let Diff { clauses, enter, leave, stay, .. } = diff;
    Ok(Ok(Compared {
        changed: clauses.into_iter().map(words::changed).collect(),
        basis: format!("Version {} against version {}, on the records of now.", to.version, from.version),
        money,
        enter: named(tx, new, &enter).await?,
        leave: named(tx, old, &leave).await?,
        stay: named(tx, new, &stay).await?,
    }))
}

fn entity(formula: Option<&Formula>) -> Entity {
    formula.map_or(Entity::Customer, |formula| formula.entity)
}

/// What is at stake with those who enter and leave.
pub(super) fn money(diff: &Diff, entity: Entity, currency: &str) -> String {
    let label = entity.field(entity.money()).map_or("money", |field| field.label);
    match diff.money.enter.minus(diff.money.leave) {
        Some(by) if by > Number::ZERO => format!("{} more {label}", spoken::money(by, currency)),
        Some(by) if by < Number::ZERO => {
            let less = Number::ZERO.minus(by).unwrap_or_default();
            format!("{} less {label}", spoken::money(less, currency))
        }
        _ => format!("the same {label}"),
    }
}

async fn named(tx: &mut TenantTx, entity: Entity, ids: &[i64]) -> Result<Names, Stop> {
    let first = &ids[..ids.len().min(NAMED)];
    let mut known = names::of(tx, entity, first).await?;
    let name = |id: &i64| (names::address(entity, *id), known.remove(id).unwrap_or_else(|| format!("No name ({id})")));
    let mut shown: Vec<(String, String)> = first.iter().map(name).collect();
    shown.sort_by(|one, other| one.1.cmp(&other.1));
    Ok(Names { count: ids.len(), shown })
}
