//! What versions of a definition find: their records, and who enters and leaves between two of them.

use axum::Json;
use axum::extract::State as Shared;
use chrono::Utc;
use domain::calendar::zone_or_utc;
use domain::identity::{Caller, Permission};
use domain::metrics::diff::diff as compare;
use domain::metrics::{Definition, MetricError, Now, run, store, told, value};
use domain::params::Fault;
use serde_json::{Value, json};

use super::{Code, visible};
use crate::http::error::ApiResult;
use crate::http::{Asking, State};
use crate::openapi::answers;
use crate::openapi::metrics::{DiffOut, DiffQuery, RowsOut, RowsQuery};
use crate::rest::params::Params;
use crate::rest::shape::Pagination;

const VERSIONS: i64 = i32::MAX as i64;

/// What changes when one version replaces another: the clauses in words, and on the same moment who enters, leaves and stays, with
/// the money at stake.
#[utoipa::path(
    get,
    path = "/metrics/definitions/{code}/diff",
    tag = "metrics",
    params(("code" = String, Path, description = "Its code."), DiffQuery),
    responses((status = 200, description = "The difference.", body = DiffOut), answers::ChangingOne)
)]
pub async fn diff(
    asking: Asking,
    Shared(state): Shared<State>,
    code: Code,
    mut params: Params,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadDefinitions)?;
    let (from, to) = (params.number("from", 1, VERSIONS)?, params.number("to", 1, VERSIONS)?);
    let (now, deprecated) = moment(&caller, &mut params)?;
    params.end()?;
    let from = from.ok_or_else(|| Fault::new("from", "is missing: the version before"))?;
    let to = to.ok_or_else(|| Fault::new("to", "is missing: the version after"))?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    visible(&mut tx, &code, deprecated).await?;
    let metric = code.metric()?;
    let mut version = async |version: i64| {
        let version = i32::try_from(version).unwrap_or(i32::MAX);
        let found = store::version(&mut tx, metric, version).await?;
        found.ok_or_else(|| MetricError::NoVersion { code: metric.to_string(), version })
    };
    let (before, after) = (version(from).await?, version(to).await?);
    run::read_only(&mut tx).await?;
    let (one, other) = (before.read_formula(), after.read_formula());
    let found = compare(&mut tx, one.as_ref(), other.as_ref(), &now).await?;
    let texts = [("name", &before.name, &after.name), ("description", &before.description, &after.description)];
    let texts = texts.into_iter().filter(|(_, before, after)| before != after);
    Ok(Json(json!({
        "from": before.version,
        "to": after.version,
        "now": now.at,
        "texts": texts.map(|(field, before, after)| json!({"field": field, "before": before, "after": after})).collect::<Value>(),
        "clauses": found.clauses,
        "enter": found.enter,
        "leave": found.leave,
        "stay": found.stay,
        "money": {"enter": value::cents(found.money.enter), "leave": value::cents(found.money.leave)},
    })))
}

/// The records that a version finds, in its order: the shown version unless another is asked for.
#[utoipa::path(
    get,
    path = "/metrics/definitions/{code}/rows",
    tag = "metrics",
    params(("code" = String, Path, description = "Its code."), RowsQuery),
    responses((status = 200, description = "A page.", body = RowsOut), answers::ChangingOne)
)]
pub async fn rows(
    asking: Asking,
    Shared(state): Shared<State>,
    code: Code,
    mut params: Params,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadDefinitions)?;
    let (page, limit) = params.page()?;
    let version = params.number("version", 1, VERSIONS)?;
    let (now, deprecated) = moment(&caller, &mut params)?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let mut definition: Definition = visible(&mut tx, &code, deprecated).await?;
    if let Some(version) = version.and_then(|version| i32::try_from(version).ok()) {
        let found = store::version(&mut tx, code.metric()?, version).await?;
        definition = found.ok_or_else(|| MetricError::NoVersion { code: code.written.clone(), version })?;
    }
    let formula = definition.read_formula().ok_or_else(|| MetricError::NoFormula(code.written.clone()))?;
    run::read_only(&mut tx).await?;
    let measured = run::measure(&mut tx, &formula, &now).await?;
    let rows = run::rows(&mut tx, &formula, &now, limit, (page - 1) * limit).await?;
    let fields = run::listed(&formula);
    Ok(Json(json!({
        "rows": told::records(&fields, &rows),
        "columns": told::columns(&fields),
        "version": definition.version,
        "now": now.at,
        "value": measured.value.map(|value| value.to_string()),
        "base": measured.base,
        "pagination": Pagination::new(page, limit, measured.matched),
    })))
}

/// `now`, and whether deprecated definitions are looked at.
fn moment(caller: &Caller, params: &mut Params) -> Result<(Now, bool), Fault> {
    let zone = zone_or_utc(&caller.tenant_view.timezone);
    let deprecated = params.value("includeDeprecated", "true or false")?.unwrap_or(false);
    let now = params.text("now")?.map(|text| Now::read(&text, zone)).transpose();
    let now = now.map_err(|problem| Fault::new("now", problem.message))?;
    Ok((now.unwrap_or_else(|| Now::of(Utc::now(), zone)), deprecated))
}
