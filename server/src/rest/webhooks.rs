//! `/api/webhooks`: endpoints, made and revoked by admins, and how healthy they are. A new address is in the answer, and only
//! there.

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::audit::{By, Request, Source};
use domain::db::QueryError;
use domain::identity::{Caller, Change, Permission};
use domain::inbox::intake::IntakeError;
use domain::inbox::trial::{self, TrialError};
use domain::inbox::{Provider, endpoint, health, keeping, registration};
use serde::Deserialize;
use serde_json::{Value, json};

use super::params::Params;
use super::shape::Body;
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State, current_request_id};
use crate::openapi::answers;
use crate::openapi::webhooks::{
    EndpointBody, EndpointMade, EndpointsOut, HealthOut, KeepingBody, KeepingOut, ReceiptOut, RegistrationOut, TestBody,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EndpointIn {
    provider: String,
    label: Option<String>,
    silent_after_minutes: Option<i32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TestIn {
    endpoint: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeepingIn {
    provider: String,
    keep_days: Option<i32>,
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
    let provider = provider(&body.provider)?;
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

/// Sends a test delivery through an endpoint's door; it is in no number.
#[utoipa::path(
    post,
    path = "/test-webhook",
    tag = "inbox",
    request_body = TestBody,
    responses((status = 200, description = "It was kept.", body = ReceiptOut), answers::Changing)
)]
pub async fn test(
    asking: Asking,
    Shared(state): Shared<State>,
    body: Result<Body<TestIn>, ApiError>,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Administer)?;
    let Body(body) = body?;
    let request_id = current_request_id();
    let change = Change { caller: &caller, source: Source::Api, request_id: Some(&request_id) };
    let sent = trial::deliver(&state.services, &change, body.endpoint).await;
    let receipt = sent.map_err(|error| match error {
        TrialError::NoEndpoint => ApiError::conflict("NO_ENDPOINT", error.to_string(), Value::Null),
        TrialError::Db(error) | TrialError::Intake(IntakeError::Db(error)) => error.into(),
        TrialError::Intake(IntakeError::Full | IntakeError::TooMany(_)) => ApiError::busy(),
    })?;
    Ok(Json(json!({
        "success": true,
        "eventId": receipt.event_id,
        "message": "a test delivery was kept",
        "duplicate": receipt.duplicate,
    })))
}

/// For how many days each provider's bytes are kept; null: for ever.
#[utoipa::path(
    get,
    path = "/webhooks/keeping",
    tag = "inbox",
    responses((status = 200, description = "Each provider's.", body = KeepingOut), answers::Asked)
)]
pub async fn keeping(asking: Asking, Shared(state): Shared<State>, params: Params) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Administer)?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    Ok(Json(json!({"keepDays": keeping::days(&mut tx).await?})))
}

/// Sets for how many days a provider's bytes are kept; older ones are removed at night, their events stay.
#[utoipa::path(
    put,
    path = "/webhooks/keeping",
    tag = "inbox",
    request_body = KeepingBody,
    responses((status = 200, description = "Each provider's.", body = KeepingOut), answers::Changing)
)]
pub async fn keep(
    asking: Asking,
    Shared(state): Shared<State>,
    body: Result<Body<KeepingIn>, ApiError>,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Administer)?;
    let Body(body) = body?;
    let (provider, request_id) = (provider(&body.provider)?, current_request_id());
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    keeping::set(&mut tx, &by(&caller, &request_id), provider, body.keep_days).await?;
    let days = keeping::days(&mut tx).await?;
    tx.commit().await?;
    Ok(Json(json!({"keepDays": days})))
}

/// Which events the account posts to this host; changes nothing.
#[utoipa::path(
    get,
    path = "/webhooks/registration",
    tag = "inbox",
    responses((status = 200, description = "How each event stands.", body = RegistrationOut), answers::Running)
)]
pub async fn registration(asking: Asking, Shared(state): Shared<State>, params: Params) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Administer)?;
    params.end()?;
    Ok(Json(json!(registration::look(&state.services, &caller.actor()).await?)))
}

/// Registers the events that are missing, and mends those that are wrong.
#[utoipa::path(
    post,
    path = "/webhooks/registration",
    tag = "inbox",
    responses((status = 200, description = "How each event stood, and what was done.", body = RegistrationOut), answers::Running)
)]
pub async fn register(asking: Asking, Shared(state): Shared<State>) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Administer)?;
    let (services, actor, request_id) = (state.services.clone(), caller.actor(), current_request_id());
    // Half of it is worse than all of it: who hangs up does not stop it.
    let done = tokio::spawn(async move { registration::register(&services, &actor, &by(&caller, &request_id)).await });
    Ok(Json(json!(done.await.map_err(|_| QueryError::WorkerCrashed)??)))
}

fn provider(text: &str) -> ApiResult<Provider> {
    Provider::parse(text).ok_or_else(|| ApiError::invalid("provider", "expected current-rms or email-bison"))
}

fn made(state: &State, id: i64, provider: Provider, token: &domain::identity::token::Token) -> Value {
    let path = endpoint::path(provider, token);
    json!({"id": id, "path": path, "url": format!("{}{path}", state.origins.public())})
}

fn number(id: &str) -> ApiResult<i64> {
    id.parse().map_err(|_| ApiError::invalid("id", "is no id"))
}
