//! How large a body may be: forms, server functions and REST are small; the addresses that take files and whole collections have more room.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::imports::sheet;
use http_body_util::Limited;

use super::error::ApiError;

/// Bodies of forms, server functions and REST.
const LARGEST: usize = 1024 * 1024;
/// A file with what a form puts around it.
const LARGEST_FILE: usize = sheet::LARGEST + 64 * 1024;
/// All definitions of metrics: ten thousand of the usual size.
const LARGEST_BUNDLE: usize = 16 * 1024 * 1024;

/// Refuses what says that it is larger, and stops reading what turns out to be.
pub async fn layer(request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/api/webhook") && request.method() == Method::POST {
        // The door's own limit: what is too large leaves a trace there.
        return next.run(request).await;
    }
    let file = request.method() == Method::POST && matches!(request.uri().path(), "/api/imports" | "/imports");
    let bundle = request.method() == Method::POST && request.uri().path() == "/api/metrics/import";
    let most = match (file, bundle) {
        (true, _) => LARGEST_FILE,
        (_, true) => LARGEST_BUNDLE,
        _ => LARGEST,
    };
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: u64| length > most as u64) {
        return ApiError::too_large().into_response();
    }
    next.run(request.map(|body| Body::new(Limited::new(body, most)))).await
}
