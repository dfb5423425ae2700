//! `/api/workflow-templates`: workflows that admins define.

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::identity::Permission;
use domain::workflows::templates::{self, TemplatePatch};
use serde::Deserialize;
use serde_json::{Value, json};

use super::of_opportunity::hand;
use super::params::{Params, integer};
use super::shape::Body;
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State, current_request_id};
use crate::openapi::answers;
use crate::openapi::parts::DoneOut;
use crate::openapi::workflows::{TemplateBody, TemplateChange, TemplateSaid, TemplatesOut};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateIn {
    code: String,
    name: String,
    steps: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TemplatePatchIn {
    name: Option<String>,
    steps: Option<Vec<String>>,
    expected_version: Option<i64>,
}

/// The tenant's workflow templates, by name.
#[utoipa::path(
    get,
    path = "/workflow-templates",
    tag = "workflows",
    responses((status = 200, description = "All of them.", body = TemplatesOut), answers::Asked)
)]
pub async fn list(asking: Asking, Shared(state): Shared<State>, params: Params) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadMirror)?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    Ok(Json(json!({"success": true, "templates": templates::all(&mut tx).await?})))
}

/// Makes a workflow template.
#[utoipa::path(
    post,
    path = "/workflow-templates",
    tag = "workflows",
    request_body = TemplateBody,
    responses((status = 201, description = "Made.", body = TemplateSaid), answers::Changing)
)]
pub async fn create(
    asking: Asking,
    Shared(state): Shared<State>,
    body: Result<Body<TemplateIn>, ApiError>,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::Administer)?;
    let Body(body) = body?;
    let request_id = current_request_id();
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let hand = hand(&caller, &request_id);
    let made = templates::create(&mut tx, &hand, &body.code, &body.name, &body.steps).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(json!({"success": true, "template": made}))).into_response())
}

/// Changes a workflow template; what was started from it goes on with the steps that it began with.
#[utoipa::path(
    patch,
    path = "/workflow-templates/{id}",
    tag = "workflows",
    params(("id" = i64, Path, description = "Its id.")),
    request_body = TemplateChange,
    responses((status = 200, description = "As it stands now.", body = TemplateSaid), answers::ChangingOne)
)]
pub async fn set(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    body: Result<Body<TemplatePatchIn>, ApiError>,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Administer)?;
    let (id, Body(body)) = (integer("id", &id)?, body?);
    let patch = TemplatePatch { name: body.name, steps: body.steps };
    let request_id = current_request_id();
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let after = templates::set(&mut tx, &hand(&caller, &request_id), id, patch, body.expected_version).await?;
    tx.commit().await?;
    Ok(Json(json!({"success": true, "template": after})))
}

/// Removes a workflow template; what was started from it goes on.
#[utoipa::path(
    delete,
    path = "/workflow-templates/{id}",
    tag = "workflows",
    params(("id" = i64, Path, description = "Its id.")),
    responses((status = 200, description = "It is gone.", body = DoneOut), answers::ChangingOne)
)]
pub async fn remove(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Administer)?;
    params.end()?;
    let (id, request_id) = (integer("id", &id)?, current_request_id());
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    templates::remove(&mut tx, &hand(&caller, &request_id), id).await?;
    tx.commit().await?;
    Ok(Json(json!({"success": true})))
}
