//! `/api/opportunities/{id}/augmentation`: what the business adds to an opportunity.

use axum::Json;
use axum::extract::{Path, State as Shared};
use domain::augmented::{self, Patch};
use domain::identity::Permission;
use domain::patch::Said;
use serde::Deserialize;
use serde_json::{Value, json};

use super::of_opportunity::{hand, known};
use super::params::{Params, integer};
use super::shape::Body;
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State, current_request_id};
use crate::openapi::answers;
use crate::openapi::augmentation::{AugmentationBody, AugmentationSaid, AugmentationSet};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AugmentationIn {
    #[serde(default)]
    workflow_status: Said<String>,
    #[serde(default)]
    risk_level: Said<String>,
    #[serde(default)]
    risk_notes: Said<String>,
    #[serde(default)]
    financial_health_score: Said<i64>,
    #[serde(default)]
    custom_calculations: Said<Value>,
    expected_version: Option<i64>,
}

/// What was added to an opportunity; null when nothing was.
#[utoipa::path(
    get,
    path = "/opportunities/{id}/augmentation",
    tag = "augmentation",
    params(("id" = i64, Path, description = "The source's id.")),
    responses((status = 200, description = "What was added.", body = AugmentationSaid), answers::AskedOfOne)
)]
pub async fn read(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadMirror)?;
    params.end()?;
    let id = integer("id", &id)?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    known(&mut tx, id).await?;
    Ok(Json(json!({"success": true, "augmentation": augmented::find(&mut tx, id).await?})))
}

/// Adds to an opportunity, or changes what was added: fields that are left out stay, null empties one.
#[utoipa::path(
    put,
    path = "/opportunities/{id}/augmentation",
    tag = "augmentation",
    params(("id" = i64, Path, description = "The source's id.")),
    request_body = AugmentationBody,
    responses((status = 200, description = "As it stands now.", body = AugmentationSet), answers::ChangingOne)
)]
pub async fn set(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    body: Result<Body<AugmentationIn>, ApiError>,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Augment)?;
    let (id, Body(body)) = (integer("id", &id)?, body?);
    let patch = Patch {
        workflow_status: body.workflow_status,
        risk_level: body.risk_level,
        risk_notes: body.risk_notes,
        financial_health_score: body.financial_health_score,
        custom_calculations: body.custom_calculations,
    };
    let request_id = current_request_id();
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let set = augmented::set(&mut tx, &hand(&caller, &request_id), id, patch, body.expected_version).await?;
    tx.commit().await?;
    Ok(Json(json!({"success": true, "augmentation": set})))
}
