//! `/api/opportunities/{id}/integrations` and `/api/integrations`: what opportunities are called in other systems.

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::identity::Permission;
use domain::integrations::{self, NewIntegration, Of, Patch};
use domain::patch::Said;
use serde::Deserialize;
use serde_json::{Value, json};

use super::of_opportunity::{PageOf, hand};
use super::params::{Params, integer};
use super::shape::{Body, Pagination};
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State, current_request_id};
use crate::openapi::answers;
use crate::openapi::integrations::{IntegrationBody, IntegrationChange, IntegrationSaid, IntegrationsOut, UidQuery};
use crate::openapi::parts::DoneOut;
use crate::openapi::workflows::PageQuery;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IntegrationIn {
    system_name: String,
    external_id: String,
    #[serde(default)]
    uid: Said<String>,
    sync_status: Option<String>,
    #[serde(default)]
    last_synced: Said<String>,
    #[serde(default)]
    metadata: Said<Value>,
    expected_version: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IntegrationPatchIn {
    external_id: Option<String>,
    #[serde(default)]
    uid: Said<String>,
    sync_status: Option<String>,
    #[serde(default)]
    last_synced: Said<String>,
    #[serde(default)]
    metadata: Said<Value>,
    expected_version: Option<i64>,
}

/// An opportunity's integrations, by system.
#[utoipa::path(
    get,
    path = "/opportunities/{id}/integrations",
    tag = "integrations",
    params(("id" = i64, Path, description = "The source's id."), PageQuery),
    responses((status = 200, description = "A page.", body = IntegrationsOut), answers::AskedOfOne)
)]
pub async fn list(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadMirror)?;
    let mut asked = PageOf::read(&state, &caller, &id, params).await?;
    let (rows, total) = integrations::page(&mut asked.tx, Of::Opportunity(asked.id), asked.page, asked.limit).await?;
    Ok(asked.answer("integrations", &rows, total))
}

/// Integrations that share a uid.
#[utoipa::path(
    get,
    path = "/integrations",
    tag = "integrations",
    params(UidQuery),
    responses((status = 200, description = "A page.", body = IntegrationsOut), answers::Asked)
)]
pub async fn find(asking: Asking, Shared(state): Shared<State>, mut params: Params) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadMirror)?;
    let (page, limit) = params.page()?;
    let uid = params.text("uid")?;
    params.end()?;
    let uid = uid.ok_or_else(|| ApiError::invalid("uid", "is missing"))?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let (rows, total) = integrations::page(&mut tx, Of::Uid(uid.trim()), page, limit).await?;
    let pagination = Pagination::new(page, limit, total);
    Ok(Json(json!({"success": true, "integrations": rows, "pagination": pagination})))
}

/// Adds an integration to an opportunity; the one of the same system is changed instead.
#[utoipa::path(
    post,
    path = "/opportunities/{id}/integrations",
    tag = "integrations",
    params(("id" = i64, Path, description = "The source's id.")),
    request_body = IntegrationBody,
    responses(
        (status = 200, description = "The opportunity had one of this system: as it stands now.", body = IntegrationSaid),
        (status = 201, description = "Added.", body = IntegrationSaid),
        answers::ChangingOne
    )
)]
pub async fn save(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    body: Result<Body<IntegrationIn>, ApiError>,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::Augment)?;
    let (id, Body(body)) = (integer("id", &id)?, body?);
    let rest = Patch {
        external_id: None,
        uid: body.uid,
        sync_status: body.sync_status,
        last_synced: body.last_synced,
        metadata: body.metadata,
    };
    let new = NewIntegration { system_name: body.system_name, external_id: body.external_id, rest };
    let request_id = current_request_id();
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let hand = hand(&caller, &request_id);
    let (saved, is_new) = integrations::create(&mut tx, &hand, id, new, body.expected_version).await?;
    tx.commit().await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(json!({"success": true, "integration": saved}))).into_response())
}

/// Changes an integration: fields that are left out stay, null empties one.
#[utoipa::path(
    patch,
    path = "/opportunities/{id}/integrations/{integration}",
    tag = "integrations",
    params(("id" = i64, Path, description = "The source's id."), ("integration" = i64, Path, description = "Its id.")),
    request_body = IntegrationChange,
    responses((status = 200, description = "As it stands now.", body = IntegrationSaid), answers::ChangingOne)
)]
pub async fn set(
    asking: Asking,
    Shared(state): Shared<State>,
    Path((id, integration)): Path<(String, String)>,
    body: Result<Body<IntegrationPatchIn>, ApiError>,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Augment)?;
    let (id, integration, Body(body)) = (integer("id", &id)?, integer("integration", &integration)?, body?);
    let patch = Patch {
        external_id: body.external_id,
        uid: body.uid,
        sync_status: body.sync_status,
        last_synced: body.last_synced,
        metadata: body.metadata,
    };
    let request_id = current_request_id();
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let hand = hand(&caller, &request_id);
    let after = integrations::set(&mut tx, &hand, id, integration, patch, body.expected_version).await?;
    tx.commit().await?;
    Ok(Json(json!({"success": true, "integration": after})))
}

/// Removes an integration; the other system is not told.
#[utoipa::path(
    delete,
    path = "/opportunities/{id}/integrations/{integration}",
    tag = "integrations",
    params(("id" = i64, Path, description = "The source's id."), ("integration" = i64, Path, description = "Its id.")),
    responses((status = 200, description = "It is gone.", body = DoneOut), answers::ChangingOne)
)]
pub async fn remove(
    asking: Asking,
    Shared(state): Shared<State>,
    Path((id, integration)): Path<(String, String)>,
    params: Params,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Augment)?;
    params.end()?;
    let (id, integration) = (integer("id", &id)?, integer("integration", &integration)?);
    let request_id = current_request_id();
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    integrations::remove(&mut tx, &hand(&caller, &request_id), id, integration).await?;
    tx.commit().await?;
    Ok(Json(json!({"success": true})))
}
