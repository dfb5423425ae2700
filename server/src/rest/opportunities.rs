//! `GET /api/opportunities` and `/api/opportunities/{id}`: the mirror, with the table's column names.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State as Shared};
use domain::identity::Permission;
use domain::opportunities::filter::Sort;
use domain::opportunities::query::Query;
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
pub async fn list(asking: Asking, Shared(state): Shared<State>, params: Params) -> ApiResult<Json<ListOut>> {
    let caller = asking.to(Permission::ReadMirror)?;
    let query = Query::read(params.into_inner(), Sort::default())?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let listed = mirror::page(&mut tx, &query.filter, query.sort, query.page, query.limit).await?;
    let pagination = Pagination::new(query.page, query.limit, listed.total);
    Ok(Json(ListOut { opportunities: listed.rows, pagination }))
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
