//! All definitions as one document, out and in.

use axum::Json;
use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use domain::identity::Permission;
use domain::metrics::bundle;
use domain::metrics::import::{self, Import};

use super::Sent;
use super::definitions::by;
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State, current_request_id};
use crate::openapi::answers;
use crate::openapi::metrics::{BundleBody, BundleOut, ImportQuery, ReportOut};
use crate::rest::params::Params;

/// Every definition: what counts, what waits behind it, what is retired. An import of it changes nothing.
#[utoipa::path(
    get,
    path = "/metrics/export",
    tag = "metrics",
    responses((status = 200, description = "The document.", body = BundleOut), answers::Asked)
)]
pub async fn export(asking: Asking, Shared(state): Shared<State>, params: Params) -> ApiResult<Response> {
    let caller = asking.to(Permission::ReadDefinitions)?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    Ok(Json(bundle::export(&mut tx).await?).into_response())
}

/// Brings such a document in: every definition of it, or none. With `dryRun` it is only told what would become of each.
#[utoipa::path(
    post,
    path = "/metrics/import",
    tag = "metrics",
    params(ImportQuery),
    request_body = BundleBody,
    responses((status = 200, description = "What became of each.", body = ReportOut), answers::Changing)
)]
pub async fn bring(
    asking: Asking,
    Shared(state): Shared<State>,
    mut params: Params,
    body: Result<Sent, ApiError>,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::DefineMetrics)?;
    let dry_run = params.value("dryRun", "true or false")?.unwrap_or(false);
    params.end()?;
    let Sent(bytes) = body?;
    let request_id = current_request_id();
    let import = Import::read(&bytes)?;
    Ok(Json(import::run(&state.services, &by(&caller, &request_id), import, dry_run).await?).into_response())
}
