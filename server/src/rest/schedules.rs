//! `/api/schedules`: what runs by the clock.

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::audit::Source;
use domain::identity::{Change, Permission};
use domain::jobs::schedule::{self, NewSchedule, ScheduleRow};
use serde::Deserialize;
use serde_json::{Value, json};

use super::jobs::number;
use super::params::Params;
use super::shape::Body;
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State, current_request_id};
use crate::openapi::answers;
use crate::openapi::jobs::{JobMade, ScheduleBody, ScheduleOut, SchedulesOut};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchedulePatch {
    cron: Option<String>,
    enabled: Option<bool>,
}

/// The tenant's schedules.
#[utoipa::path(
    get,
    path = "/schedules",
    tag = "jobs",
    responses((status = 200, description = "All of them.", body = SchedulesOut), answers::Asked)
)]
pub async fn list(asking: Asking, Shared(state): Shared<State>, params: Params) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadMirror)?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let rows = schedule::all(&mut tx).await?;
    Ok(Json(json!({"schedules": rows.iter().map(shown).collect::<Vec<_>>()})))
}

/// Changes when a schedule runs, or whether.
#[utoipa::path(
    patch,
    path = "/schedules/{id}",
    tag = "jobs",
    params(("id" = i64, Path, description = "Its id.")),
    request_body = ScheduleBody,
    responses((status = 200, description = "As it stands now.", body = ScheduleOut), answers::ChangingOne)
)]
pub async fn change(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    body: Result<Body<SchedulePatch>, ApiError>,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Administer)?;
    let id = number(&id)?;
    let Body(body) = body?;
    if body.cron.is_none() && body.enabled.is_none() {
        return Err(ApiError::invalid("body", "expected cron or enabled"));
    }
    let request_id = current_request_id();
    let change = Change { caller: &caller, source: Source::Api, request_id: Some(&request_id) };
    let set = NewSchedule { cron: body.cron, enabled: body.enabled };
    Ok(Json(shown(&state.services.jobs.set_schedule(&change, id, &set).await?)))
}

/// Enqueues a schedule's job now.
#[utoipa::path(
    post,
    path = "/schedules/{id}/run",
    tag = "jobs",
    params(("id" = i64, Path, description = "Its id.")),
    responses((status = 201, description = "The job waits in the queue.", body = JobMade), answers::ChangingOne)
)]
pub async fn run(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::Administer)?;
    params.end()?;
    let request_id = current_request_id();
    let change = Change { caller: &caller, source: Source::Api, request_id: Some(&request_id) };
    let job = state.services.jobs.run_schedule(&change, number(&id)?).await?;
    Ok((StatusCode::CREATED, Json(json!({"id": job}))).into_response())
}

fn shown(row: &ScheduleRow) -> Value {
    json!({
        "id": row.id,
        "name": row.name,
        "type": row.kind,
        "payload": row.payload,
        "cron": row.cron,
        "enabled": row.enabled,
        "nextRunAt": row.next_run_at,
        "lastRunAt": row.last_run_at,
        "lastJobId": row.last_job_id,
    })
}
