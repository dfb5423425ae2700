//! `GET /api/health`: open to all, so it says nothing of any tenant. What webhooks will tell is null until they arrive.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::http::State;
use crate::openapi::answers;
use crate::openapi::health::{HealthOut, Unhealthy};

/// Whether the host and its database work.
#[utoipa::path(
    get,
    path = "/health",
    tag = "about",
    security(()),
    responses(
        (status = 200, description = "The host works.", body = HealthOut),
        (status = 503, description = "The database is away.", body = Unhealthy),
        answers::OpenHealth
    )
)]
pub async fn read(Shared(state): Shared<State>) -> (StatusCode, Json<Value>) {
    let healthy = state.services.db.ping().await.is_ok();
    let metrics = json!({"totalEvents": null, "successfulEvents": null, "failedEvents": null, "lastEventTime": null, "uptime": null});
    let (status, word) =
        if healthy { (StatusCode::OK, "healthy") } else { (StatusCode::SERVICE_UNAVAILABLE, "unhealthy") };
    (status, Json(json!({"success": healthy, "status": word, "metrics": metrics, "timestamp": chrono::Utc::now()})))
}
