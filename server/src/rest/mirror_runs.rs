//! `/api/reconciliation/mirror`: the mirror compared with the source, and repaired.

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::audit::{Request, Source};
use domain::identity::Permission;
use domain::jobs::JobsError;
use domain::reconciliation::mirror::check::{self, CheckError};
use domain::reconciliation::mirror::repair::{self, RepairError, Repaired};
use domain::reconciliation::mirror::{MirrorRun, MirrorStatus, store};
use domain::sync::SyncError;
use serde_json::{Value, json};

use super::params::Params;
use super::shape::Pagination;
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State, current_request_id};
use crate::openapi::answers;
use crate::openapi::mirror_runs::{MirrorItemsOut, MirrorRunOut, MirrorRunsOut, PageQuery, RepairedOut, WaitQuery};

/// Compares every record of the mirror with the source. Changes nothing. Only one at a time.
#[utoipa::path(
    post,
    path = "/reconciliation/mirror",
    tag = "reconciliation",
    params(WaitQuery),
    responses(
        (status = 200, description = "The run has ended, completed or failed.", body = MirrorRunOut),
        (status = 202, description = "The run goes on.", body = MirrorRunOut),
        answers::Changing
    )
)]
pub async fn start(asking: Asking, Shared(state): Shared<State>, mut params: Params) -> ApiResult<Response> {
    let caller = asking.to(Permission::RunSync)?;
    let wait: bool = params.value("wait", "true or false")?.unwrap_or(true);
    params.end()?;
    let id = current_request_id();
    let request = Request { by: (&caller).into(), source: Source::Api, request_id: Some(&id) };
    let run = check::start(&state.services, &caller.actor(), &request).await?;
    if !wait {
        let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
        let run = store::find(&mut tx, run).await?.ok_or_else(unknown)?;
        return Ok((StatusCode::ACCEPTED, Json(shown(&run))).into_response());
    }
    let run = check::wait(&state.services.db, caller.tenant, run).await?.ok_or_else(unknown)?;
    Ok(Json(shown(&run)).into_response())
}

/// The runs, newest first.
#[utoipa::path(
    get,
    path = "/reconciliation/mirror",
    tag = "reconciliation",
    params(PageQuery),
    responses((status = 200, description = "A page.", body = MirrorRunsOut), answers::Asked)
)]
pub async fn list(asking: Asking, Shared(state): Shared<State>, mut params: Params) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadMirror)?;
    let (page, limit) = params.page()?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let (runs, total) = store::recent(&mut tx, page, limit).await?;
    let runs: Vec<Value> = runs.iter().map(shown).collect();
    Ok(Json(json!({"success": true, "runs": runs, "pagination": Pagination::new(page, limit, total)})))
}

/// A run and the records that it found to differ, field by field.
#[utoipa::path(
    get,
    path = "/reconciliation/mirror/{id}",
    tag = "reconciliation",
    params(("id" = i64, Path, description = "Its id."), PageQuery),
    responses((status = 200, description = "The run.", body = MirrorItemsOut), answers::AskedOfOne)
)]
pub async fn read(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<i64>,
    mut params: Params,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadMirror)?;
    let (page, limit) = params.page()?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let run = store::find(&mut tx, id).await?.ok_or_else(unknown)?;
    let items = store::items(&mut tx, id, page, limit).await?;
    let mut answer = shown(&run);
    answer["items"] = json!(items);
    answer["pagination"] = json!(Pagination::new(page, limit, run.counts.all().into()));
    Ok(Json(answer))
}

/// Brings exactly what a run listed to what the source has now.
#[utoipa::path(
    post,
    path = "/reconciliation/mirror/{id}/repair",
    tag = "reconciliation",
    params(("id" = i64, Path, description = "Its id.")),
    responses((status = 200, description = "What became of the records.", body = RepairedOut), answers::RunningOne)
)]
pub async fn mend(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<i64>,
    params: Params,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::RunSync)?;
    params.end()?;
    let (services, request_id) = (state.services.clone(), current_request_id());
    // Repairs are not left half done by a client that hangs up.
    let repairing = tokio::spawn(async move {
        let request = Request { by: (&caller).into(), source: Source::Api, request_id: Some(&request_id) };
        repair::repair(&services, caller.tenant, id, &request).await
    });
    let Repaired { repaired, failed } = repairing.await.map_err(|error| ApiError::internal(&error))??;
    Ok(Json(json!({"success": failed == 0, "repaired": repaired, "failed": failed})))
}

fn shown(run: &MirrorRun) -> Value {
    let mut answer = json!(run);
    answer["success"] = json!(run.status != MirrorStatus::Failed);
    answer
}

fn unknown() -> ApiError {
    ApiError::not_found("mirror run")
}

impl From<CheckError> for ApiError {
    fn from(error: CheckError) -> Self {
        match error {
            CheckError::Running(run) => {
                ApiError::conflict("MIRROR_RUN_RUNNING", "a comparison is already under way", json!({"runId": run}))
            }
            CheckError::Sync(error) => error.into(),
            CheckError::Enqueue(error) => JobsError::Enqueue(error).into(),
            CheckError::Db(error) => error.into(),
        }
    }
}

impl From<RepairError> for ApiError {
    fn from(error: RepairError) -> Self {
        match error {
            RepairError::NotFound => unknown(),
            RepairError::NotCompleted => ApiError::conflict("NOT_COMPLETED", error.to_string(), Value::Null),
            RepairError::UnderWay => ApiError::conflict("REPAIR_RUNNING", error.to_string(), Value::Null),
            RepairError::Sync(SyncError::Source(error)) => {
                ApiError::source_failed(Some(error.code()), Some(&error.to_string()), Value::Null)
            }
            RepairError::Sync(error) => error.into(),
            RepairError::Db(error) => error.into(),
        }
    }
}
