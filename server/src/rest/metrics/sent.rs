//! What requests about metrics bring: a code in the path, and a body whose numbers are not rounded before they are looked at.

use axum::body::{Bytes, HttpBody};
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use domain::metrics::{MetricCode, MetricError};

use crate::http::error::{ApiError, ApiResult};

/// The code of the path.
pub struct Code {
    /// For sentences.
    pub written: String,
    /// None: it is no code, so nothing has it.
    pub parsed: Option<MetricCode>,
}

impl Code {
    /// As a metric's; what is none is found nowhere.
    pub fn metric(&self) -> Result<&MetricCode, MetricError> {
        self.parsed.as_ref().ok_or_else(|| MetricError::NotFound(self.written.clone()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Code {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Code> {
        let params = RawPathParams::from_request_parts(parts, state).await.ok();
        let named = params.as_ref().and_then(|params| params.iter().find(|(name, _)| *name == "code"));
        // A code like the name of a route has no place in the path's pattern.
        let written = match named {
            Some((_, code)) => code.to_owned(),
            None => parts.uri.path().rsplit('/').next().unwrap_or_default().to_owned(),
        };
        Ok(Code { parsed: MetricCode::parse(&written), written })
    }
}

/// The bytes of a JSON body.
pub struct Sent(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> ApiResult<Sent> {
        if !is_json(request.headers()) {
            return Err(ApiError::invalid("Content-Type", "must be application/json"));
        }
        read(request, state).await.map(Sent)
    }
}

/// The same where a body may be left out.
pub struct MaySent(pub Option<Bytes>);

impl<S: Send + Sync> FromRequest<S> for MaySent {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> ApiResult<MaySent> {
        let empty = request.body().size_hint().exact() == Some(0);
        if empty && !request.headers().contains_key(header::CONTENT_TYPE) {
            return Ok(MaySent(None));
        }
        let Sent(bytes) = Sent::from_request(request, state).await?;
        Ok(MaySent(Some(bytes)))
    }
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> ApiResult<Bytes> {
    Bytes::from_request(request, state).await.map_err(|rejection| match rejection.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large(),
        _ => ApiError::invalid("body", "cannot be read"),
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}
