//! `/api/opportunities/{id}/augmentation`: what the business adds to an opportunity.

use axum::Json;
use axum::extract::{Path, State as Shared};
use domain::audit::{By, Source};
use domain::augmented::{self, Patch};
use domain::db::TenantTx;
use domain::identity::{Caller, Permission};
use domain::opportunities::store::known_among;
use domain::patch::Said;
use domain::sync::Request;
use serde::Deserialize;
use serde_json::{Value, json};

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

/// Who asks over REST, for the audit.
pub(super) fn hand<'a>(caller: &'a Caller, request_id: &'a str) -> Request<'a> {
    Request { by: By::from(caller), source: Source::Api, request_id: Some(request_id) }
}

/// What belongs to an opportunity that the mirror does not have is not there either.
pub(super) async fn known(tx: &mut TenantTx, opportunity: i64) -> ApiResult<()> {
    match known_among(tx, &[opportunity]).await?.first() {
        Some(_) => Ok(()),
        None => Err(ApiError::not_found("opportunity")),
    }
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
    let (by, request_id) = (By::from(&caller), current_request_id());
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let expected = body.expected_version;
    let set = augmented::set(&mut tx, by, Source::Api, Some(&request_id), id, patch, expected).await?;
    tx.commit().await?;
    Ok(Json(json!({"success": true, "augmentation": set})))
}
