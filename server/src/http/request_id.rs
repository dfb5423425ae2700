//! An id for each request: in the log, in the answer's header, in every error. And one line of log a request.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

static HEADER: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static ID: String;
}

/// The id of the request that is being answered.
pub fn current() -> String {
    ID.try_with(String::clone).unwrap_or_default()
}

/// Gives the request its id. One that a client sends is not taken: it could write into our log.
pub async fn layer(mut request: Request, next: Next) -> Response {
    let id = uuid::Uuid::new_v4().simple().to_string();
    request.extensions_mut().insert(app::host::RequestId(id.clone()));
    // The route, never the address: an address may carry a token.
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", id = %id, method = %request.method(), route);
    let started = Instant::now();
    let header = HeaderValue::from_str(&id);
    let mut response = ID.scope(id, next.run(request).instrument(span.clone())).await;
    let status = response.status().as_u16();
    span.in_scope(|| tracing::debug!(status, ms = started.elapsed().as_millis(), "answered"));
    if let Ok(header) = header {
        response.headers_mut().insert(HEADER.clone(), header);
    }
    response
}
