//! The account's answers: JSON, errors, and the failures of the servers before it.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use futures::{StreamExt, stream};

use super::Faults;
use crate::json_text::quote;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// JSON as it is.
pub(crate) fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    (status, [(header::CONTENT_TYPE, JSON)], body.into()).into_response()
}

/// The documented envelope of errors.
pub(crate) fn error(status: StatusCode, text: &str) -> Response {
    json(status, format!(r#"{{"errors":[{}]}}"#, quote(text)))
}

pub(crate) fn not_found(kind: &str, id: &str) -> Response {
    error(StatusCode::NOT_FOUND, &format!("Couldn't find {kind} with 'id'={id}"))
}

/// What the limiter in front of a Rails application says: plain text.
pub(crate) fn too_many(faults: &Faults, now: DateTime<Utc>) -> Response {
    let mut response = (StatusCode::TOO_MANY_REQUESTS, "Retry later\n").into_response();
    let seconds = faults.retry_after.or(faults.retry_after_date.then_some(2));
    let text = seconds.map(|seconds| match i64::try_from(seconds).ok().and_then(Duration::try_seconds) {
        Some(ahead) if faults.retry_after_date => http_date(now + ahead),
        _ => seconds.to_string(),
    });
    if let Some(value) = text.and_then(|text| HeaderValue::try_from(text).ok()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

/// The web server's own page, in place of an answer.
pub(crate) fn page(status: StatusCode, title: &str) -> Response {
    let body =
        format!("<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n");
    (status, [(header::CONTENT_TYPE, HTML)], body).into_response()
}

/// The same answer with its true length, whose connection breaks after half of the body.
pub(crate) async fn cut(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let half: Bytes = body.slice(..body.len() / 2);
    let breaks = async {
        // The first half leaves before the connection does.
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
    };
    let stream = stream::once(async { Ok::<_, std::io::Error>(half) }).chain(stream::once(breaks));
    Response::from_parts(parts, Body::from_stream(stream))
}

/// A moment as HTTP writes it.
pub(crate) fn http_date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retry_after(faults: &Faults) -> Option<String> {
        let now = "2026-11-21T04:00:00Z".parse().unwrap();
        let response = too_many(faults, now);
        response.headers().get(header::RETRY_AFTER).map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn retry_after_is_absent_or_seconds_or_a_date() {
        let faults = Faults::default();
        assert_eq!(retry_after(&faults), None);
        let faults = Faults { retry_after: Some(30), ..faults };
        assert_eq!(retry_after(&faults).unwrap(), "30");
        let faults = Faults { retry_after_date: true, ..faults };
        assert_eq!(retry_after(&faults).unwrap(), "Sat, 21 Nov 2026 04:00:30 GMT");
    }
}
