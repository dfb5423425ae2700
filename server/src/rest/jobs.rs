//! `/api/jobs`: list, read, enqueue, cancel, try again.

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::audit::Source;
use domain::identity::{Caller, Change, Permission};
use domain::jobs::list::{self, AskedFor, JobFilter};
use domain::jobs::store::{JobRow, get_job_status};
use domain::jobs::{JobStatus, NewJob};
use serde::Deserialize;
use serde_json::{Value, json};

use super::params::Params;
use super::shape::{Body, Pagination};
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State, current_request_id};
use crate::openapi::answers;
use crate::openapi::jobs::{CountOut, JobMade, JobOut, JobsOut, JobsQuery, NewJobBody, RetryBody};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JobIn {
    r#type: String,
    #[serde(default)]
    payload: Option<Value>,
    priority: Option<i32>,
    run_at: Option<DateTime<Utc>>,
    dedupe_key: Option<String>,
    max_attempts: Option<i32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[derive(Default)]
pub struct RetryIn {
    status: Option<String>,
    r#type: Option<String>,
    from: Option<String>,
    to: Option<String>,
    dry_run: bool,
}

/// The tenant's jobs, newest first.
#[utoipa::path(
    get,
    path = "/jobs",
    tag = "jobs",
    params(JobsQuery),
    responses((status = 200, description = "A page.", body = JobsOut), answers::Asked)
)]
pub async fn read_all(asking: Asking, Shared(state): Shared<State>, mut params: Params) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadMirror)?;
    let (status, kind) = (params.text("status")?, params.text("type")?);
    let (from, to) = (params.text("from")?, params.text("to")?);
    let (page, limit) = params.page()?;
    params.end()?;
    let filter = JobFilter::read(&asked(&caller, status.as_deref(), kind.as_deref(), from.as_deref(), to.as_deref()))?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let rows = list::page(&mut tx, &filter, page, limit).await?;
    let total = if filter.has_time() {
        list::count(&mut tx, &filter).await?
    } else {
        drop(tx);
        let counts = state.services.jobs.counts(Some(caller.tenant)).await?;
        counts.of(filter.status.map(JobStatus::as_str), filter.kind.as_deref())
    };
    let jobs: Vec<Value> = rows.iter().map(shown).collect();
    Ok(Json(json!({"jobs": jobs, "pagination": Pagination::new(page, limit, total)})))
}

/// One job.
#[utoipa::path(
    get,
    path = "/jobs/{id}",
    tag = "jobs",
    params(("id" = i64, Path, description = "Its id.")),
    responses((status = 200, description = "The job.", body = JobOut), answers::AskedOfOne)
)]
pub async fn read(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadMirror)?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let job = get_job_status(&mut tx, number(&id)?).await?.ok_or_else(|| ApiError::not_found("job"))?;
    Ok(Json(shown(&job)))
}

/// Enqueues a job. With a dedupe key that a job holds already, its id is the answer.
#[utoipa::path(
    post,
    path = "/jobs",
    tag = "jobs",
    request_body = NewJobBody,
    responses((status = 201, description = "It waits in the queue.", body = JobMade), answers::Changing)
)]
pub async fn create(
    asking: Asking,
    Shared(state): Shared<State>,
    body: Result<Body<JobIn>, ApiError>,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::Administer)?;
    let Body(body) = body?;
    let request_id = current_request_id();
    let change = Change { caller: &caller, source: Source::Api, request_id: Some(&request_id) };
    let new = NewJob {
        kind: &body.r#type,
        payload: body.payload.unwrap_or_else(|| json!({})),
        priority: body.priority.unwrap_or(0),
        run_at: body.run_at,
        max_attempts: body.max_attempts.unwrap_or(3),
        dedupe_key: body.dedupe_key.as_deref(),
    };
    let id = state.services.jobs.create(&change, &new).await?;
    Ok((StatusCode::CREATED, Json(json!({"id": id}))).into_response())
}

/// Cancels a job that waits, and asks one that is worked on to stop.
#[utoipa::path(
    post,
    path = "/jobs/{id}/cancel",
    tag = "jobs",
    params(("id" = i64, Path, description = "Its id.")),
    responses((status = 204, description = "It is cancelled, or will stop."), answers::ChangingOne)
)]
pub async fn cancel(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult<StatusCode> {
    let caller = asking.to(Permission::Administer)?;
    params.end()?;
    let request_id = current_request_id();
    let change = Change { caller: &caller, source: Source::Api, request_id: Some(&request_id) };
    state.services.jobs.cancel(&change, number(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a failed or cancelled job back to the queue, with all its attempts.
#[utoipa::path(
    post,
    path = "/jobs/{id}/retry",
    tag = "jobs",
    params(("id" = i64, Path, description = "Its id.")),
    responses((status = 204, description = "It waits in the queue again."), answers::ChangingOne)
)]
pub async fn retry(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult<StatusCode> {
    let caller = asking.to(Permission::Administer)?;
    params.end()?;
    let request_id = current_request_id();
    let change = Change { caller: &caller, source: Source::Api, request_id: Some(&request_id) };
    state.services.jobs.retry(&change, number(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends all failed or cancelled jobs of a filter back to the queue, or only says how many there are.
#[utoipa::path(
    post,
    path = "/jobs/retry",
    tag = "jobs",
    request_body = RetryBody,
    responses((status = 200, description = "How many.", body = CountOut), answers::Changing)
)]
pub async fn retry_all(
    asking: Asking,
    Shared(state): Shared<State>,
    body: Result<Body<RetryIn>, ApiError>,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Administer)?;
    let Body(body) = body?;
    let (status, kind) = (body.status.as_deref(), body.r#type.as_deref());
    let filter = JobFilter::read(&asked(&caller, status, kind, body.from.as_deref(), body.to.as_deref()))?;
    if filter.status.is_some_and(|status| !matches!(status, JobStatus::Failed | JobStatus::Cancelled)) {
        return Err(ApiError::invalid("status", "expected failed or cancelled"));
    }
    let request_id = current_request_id();
    let change = Change { caller: &caller, source: Source::Api, request_id: Some(&request_id) };
    let count = state.services.jobs.retry_all(&change, &filter, body.dry_run).await?;
    Ok(Json(json!({"count": count})))
}

fn asked<'a>(
    caller: &'a Caller,
    status: Option<&'a str>,
    kind: Option<&'a str>,
    from: Option<&'a str>,
    to: Option<&'a str>,
) -> AskedFor<'a> {
    AskedFor { status, kind, from, to, timezone: &caller.tenant_view.timezone }
}

pub(super) fn number(text: &str) -> ApiResult<i64> {
    text.parse().map_err(|_| ApiError::invalid("id", "expected a number"))
}

fn shown(job: &JobRow) -> Value {
    json!({
        "id": job.id,
        "type": job.kind,
        "status": job.status,
        "attempts": job.attempts,
        "maxAttempts": job.max_attempts,
        "error": job.error(),
        "errors": job.errors,
        "payload": job.payload,
        "result": job.result,
        "progress": job.progress,
        "priority": job.priority,
        "runAt": job.run_at,
        "dedupeKey": job.dedupe_key,
        "createdAt": job.created_at,
        "startedAt": job.started_at,
        "completedAt": job.completed_at,
    })
}
