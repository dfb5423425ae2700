//! `GET /api/health`: open to all, so it says nothing of any tenant. What webhooks will tell is null until they arrive.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::http::State;

pub async fn read(Shared(state): Shared<State>) -> (StatusCode, Json<Value>) {
    let healthy = state.services.db.ping().await.is_ok();
    let metrics = json!({"totalEvents": null, "successfulEvents": null, "failedEvents": null, "lastEventTime": null, "uptime": null});
    let (status, word) =
        if healthy { (StatusCode::OK, "healthy") } else { (StatusCode::SERVICE_UNAVAILABLE, "unhealthy") };
    (status, Json(json!({"success": healthy, "status": word, "metrics": metrics, "timestamp": chrono::Utc::now()})))
}
