//! The door that other systems post to. Its contract is `docs/inbox.md`: 200 only when the delivery is safe, and an answer
//! within five seconds whatever the database does. No cookie opens it and nothing of its address is ever written down.

mod guesses;

pub use guesses::Guesses;

use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State as Shared};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use chrono::Utc;
use domain::inbox::delivery::{Delivery, Receipt};
use domain::inbox::intake::IntakeError;
use domain::inbox::{EventState, Provider};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::error::ApiError;
use crate::http::{ClientOf, State};
use crate::openapi::webhooks::Delivering;

/// Bytes of a body.
const LARGEST: usize = 1024 * 1024;
/// From the last byte of the body to the answer; senders are promised five seconds.
const PATIENCE: Duration = Duration::from_millis(4500);

pub fn routes() -> Router<State> {
    described().split_for_parts().0
}

/// The routes with their descriptions.
pub fn described() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(by_path)).routes(routes!(by_path_and_event)).routes(routes!(by_query))
}

/// Takes a delivery. 200 is answered once it is safe, also when it was there before.
#[utoipa::path(
    post,
    path = "/api/webhooks/{provider}/{token}",
    tag = "inbox",
    security(()),
    params(
        ("provider" = String, Path, description = "`current-rms` or `email-bison`."),
        ("token" = String, Path, description = "The endpoint's secret.")
    ),
    request_body(content = String, content_type = "application/json"),
    responses(Delivering)
)]
async fn by_path(
    Shared(state): Shared<State>,
    Path((provider, token)): Path<(String, String)>,
    client: ClientOf,
    request: Request,
) -> Response {
    take(&state, Provider::parse(&provider), &token, None, client, request).await
}

/// The same, for senders whose bodies do not say what was done.
#[utoipa::path(
    post,
    path = "/api/webhooks/{provider}/{token}/{event}",
    tag = "inbox",
    security(()),
    params(
        ("provider" = String, Path, description = "`current-rms` or `email-bison`."),
        ("token" = String, Path, description = "The endpoint's secret."),
        ("event" = String, Path, description = "The registered event, such as `opportunity_update`.")
    ),
    request_body(content = String, content_type = "application/json"),
    responses(Delivering)
)]
async fn by_path_and_event(
    Shared(state): Shared<State>,
    Path((provider, token, event)): Path<(String, String, String)>,
    client: ClientOf,
    request: Request,
) -> Response {
    take(&state, Provider::parse(&provider), &token, Some(event), client, request).await
}

/// The old name of Current RMS's address.
#[utoipa::path(
    post,
    path = "/api/webhook",
    tag = "inbox",
    security(()),
    params(("token" = String, Query, description = "The endpoint's secret.")),
    request_body(content = String, content_type = "application/json"),
    responses(Delivering)
)]
async fn by_query(Shared(state): Shared<State>, client: ClientOf, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let token = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "token");
    let token = token.map(|(_, token)| token.into_owned()).unwrap_or_default();
    take(&state, Some(Provider::CurrentRms), &token, None, client, request).await
}

async fn take(
    state: &State,
    provider: Option<Provider>,
    token: &str,
    event: Option<String>,
    ClientOf(client): ClientOf,
    request: Request,
) -> Response {
    let address = client.address.unwrap_or_default();
    // A token that was right before is no guess, whatever else comes from its address.
    if let Some(wait) = state.guesses.blocked(&address, Instant::now())
        && !state.services.intake.knows(token)
    {
        return later(StatusCode::TOO_MANY_REQUESTS, wait);
    }
    let door = match provider {
        Some(provider) => tokio::time::timeout(PATIENCE, state.services.intake.door(provider, token)).await,
        None => Ok(Ok(None)),
    };
    let door = match door {
        Ok(Ok(Some(door))) => door,
        Ok(Ok(None)) => {
            state.guesses.wrong(&address, Instant::now());
            return StatusCode::NOT_FOUND.into_response();
        }
        Ok(Err(error)) => {
            tracing::warn!(%error, "a webhook's token could not be looked up");
            return ApiError::database_away().into_response();
        }
        Err(_) => return ApiError::database_away().into_response(),
    };
    let event = event.map(|name| name.chars().filter(|c| !c.is_control()).take(100).collect());
    let (body, whole) = match read(request.into_body()).await {
        Ok(body) => (body, true),
        Err(Unread::TooLarge) => (Bytes::new(), false),
        Err(Unread::Cut) => return ApiError::invalid("body", "was cut short").into_response(),
    };
    let delivery = Delivery { door, event_name: event, body, at: Utc::now(), received: Instant::now(), is_test: false };
    if !whole {
        state.services.intake.refuse(&delivery, "the body is larger than 1 MiB");
        return ApiError::too_large().into_response();
    }
    answer(state, delivery).await
}

async fn answer(state: &State, delivery: Delivery) -> Response {
    match tokio::time::timeout(PATIENCE, state.services.intake.take(delivery)).await {
        Ok(Ok(receipt)) => told(&receipt),
        Ok(Err(IntakeError::TooMany(wait))) => later(StatusCode::TOO_MANY_REQUESTS, wait),
        Ok(Err(IntakeError::Full)) => ApiError::busy().into_response(),
        Ok(Err(IntakeError::Db(_))) | Err(_) => ApiError::database_away().into_response(),
    }
}

fn told(receipt: &Receipt) -> Response {
    if receipt.state == EventState::Quarantined {
        let answer = json!({
            "success": false,
            "eventId": receipt.event_id,
            "error": receipt.reason,
            "code": "QUARANTINED",
            "message": "the body was kept, and set aside",
            "duplicate": receipt.duplicate,
        });
        return (StatusCode::BAD_REQUEST, Json(answer)).into_response();
    }
    let message = match (receipt.duplicate, receipt.state) {
        (true, _) => "this delivery was there before",
        (_, EventState::Ignored) => "kept; nothing follows from it",
        _ => "kept",
    };
    let answer = json!({
        "success": true,
        "eventId": receipt.event_id,
        "message": message,
        "duplicate": receipt.duplicate,
    });
    Json(answer).into_response()
}

fn later(status: StatusCode, wait: Duration) -> Response {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    (status, [(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)))]).into_response()
}

enum Unread {
    TooLarge,
    Cut,
}

async fn read(body: Body) -> Result<Bytes, Unread> {
    match Limited::new(body, LARGEST).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Unread::TooLarge),
        Err(_) => Err(Unread::Cut),
    }
}
