//! `/api/sync/…`: start, cancel, status, failures.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::audit::{Request, Source};
use domain::identity::Permission;
use domain::inbox::health;
use domain::sync::{RunKind, RunRow, RunStatus, failures as failed, store};
use serde_json::{Value, json};

use super::params::Params;
use super::shape::Pagination;
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State, current_request_id};
use crate::openapi::answers;
use crate::openapi::sync::{FailuresOut, FailuresQuery, ResultOut, StartQuery, StartedOut, StatusOut};

/// Runs in the status answer.
const HISTORY: i64 = 10;

/// Reads the whole window, and records without dates.
#[utoipa::path(
    post,
    path = "/sync/initial",
    tag = "sync",
    params(StartQuery),
    responses(
        (status = 200, description = "The run has completed.", body = ResultOut),
        (status = 202, description = "The run goes on.", body = StartedOut),
        answers::Running
    )
)]
pub async fn initial(asking: Asking, state: Shared<State>, params: Params) -> ApiResult<Response> {
    start(asking, state, params, RunKind::Initial).await
}

/// Reads what changed since the last run. Needs an initial run.
#[utoipa::path(
    post,
    path = "/sync/incremental",
    tag = "sync",
    params(StartQuery),
    responses(
        (status = 200, description = "The run has completed.", body = ResultOut),
        (status = 202, description = "The run goes on.", body = StartedOut),
        answers::Running
    )
)]
pub async fn incremental(asking: Asking, state: Shared<State>, params: Params) -> ApiResult<Response> {
    start(asking, state, params, RunKind::Incremental).await
}

/// Reads the window again and marks what is gone from the source. Needs an initial run.
#[utoipa::path(
    post,
    path = "/sync/sweep",
    tag = "sync",
    params(StartQuery),
    responses(
        (status = 200, description = "The run has completed.", body = ResultOut),
        (status = 202, description = "The run goes on.", body = StartedOut),
        answers::Running
    )
)]
pub async fn sweep(asking: Asking, state: Shared<State>, params: Params) -> ApiResult<Response> {
    start(asking, state, params, RunKind::Sweep).await
}

async fn start(asking: Asking, Shared(state): Shared<State>, mut params: Params, kind: RunKind) -> ApiResult<Response> {
    let caller = asking.to(Permission::RunSync)?;
    let wait: bool = params.value("wait", "true or false")?.unwrap_or(true);
    params.end()?;
    let id = current_request_id();
    let request = Request { by: (&caller).into(), source: Source::Api, request_id: Some(&id) };
    let run = state.services.sync.start(&caller.actor(), kind, &request).await?;
    if !wait {
        return Ok((StatusCode::ACCEPTED, Json(json!({"success": true, "syncId": run}))).into_response());
    }
    outcome(&state.services.sync.wait(caller.tenant, run).await?)
}

/// A run that has ended, as the first system answered.
fn outcome(run: &RunRow) -> ApiResult<Response> {
    let body = json!({
        "success": run.status == RunStatus::Completed,
        "syncId": run.id,
        "recordsSynced": run.records_synced,
        "recordsFailed": run.records_failed,
        "duration": duration(run),
    });
    match run.status {
        RunStatus::Failed => Err(ApiError::source_failed(run.metadata["code"].as_str(), run.error.as_deref(), body)),
        RunStatus::Cancelled => Err(ApiError::conflict("SYNC_CANCELLED", "the sync was cancelled", body)),
        RunStatus::Completed | RunStatus::Running => Ok(Json(body).into_response()),
    }
}

/// Whole seconds.
fn duration(run: &RunRow) -> i64 {
    run.completed_at.map_or(0, |end| (end - run.started_at).num_seconds())
}

/// Asks the run that is under way to stop.
#[utoipa::path(
    post,
    path = "/sync/cancel",
    tag = "sync",
    responses((status = 200, description = "The run will stop.", body = StartedOut), answers::Changing)
)]
pub async fn cancel(asking: Asking, Shared(state): Shared<State>, params: Params) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::RunSync)?;
    params.end()?;
    let id = current_request_id();
    let request = Request { by: (&caller).into(), source: Source::Api, request_id: Some(&id) };
    let run = state.services.sync.cancel(&caller.actor(), &request).await?;
    Ok(Json(json!({"success": true, "syncId": run})))
}

/// The newest runs, and how far the one under way has come.
#[utoipa::path(
    get,
    path = "/sync/status",
    tag = "sync",
    responses((status = 200, description = "The runs.", body = StatusOut), answers::Asked)
)]
pub async fn status(asking: Asking, Shared(state): Shared<State>, params: Params) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadMirror)?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let (history, progress) = store::recent(&mut tx, HISTORY).await?;
    let heard = health::last_delivery(&mut tx).await?;
    Ok(Json(json!({
        "success": true, "lastSync": history.first(), "history": history, "progress": progress, "lastWebhookAt": heard,
    })))
}

/// Records that could not be mirrored, newest first.
#[utoipa::path(
    get,
    path = "/sync/failures",
    tag = "sync",
    params(FailuresQuery),
    responses((status = 200, description = "A page.", body = FailuresOut), answers::AskedOfOne)
)]
pub async fn failures(asking: Asking, Shared(state): Shared<State>, mut params: Params) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadMirror)?;
    let run = params.number("runId", 1, i64::MAX)?;
    let (page, limit) = params.page()?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    if let Some(run) = run {
        store::find(&mut tx, run).await?.ok_or_else(|| ApiError::not_found("run"))?;
    }
    let (failures, total) = failed::list(&mut tx, run, page, limit).await?;
    Ok(Json(json!({"success": true, "failures": failures, "pagination": Pagination::new(page, limit, total)})))
}
