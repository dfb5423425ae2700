//! Pages of plain HTML and forms that need no WASM at all: reports and imports.

mod html;
mod imports;
mod reports;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use domain::db::QueryError;
use domain::identity::{Caller, Permission};
use domain::jobs::{EnqueueError, JobsError};

use crate::http::State;
use html::Page;

/// Who is not signed in never comes here: the doors of the pages lie before.
pub fn routes(state: &State) -> Router<State> {
    html::dress(&state.leptos);
    Router::new()
        .route("/reports", get(reports::page).post(reports::ask))
        .route("/imports", get(imports::page).post(imports::upload))
        .route("/imports/{id}", get(imports::one))
        .route("/imports/{id}/check", post(imports::check))
        .route("/imports/{id}/apply", post(imports::apply))
}

/// Why a page shows something else.
enum Stop {
    Forbidden,
    NotFound,
    /// What was sent is wrong; the sentence says how.
    Refused(StatusCode, String),
    Broken(QueryError),
}

impl Stop {
    fn invalid(reason: impl Into<String>) -> Stop {
        Stop::Refused(StatusCode::BAD_REQUEST, reason.into())
    }
}

impl From<QueryError> for Stop {
    fn from(error: QueryError) -> Stop {
        Stop::Broken(error)
    }
}

impl From<JobsError> for Stop {
    fn from(error: JobsError) -> Stop {
        match error {
            JobsError::NotFound(_) => Stop::NotFound,
            JobsError::Enqueue(EnqueueError::Db(error)) | JobsError::Db(error) => Stop::Broken(error),
            JobsError::Refused { message, .. } => Stop::Refused(StatusCode::CONFLICT, message),
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
            Stop::Broken(error) => return crate::http::error::ApiError::from(error).into_response(),
        };
        let mut page = Page::new("That did not work");
        page.alert(&what);
        (status, page.end()).into_response()
    }
}

/// The caller of a page.
struct Asking(Caller);

impl Asking {
    fn to(self, permission: Permission) -> Result<Caller, Stop> {
        if self.0.may(permission) { Ok(self.0) } else { Err(Stop::Forbidden) }
    }

    /// A person, never a key.
    fn person(self, permission: Permission) -> Result<Caller, Stop> {
        if self.0.person().is_some() { self.to(permission) } else { Err(Stop::Forbidden) }
    }
}

impl<S: Sync> FromRequestParts<S> for Asking {
    type Rejection = Stop;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Stop> {
        parts.extensions.get::<Caller>().cloned().map(Asking).ok_or(Stop::Forbidden)
    }
}
