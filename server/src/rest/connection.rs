//! `/api/connection/start-over`: the mirror goes, the connection stays.

use axum::Json;
use axum::extract::State as Shared;
use domain::audit::Source;
use domain::identity::{Change, Permission};
use domain::sync::start_over as mirror;
use serde::Deserialize;
use serde_json::{Value, json};

use super::shape::Body;
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State, current_request_id};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartOverIn {
    /// The company's name, exactly as it is written.
    confirm: String,
}

/// Removes the tenant's mirror, so that the next initial sync begins from nothing: opportunities, changes, runs, failures and
/// the cursor. People, keys, kept lists, the connection and the audit log stay.
#[utoipa::path(
    post,
    path = "/connection/start-over",
    tag = "connection",
    request_body = crate::openapi::connection::StartOverBody,
    responses(
        (status = 200, description = "It is empty.", body = crate::openapi::connection::StartedOver),
        crate::openapi::answers::Changing
    )
)]
pub async fn start_over(
    asking: Asking,
    Shared(state): Shared<State>,
    body: Result<Body<StartOverIn>, ApiError>,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Administer)?;
    let Body(body) = body?;
    let request_id = current_request_id();
    let change = Change { caller: &caller, source: Source::Api, request_id: Some(&request_id) };
    let removed = mirror::start_over(&state.services, &change, &body.confirm).await?;
    Ok(Json(json!({"success": true, "removed": removed})))
}
