//! Formulas before they are saved. Nothing is written.

use axum::Json;
use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use domain::calendar::zone_or_utc;
use domain::identity::Permission;
use domain::metrics::trial::{Trial, validate as look};
use serde_json::Value;

use super::Sent;
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State};
use crate::openapi::answers;
use crate::openapi::metrics::{PreviewBody, PreviewOut, ValidateBody, ValidationOut};

/// What a formula finds now: how many, the first twenty, how many are left after each clause, and one record explained.
#[utoipa::path(
    post,
    path = "/metrics/definitions/preview",
    tag = "metrics",
    request_body = PreviewBody,
    responses((status = 200, description = "What it finds.", body = PreviewOut), answers::Changing)
)]
pub async fn preview(
    asking: Asking,
    Shared(state): Shared<State>,
    body: Result<Sent, ApiError>,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadDefinitions)?;
    let Sent(bytes) = body?;
    let trial = Trial::read(&bytes, zone_or_utc(&caller.tenant_view.timezone))?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let preview = trial.preview(&mut tx).await?;
    Ok(Json(trial.told(&preview)))
}

/// What is wrong with a formula, all of it at once, and what is odd about it, also on today's data.
#[utoipa::path(
    post,
    path = "/metrics/definitions/validate",
    tag = "metrics",
    request_body = ValidateBody,
    responses((status = 200, description = "What was found; no error means that it can be saved.", body = ValidationOut), answers::Asked)
)]
pub async fn validate(
    asking: Asking,
    Shared(state): Shared<State>,
    body: Result<Sent, ApiError>,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::ReadDefinitions)?;
    let Sent(bytes) = body?;
    let mut found = look(&bytes, zone_or_utc(&caller.tenant_view.timezone))?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    found.warn_of(&mut tx).await?;
    Ok(Json(found).into_response())
}
