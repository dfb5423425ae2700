//! `GET /api/opportunities` and `/api/opportunities/{id}`: the mirror, with the table's column names.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State as Shared};
use chrono::{DateTime, Datelike, Utc};
use domain::identity::Permission;
use domain::money::Money;
use domain::opportunities::filter::{COLUMNS, Deleted, Filter, Sort};
use domain::opportunities::{OpportunityRow, list as mirror, store};
use serde::Serialize;
use serde_json::value::RawValue;

use super::params::Params;
use super::shape::Pagination;
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State};

#[derive(Serialize)]
pub struct ListOut {
    opportunities: Vec<OpportunityRow>,
    pagination: Pagination,
}

#[derive(Serialize)]
pub struct OneOut {
    opportunity: WithData,
}

/// A row and the record exactly as the source sent it.
#[derive(Serialize)]
struct WithData {
    #[serde(flatten)]
    row: OpportunityRow,
    data: Box<RawValue>,
}

/// A page of the mirror: rows that meet every condition.
#[utoipa::path(
    get,
    path = "/opportunities",
    tag = "opportunities",
    params(crate::openapi::opportunities::ListQuery),
    responses(
        (status = 200, description = "A page.", body = crate::openapi::opportunities::ListAnswer),
        crate::openapi::answers::Asked
    )
)]
pub async fn list(asking: Asking, Shared(state): Shared<State>, mut params: Params) -> ApiResult<Json<ListOut>> {
    let caller = asking.to(Permission::ReadMirror)?;
    let (page, limit) = params.page()?;
    let sort = sort(&mut params)?;
    let filter = filter(&mut params)?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let listed = mirror::page(&mut tx, &filter, sort, page, limit).await?;
    Ok(Json(ListOut { opportunities: listed.rows, pagination: Pagination::new(page, limit, listed.total) }))
}

/// One row of the mirror, with the record as the source sent it.
#[utoipa::path(
    get,
    path = "/opportunities/{id}",
    tag = "opportunities",
    params(("id" = i64, Path, description = "The source's id.")),
    responses(
        (status = 200, description = "The row.", body = crate::openapi::opportunities::OneAnswer),
        crate::openapi::answers::AskedOfOne
    )
)]
pub async fn read(
    asking: Asking,
    Shared(state): Shared<State>,
    id: Result<Path<i64>, PathRejection>,
) -> ApiResult<Json<OneOut>> {
    let caller = asking.to(Permission::ReadMirror)?;
    let Path(id) = id.map_err(|_| ApiError::invalid("id", "expected an integer"))?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let (row, data) = store::get_opportunity(&mut tx, id).await?.ok_or_else(|| ApiError::not_found("opportunity"))?;
    Ok(Json(OneOut { opportunity: WithData { row, data } }))
}

fn sort(params: &mut Params) -> ApiResult<Sort> {
    let Some(text) = params.text("sort")? else { return Ok(Sort::default()) };
    let expected = || format!("expected a column, perhaps with - before it: {}", COLUMNS.join(", "));
    Sort::parse(text.trim()).ok_or_else(|| ApiError::invalid("sort", expected()))
}

fn filter(params: &mut Params) -> ApiResult<Filter> {
    let (from, to) = params.dates("from", "to")?;
    let amount = "an amount such as 1200.50";
    let (min_value, max_value) = (money(params, "minValue", amount)?, money(params, "maxValue", amount)?);
    if min_value.zip(max_value).is_some_and(|(least, most)| least > most) {
        return Err(ApiError::invalid("maxValue", "must not be less than minValue"));
    }
    Ok(Filter {
        status: params.list("status")?,
        state: params.list("state")?,
        owner: params.list("owner")?,
        organisation: params.list("organisation")?,
        q: params.text("q")?,
        from,
        to,
        min_value,
        max_value,
        stale_hours: params.number("staleHours", 0, 1_000_000)?.and_then(|hours| i32::try_from(hours).ok()),
        webhook_since: since(params)?,
        deleted: match params.text("deleted")?.as_deref() {
            None | Some("exclude") => Deleted::Exclude,
            Some("only") => Deleted::Only,
            Some("include") => Deleted::Include,
            Some(_) => return Err(ApiError::invalid("deleted", "expected exclude, only or include")),
        },
    })
}

/// A time of the years that a calendar knows: the database's own type ends in 4713 BC.
fn since(params: &mut Params) -> ApiResult<Option<DateTime<Utc>>> {
    let expected = "a time such as 2026-11-21T10:00:00Z";
    match params.value::<DateTime<Utc>>("webhookSince", expected)? {
        Some(at) if !(1..=9999).contains(&at.year()) => {
            Err(ApiError::invalid("webhookSince", format!("expected {expected}")))
        }
        at => Ok(at),
    }
}

fn money(params: &mut Params, field: &str, expected: &str) -> ApiResult<Option<Money>> {
    let refuse = |_| ApiError::invalid(field, format!("expected {expected}"));
    params.text(field)?.map(|text| Money::parse(&text).map_err(refuse)).transpose()
}
