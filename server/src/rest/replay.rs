//! `/api/replay`: one event while the caller waits, many as a job.

use axum::Json;
use axum::extract::State as Shared;
use domain::audit::Source;
use domain::identity::{Change, Permission};
use domain::inbox::events::EventFilter;
use domain::inbox::replay::{self, ReplayError, Selection};
use domain::params::{Fault, Params};
use serde::Deserialize;
use serde_json::{Value, json};

use super::events::{known, no_bytes, unknown};
use super::shape::Body;
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State, current_request_id};
use crate::openapi::answers;
use crate::openapi::events::{ReplayBody, ReplayManyBody, ReplayManyOut, ReplayedOut};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplayIn {
    event_id: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ReplayManyIn {
    state: Option<String>,
    r#type: Option<String>,
    opportunity: Option<i64>,
    from: Option<String>,
    to: Option<String>,
    dry_run: bool,
}

impl From<ReplayError> for ApiError {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::Unknown => unknown(),
            ReplayError::NoBytes => no_bytes(),
            ReplayError::Enqueue(error) => domain::jobs::JobsError::Enqueue(error).into(),
            ReplayError::Db(error) => error.into(),
        }
    }
}

/// Replays one event from its stored bytes, and waits up to ten seconds for what follows.
#[utoipa::path(
    post,
    path = "/replay",
    tag = "inbox",
    request_body = ReplayBody,
    responses((status = 200, description = "What it led to.", body = ReplayedOut), answers::ChangingOne)
)]
pub async fn one(
    asking: Asking,
    Shared(state): Shared<State>,
    body: Result<Body<ReplayIn>, ApiError>,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Replay)?;
    let Body(body) = body?;
    let id = known(&body.event_id)?;
    let request_id = current_request_id();
    let change = Change { caller: &caller, source: Source::Api, request_id: Some(&request_id) };
    let replayed = replay::one(&state.services, &change, id).await?;
    Ok(Json(json!(replayed)))
}

/// Replays every event of a selection, oldest first, as a job.
#[utoipa::path(
    post,
    path = "/replay/bulk",
    tag = "inbox",
    request_body = ReplayManyBody,
    responses((status = 200, description = "How many, and the job.", body = ReplayManyOut), answers::Changing)
)]
pub async fn many(
    asking: Asking,
    Shared(state): Shared<State>,
    body: Result<Body<ReplayManyIn>, ApiError>,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Replay)?;
    let Body(body) = body?;
    let dry_run = body.dry_run;
    let selection = selection(body, &caller.tenant_view.timezone)?;
    let request_id = current_request_id();
    let change = Change { caller: &caller, source: Source::Api, request_id: Some(&request_id) };
    let (count, job) = replay::many(&state.services, &change, selection, dry_run).await?;
    Ok(Json(json!({"count": count, "jobId": job})))
}

/// Read as the list reads its address, so that both mean the same events.
fn selection(body: ReplayManyIn, timezone: &str) -> Result<Selection, Fault> {
    let opportunity = body.opportunity.map(|id| id.to_string());
    let fields = [
        ("state", body.state),
        ("type", body.r#type),
        ("opportunity", opportunity),
        ("from", body.from),
        ("to", body.to),
    ];
    let pairs = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    Ok(Selection::from(EventFilter::take(&mut Params::new(pairs), timezone)?))
}
