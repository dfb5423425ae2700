//! Why a page shows something else.

use std::sync::Arc;

use axum::extract::{Request, State as Shared};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use domain::db::QueryError;
use domain::jobs::{EnqueueError, JobsError};
use domain::opportunities::list_build::ListError;
use domain::opportunities::words::field_words;
use domain::params::Fault;

use super::Asking;
use crate::http::State;
use crate::http::error::ApiError;

pub enum Stop {
    Forbidden,
    NotFound,
    /// What was sent is wrong; the sentence says how.
    Refused(StatusCode, String),
    Broken(QueryError),
}

/// The sentence of an answer that is to become a page.
#[derive(Clone)]
struct Said(Arc<str>);

/// Puts what stopped a page into the frame of all others.
pub async fn layer(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let asking = Asking::of(&parts);
    let lists = [
        "/imports",
        "/events",
        "/audit",
        "/reconciliation",
        "/settings/endpoints",
        "/settings/rules",
        "/settings/workflows",
        "/opportunities",
    ];
    let back = lists.into_iter().find(|list| parts.uri.path().starts_with(list)).unwrap_or("/reports");
    let back = if parts.uri.path().starts_with("/metrics") { "/metrics/definitions" } else { back };
    let answer = next.run(Request::from_parts(parts, body)).await;
    let (Some(asking), Some(said)) = (asking, answer.extensions().get::<Said>().cloned()) else { return answer };
    let status = answer.status();
    match asking.write(&state, "That did not work", || app::plain::refused(said.0.to_string(), back)).await {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => ApiError::from(error).into_response(),
    }
}

impl Stop {
    pub fn invalid(reason: impl Into<String>) -> Stop {
        Stop::Refused(StatusCode::BAD_REQUEST, reason.into())
    }
}

impl From<QueryError> for Stop {
    fn from(error: QueryError) -> Stop {
        Stop::Broken(error)
    }
}

/// A field is named as people write it.
impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        let field = field_words(fault.field.trim_start_matches("mapping."));
        Stop::invalid(format!("{field}: {}", fault.reason))
    }
}

impl From<ListError> for Stop {
    fn from(error: ListError) -> Stop {
        match error {
            ListError::Fault(fault) => fault.into(),
            ListError::Db(error) => Stop::Broken(error),
        }
    }
}

impl From<JobsError> for Stop {
    fn from(error: JobsError) -> Stop {
        match error {
            JobsError::NotFound(_) => Stop::NotFound,
            JobsError::Enqueue(EnqueueError::Db(error)) | JobsError::Db(error) => Stop::Broken(error),
            JobsError::Refused { message, .. } => Stop::Refused(StatusCode::CONFLICT, message),
            JobsError::Enqueue(EnqueueError::Invalid(fault)) => fault.into(),
            JobsError::Enqueue(error) => Stop::invalid(error.to_string()),
        }
    }
}

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        let (status, what) = match self {
            Stop::Forbidden => (StatusCode::FORBIDDEN, "Your role does not allow this.".to_owned()),
            Stop::NotFound => (StatusCode::NOT_FOUND, "There is no such thing.".to_owned()),
            Stop::Refused(status, reason) => (status, reason),
            // Said by the error answer of everything else.
            Stop::Broken(error) => return ApiError::from(error).into_response(),
        };
        let mut answer = status.into_response();
        answer.extensions_mut().insert(Said(what.into()));
        answer
    }
}
