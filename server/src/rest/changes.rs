//! `GET /api/changes`: what changed in the mirror, newest first.

use axum::Json;
use axum::extract::State as Shared;
use domain::identity::Permission;
use domain::opportunities::changes::query::Query;
use domain::opportunities::changes::store::{self, ChangeRow};
use serde::Serialize;

use super::params::Params;
use super::shape::Pagination;
use crate::http::error::ApiResult;
use crate::http::{Asking, State};

#[derive(Serialize)]
pub struct ListOut {
    changes: Vec<ChangeRow>,
    pagination: Pagination,
}

/// Changes that meet every condition, newest first.
#[utoipa::path(
    get,
    path = "/changes",
    tag = "opportunities",
    params(crate::openapi::changes::ListQuery),
    responses(
        (status = 200, description = "A page.", body = crate::openapi::changes::ListAnswer),
        crate::openapi::answers::Asked
    )
)]
pub async fn list(asking: Asking, Shared(state): Shared<State>, params: Params) -> ApiResult<Json<ListOut>> {
    let caller = asking.to(Permission::ReadMirror)?;
    let Query { filter, page, limit } = Query::read(params.into_inner())?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let total = store::count(&mut tx, &filter).await?;
    let changes = store::page(&mut tx, &filter, page, limit).await?;
    Ok(Json(ListOut { changes, pagination: Pagination::new(page, limit, total) }))
}
