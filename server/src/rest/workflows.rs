//! `/api/opportunities/{id}/workflows`: workflows on an opportunity, started and taken on.

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::identity::{Caller, Permission};
use domain::workflows::{self, Act};
use serde::Deserialize;
use serde_json::{Value, json};

use super::of_opportunity::{PageOf, hand};
use super::params::{Params, integer};
use super::shape::{Body, MayBody};
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State, current_request_id};
use crate::openapi::answers;
use crate::openapi::workflows::{
    AdvanceBody, ChangeBody, FailBody, PageQuery, WorkflowBody, WorkflowSaid, WorkflowsOut,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkflowIn {
    workflow_type: String,
    data: Option<Value>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct AdvanceIn {
    data: Option<Value>,
    expected_version: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FailIn {
    error: String,
    expected_version: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ChangeIn {
    expected_version: Option<i64>,
}

/// An opportunity's workflows, newest first.
#[utoipa::path(
    get,
    path = "/opportunities/{id}/workflows",
    tag = "workflows",
    params(("id" = i64, Path, description = "The source's id."), PageQuery),
    responses((status = 200, description = "A page.", body = WorkflowsOut), answers::AskedOfOne)
)]
pub async fn list(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadMirror)?;
    let mut asked = PageOf::read(&state, &caller, &id, params).await?;
    let (rows, total) = workflows::page(&mut asked.tx, asked.id, asked.page, asked.limit).await?;
    Ok(asked.answer("workflows", &rows, total))
}

/// Starts a workflow of a template on an opportunity.
#[utoipa::path(
    post,
    path = "/opportunities/{id}/workflows",
    tag = "workflows",
    params(("id" = i64, Path, description = "The source's id.")),
    request_body = WorkflowBody,
    responses((status = 201, description = "It runs.", body = WorkflowSaid), answers::ChangingOne)
)]
pub async fn start(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    body: Result<Body<WorkflowIn>, ApiError>,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::Augment)?;
    let (id, Body(body)) = (integer("id", &id)?, body?);
    let request_id = current_request_id();
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let hand = hand(&caller, &request_id);
    let begun = workflows::start(&mut tx, &hand, id, &body.workflow_type, body.data).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(json!({"success": true, "workflow": begun}))).into_response())
}

/// Takes a workflow that runs on to its next step; behind the last one it is completed.
#[utoipa::path(
    post,
    path = "/opportunities/{id}/workflows/{workflow}/advance",
    tag = "workflows",
    params(("id" = i64, Path, description = "The source's id."), ("workflow" = i64, Path, description = "Its id.")),
    request_body = Option<AdvanceBody>,
    responses((status = 200, description = "As it stands now.", body = WorkflowSaid), answers::ChangingOne)
)]
pub async fn advance(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(path): Path<(String, String)>,
    body: Result<MayBody<AdvanceIn>, ApiError>,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Augment)?;
    let MayBody(body) = body?;
    act(&state, &caller, path, Act::Advance { data: body.data }, body.expected_version).await
}

/// Notes that a workflow that runs cannot go on.
#[utoipa::path(
    post,
    path = "/opportunities/{id}/workflows/{workflow}/fail",
    tag = "workflows",
    params(("id" = i64, Path, description = "The source's id."), ("workflow" = i64, Path, description = "Its id.")),
    request_body = FailBody,
    responses((status = 200, description = "As it stands now.", body = WorkflowSaid), answers::ChangingOne)
)]
pub async fn fail(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(path): Path<(String, String)>,
    body: Result<Body<FailIn>, ApiError>,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Augment)?;
    let Body(body) = body?;
    act(&state, &caller, path, Act::Fail { error: body.error }, body.expected_version).await
}

/// Lets a failed workflow go on at the step where it failed.
#[utoipa::path(
    post,
    path = "/opportunities/{id}/workflows/{workflow}/retry",
    tag = "workflows",
    params(("id" = i64, Path, description = "The source's id."), ("workflow" = i64, Path, description = "Its id.")),
    request_body = Option<ChangeBody>,
    responses((status = 200, description = "As it stands now.", body = WorkflowSaid), answers::ChangingOne)
)]
pub async fn retry(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(path): Path<(String, String)>,
    body: Result<MayBody<ChangeIn>, ApiError>,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Augment)?;
    let MayBody(body) = body?;
    act(&state, &caller, path, Act::Retry, body.expected_version).await
}

/// Ends a workflow that runs or has failed.
#[utoipa::path(
    post,
    path = "/opportunities/{id}/workflows/{workflow}/cancel",
    tag = "workflows",
    params(("id" = i64, Path, description = "The source's id."), ("workflow" = i64, Path, description = "Its id.")),
    request_body = Option<ChangeBody>,
    responses((status = 200, description = "As it stands now.", body = WorkflowSaid), answers::ChangingOne)
)]
pub async fn cancel(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(path): Path<(String, String)>,
    body: Result<MayBody<ChangeIn>, ApiError>,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Augment)?;
    let MayBody(body) = body?;
    act(&state, &caller, path, Act::Cancel, body.expected_version).await
}

async fn act(
    state: &State,
    caller: &Caller,
    (id, workflow): (String, String),
    act: Act,
    expected: Option<i64>,
) -> ApiResult<Json<Value>> {
    let (id, workflow) = (integer("id", &id)?, integer("workflow", &workflow)?);
    let request_id = current_request_id();
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let after = workflows::act(&mut tx, &hand(caller, &request_id), id, workflow, act, expected).await?;
    tx.commit().await?;
    Ok(Json(json!({"success": true, "workflow": after})))
}
