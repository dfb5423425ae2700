//! `/api/webhooks`: endpoints, made and revoked by admins, and how healthy they are. A new address is in the answer, and only
//! there.

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::audit::{By, Source};
use domain::identity::{Caller, Permission};
use domain::inbox::{Provider, endpoint, health};
use domain::sync::Request;
use serde::Deserialize;
use serde_json::{Value, json};

use super::params::Params;
use super::shape::Body;
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State, current_request_id};
use crate::openapi::answers;
use crate::openapi::webhooks::{EndpointBody, EndpointMade, EndpointsOut, HealthOut};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EndpointIn {
    provider: String,
    label: Option<String>,
    silent_after_minutes: Option<i32>,
}

fn by<'a>(caller: &'a Caller, request_id: &'a str) -> Request<'a> {
    Request { by: By::from(caller), source: Source::Api, request_id: Some(request_id) }
}

/// How healthy each endpoint is, over 24 hours. Test deliveries do not count.
#[utoipa::path(
    get,
    path = "/webhooks/health",
    tag = "inbox",
    responses((status = 200, description = "Every endpoint that works.", body = HealthOut), answers::Asked)
)]
pub async fn read_health(asking: Asking, Shared(state): Shared<State>, params: Params) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadMirror)?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    Ok(Json(json!({"endpoints": health::read(&mut tx, chrono::Utc::now()).await?})))
}

/// The tenant's endpoints, without their secrets.
#[utoipa::path(
    get,
    path = "/webhooks",
    tag = "inbox",
    responses((status = 200, description = "All of them.", body = EndpointsOut), answers::Asked)
)]
pub async fn list(asking: Asking, Shared(state): Shared<State>, params: Params) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Administer)?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    Ok(Json(json!({"endpoints": endpoint::rows(&mut tx).await?})))
}

/// Makes an endpoint; its address is in the answer, and only there.
#[utoipa::path(
    post,
    path = "/webhooks",
    tag = "inbox",
    request_body = EndpointBody,
    responses((status = 201, description = "Made.", body = EndpointMade), answers::Changing)
)]
pub async fn create(
    asking: Asking,
    Shared(state): Shared<State>,
    body: Result<Body<EndpointIn>, ApiError>,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::Administer)?;
    let Body(body) = body?;
    let request_id = current_request_id();
    let expected = || ApiError::invalid("provider", "expected current-rms or email-bison");
    let provider = Provider::parse(&body.provider).ok_or_else(expected)?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let hand = by(&caller, &request_id);
    let (id, token) =
        endpoint::create(&mut tx, &hand, provider, body.label.as_deref(), body.silent_after_minutes).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(made(&state, id, provider, &token))).into_response())
}

/// Gives an endpoint a new address; the one before stays until it is ended, or this is asked once more.
#[utoipa::path(
    post,
    path = "/webhooks/{id}/rotate",
    tag = "inbox",
    params(("id" = i64, Path, description = "Its id.")),
    responses((status = 201, description = "The new address.", body = EndpointMade), answers::ChangingOne)
)]
pub async fn rotate(asking: Asking, Shared(state): Shared<State>, Path(id): Path<String>) -> ApiResult<Response> {
    let caller = asking.to(Permission::Administer)?;
    let (id, request_id) = (number(&id)?, current_request_id());
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let (provider, token) = endpoint::rotate(&mut tx, &by(&caller, &request_id), id).await?;
    tx.commit().await?;
    state.services.intake.forget_doors();
    Ok((StatusCode::CREATED, Json(made(&state, id, provider, &token))).into_response())
}

/// Ends all addresses of an endpoint but the newest.
#[utoipa::path(
    post,
    path = "/webhooks/{id}/end-older",
    tag = "inbox",
    params(("id" = i64, Path, description = "Its id.")),
    responses((status = 204, description = "Only the newest works."), answers::ChangingOne)
)]
pub async fn end_older(asking: Asking, Shared(state): Shared<State>, Path(id): Path<String>) -> ApiResult<StatusCode> {
    let caller = asking.to(Permission::Administer)?;
    let (id, request_id) = (number(&id)?, current_request_id());
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    endpoint::end_older(&mut tx, &by(&caller, &request_id), id).await?;
    tx.commit().await?;
    state.services.intake.forget_doors();
    Ok(StatusCode::NO_CONTENT)
}

/// Revokes an endpoint: its addresses answer 404 from now on. What arrived stays.
#[utoipa::path(
    delete,
    path = "/webhooks/{id}",
    tag = "inbox",
    params(("id" = i64, Path, description = "Its id.")),
    responses((status = 204, description = "It works no more."), answers::ChangingOne)
)]
pub async fn revoke(asking: Asking, Shared(state): Shared<State>, Path(id): Path<String>) -> ApiResult<StatusCode> {
    let caller = asking.to(Permission::Administer)?;
    let (id, request_id) = (number(&id)?, current_request_id());
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    endpoint::revoke(&mut tx, &by(&caller, &request_id), id).await?;
    tx.commit().await?;
    state.services.intake.forget_doors();
    Ok(StatusCode::NO_CONTENT)
}

fn made(state: &State, id: i64, provider: Provider, token: &domain::identity::token::Token) -> Value {
    let path = endpoint::path(provider, token);
    json!({"id": id, "path": path, "url": format!("{}{path}", state.origins.public())})
}

fn number(id: &str) -> ApiResult<i64> {
    id.parse().map_err(|_| ApiError::invalid("id", "is no id"))
}
