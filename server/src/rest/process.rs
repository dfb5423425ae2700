//! `/api/jobs/process`: for a timer outside. A tenant's key has that tenant's jobs run; the operator's key those of all, of
//! which it is told ids, types, attempts and times, never what they are about.

use axum::Json;
use axum::extract::{FromRequestParts, State as Shared};
use axum::http::request::Parts;
use domain::db::QueryError;
use domain::identity::{Permission, TenantId};
use serde_json::{Value, json};

use super::params::Params;
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, OperatorsKey, State};
use crate::openapi::answers;
use crate::openapi::jobs::{PendingOut, ProcessQuery, ProcessedOut};

/// Pending jobs that are named.
const NAMED: i64 = 100;

/// Whose jobs: a tenant's, or with the operator's key all.
pub struct Whose(Option<TenantId>);

impl<S: Send + Sync> FromRequestParts<S> for Whose {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Whose> {
        if parts.extensions.get::<OperatorsKey>().is_some() {
            return Ok(Whose(None));
        }
        let asking = Asking::from_request_parts(parts, state).await.map_err(|_| ApiError::no_processor())?;
        Ok(Whose(Some(asking.to(Permission::ProcessJobs)?.tenant)))
    }
}

/// Claims due jobs and runs them; answers when they have ended. Calls that overlap share the work.
#[utoipa::path(
    post,
    path = "/jobs/process",
    tag = "jobs",
    params(ProcessQuery),
    responses((status = 200, description = "What became of them.", body = ProcessedOut), answers::Asked)
)]
pub async fn run(whose: Whose, Shared(state): Shared<State>, mut params: Params) -> ApiResult<Json<Value>> {
    let most = params.number("maxJobs", 1, 1000)?.unwrap_or(10);
    params.end()?;
    // Who hangs up leaves nothing half done.
    let jobs = state.services.jobs.clone();
    let batch = tokio::spawn(async move { jobs.process(whose.0, usize::try_from(most).unwrap_or(10)).await });
    let summary = batch.await.map_err(|_| QueryError::WorkerCrashed)??;
    Ok(Json(json!({
        "processed": summary.processed,
        "failed": summary.failed,
        "startTime": summary.started_at,
        "endTime": summary.ended_at,
        "message": summary.message(),
    })))
}

/// What waits: how many, the first hundred, and counts of all jobs by state and type.
#[utoipa::path(
    get,
    path = "/jobs/process",
    tag = "jobs",
    responses((status = 200, description = "What waits.", body = PendingOut), answers::Asked)
)]
pub async fn pending(whose: Whose, Shared(state): Shared<State>, params: Params) -> ApiResult<Json<Value>> {
    params.end()?;
    let jobs = &state.services.jobs;
    let (count, first) = jobs.get_pending_jobs(whose.0, NAMED).await?;
    let counts = jobs.counts(whose.0).await?;
    let first: Vec<Value> = first
        .iter()
        .map(|job| json!({"id": job.id, "type": job.kind, "attempts": job.attempts, "createdAt": job.created_at}))
        .collect();
    Ok(Json(json!({
        "pendingCount": count,
        "jobs": first,
        "countsByStatus": counts.by_status(),
        "countsByType": counts.by_type(),
        "countedAt": counts.counted_at,
    })))
}
