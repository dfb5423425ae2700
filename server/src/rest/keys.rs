//! `/api/keys`: list, make, revoke. A new key is in the answer, and only there.

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::audit::Source;
use domain::identity::keys::{self, NewKey};
use domain::identity::{Change, Permission};
use serde::Deserialize;
use serde_json::{Value, json};

use super::params::{Params, id};
use super::shape::Body;
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State, current_request_id};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyIn {
    name: String,
    scopes: Vec<String>,
    /// The last day on which it works; without it there is no end.
    last_day: Option<String>,
}

/// The tenant's API keys, without their secrets.
#[utoipa::path(
    get,
    path = "/keys",
    tag = "keys",
    responses((status = 200, description = "All of them.", body = crate::openapi::keys::KeysAnswer), crate::openapi::answers::Asked)
)]
pub async fn list(asking: Asking, Shared(state): Shared<State>, params: Params) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Administer)?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    Ok(Json(json!({"keys": keys::rows(&mut tx).await?})))
}

/// Makes a key; its secret is in the answer, and only there.
#[utoipa::path(
    post,
    path = "/keys",
    tag = "keys",
    request_body = crate::openapi::keys::KeyBody,
    responses((status = 201, description = "Made.", body = crate::openapi::keys::KeyMade), crate::openapi::answers::Changing)
)]
pub async fn create(
    asking: Asking,
    Shared(state): Shared<State>,
    body: Result<Body<KeyIn>, ApiError>,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::Administer)?;
    let Body(body) = body?;
    let request_id = current_request_id();
    let change = Change { caller: &caller, source: Source::Api, request_id: Some(&request_id) };
    let last_day = body.last_day.unwrap_or_default();
    let new = NewKey { name: &body.name, scopes: &body.scopes, last_day: &last_day };
    let (key, secret) = keys::create(&state.services.db, &change, &new).await?;
    Ok((StatusCode::CREATED, Json(json!({"id": key, "key": secret.reveal()}))).into_response())
}

/// Ends a key.
#[utoipa::path(
    delete,
    path = "/keys/{id}",
    tag = "keys",
    params(("id" = String, Path, description = "Its id.", format = Uuid)),
    responses((status = 204, description = "It works no more."), crate::openapi::answers::ChangingOne)
)]
pub async fn revoke(asking: Asking, Shared(state): Shared<State>, Path(key): Path<String>) -> ApiResult<StatusCode> {
    let caller = asking.to(Permission::Administer)?;
    let request_id = current_request_id();
    let change = Change { caller: &caller, source: Source::Api, request_id: Some(&request_id) };
    keys::revoke(&state.services.db, &change, id(&key)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
