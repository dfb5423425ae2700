//! What a definition was worth, night by night and whenever somebody asked.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::identity::Permission;
use domain::metrics::values;
use serde_json::{Value, json};

use super::definitions::by;
use super::{Code, visible};
use crate::http::error::ApiResult;
use crate::http::{Asking, State, current_request_id};
use crate::openapi::answers;
use crate::openapi::metrics::{ValueOut, ValuesOut, ValuesQuery};
use crate::rest::params::Params;
use crate::rest::shape::Pagination;

/// Values that were kept, newest first, each with the version that counted then.
#[utoipa::path(
    get,
    path = "/metrics/definitions/{code}/values",
    tag = "metrics",
    params(("code" = String, Path, description = "Its code."), ValuesQuery),
    responses((status = 200, description = "A page.", body = ValuesOut), answers::AskedOfOne)
)]
pub async fn list(
    asking: Asking,
    Shared(state): Shared<State>,
    code: Code,
    mut params: Params,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadDefinitions)?;
    let (page, limit) = params.page()?;
    let deprecated = params.value("includeDeprecated", "true or false")?.unwrap_or(false);
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    visible(&mut tx, &code, deprecated).await?;
    let kept = values::page(&mut tx, code.metric()?, page, limit).await?;
    let total = values::count(&mut tx, code.metric()?).await?;
    Ok(Json(json!({"values": kept, "pagination": Pagination::new(page, limit, total)})))
}

/// Computes what the active version is worth now, and keeps it.
#[utoipa::path(
    post,
    path = "/metrics/definitions/{code}/values",
    tag = "metrics",
    params(("code" = String, Path, description = "Its code.")),
    responses((status = 201, description = "The value.", body = ValueOut), answers::ChangingOne)
)]
pub async fn compute(asking: Asking, Shared(state): Shared<State>, code: Code) -> ApiResult<Response> {
    let caller = asking.to(Permission::DefineMetrics)?;
    let request_id = current_request_id();
    let kept = values::compute(&state.services, &by(&caller, &request_id), code.metric()?).await?;
    Ok((StatusCode::CREATED, Json(kept)).into_response())
}
