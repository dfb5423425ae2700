//! Every JSON answer has one shape, also where axum itself refuses: plain texts of the framework become error objects.

use axum::Json;
use axum::body::HttpBody;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::http::error::ApiError;

/// `{"page", "limit", "totalCount", "totalPages"}`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pagination {
    page: i64,
    limit: i64,
    total_count: i64,
    total_pages: i64,
}

impl Pagination {
    pub fn new(page: i64, limit: i64, total_count: i64) -> Pagination {
        Pagination { page, limit, total_count, total_pages: (total_count + limit - 1) / limit }
    }
}

/// A JSON body, or an error that names what is wrong with it.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Body(body)),
            Err(JsonRejection::BytesRejection(error)) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(ApiError::too_large())
            }
            Err(JsonRejection::JsonDataError(error)) => {
                let text = error.body_text();
                // serde names the field between backticks.
                let field = text.contains("field `").then(|| text.split('`').nth(1)).flatten();
                // A wrong type is told with its path: "steps[0]: invalid type".
                let path = text.split(": ").nth(1).and_then(|path| path.split(['.', '[']).next());
                let typed = path
                    .filter(|path| !path.is_empty() && path.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
                let field = field.or(typed).unwrap_or("body").to_owned();
                Err(ApiError::invalid(&field, "is missing, unknown or of the wrong type"))
            }
            Err(JsonRejection::MissingJsonContentType(_)) => {
                Err(ApiError::invalid("Content-Type", "must be application/json"))
            }
            Err(_) => Err(ApiError::invalid("body", "is no JSON")),
        }
    }
}

/// A body that may be left out: then nothing is said in it.
pub struct MayBody<T>(pub T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for MayBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let empty = request.body().size_hint().exact() == Some(0);
        if empty && !request.headers().contains_key(header::CONTENT_TYPE) {
            return Ok(MayBody(T::default()));
        }
        let Body(body) = Body::<Option<T>>::from_request(request, state).await?;
        Ok(MayBody(body.unwrap_or_default()))
    }
}

/// Client errors that came without JSON get the common shape; pages and forms are left alone.
pub async fn plain_errors(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let for_machines = path.starts_with("/api/") || path.starts_with("/rpc/");
    // The door says nothing to who has no key of it.
    let at_the_door = path.starts_with("/api/webhook");
    let response = next.run(request).await;
    let json = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let serverfn = response.headers().contains_key("serverfnerror");
    if !for_machines || json || serverfn {
        return response;
    }
    match response.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large().into_response(),
        StatusCode::METHOD_NOT_ALLOWED => ApiError::method_not_allowed().into_response(),
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            ApiError::invalid("request", "cannot be read").into_response()
        }
        StatusCode::NOT_FOUND if !at_the_door => ApiError::not_found("route").into_response(),
        _ => response,
    }
}
