//! A total time for a request. Waiting for a sync or for jobs, removing a mirror and the live stream are outside of it: long
//! by design.

use std::time::Duration;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::error::ApiError;

const TOTAL: Duration = Duration::from_secs(20);

pub async fn layer(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let long = path.starts_with("/api/sync/") || path == "/api/jobs/process" || path.ends_with("/start-over");
    if long && request.method() == axum::http::Method::POST || path == "/api/live" {
        return next.run(request).await;
    }
    tokio::time::timeout(TOTAL, next.run(request)).await.unwrap_or_else(|_| ApiError::too_slow().into_response())
}
