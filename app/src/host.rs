//! What server functions have in common on the host: who asks, the services, and the one place that maps errors to HTTP.

use domain::Services;
use domain::identity::{Caller, Permission};
use domain::sync::SyncError;
use http::StatusCode;
use http::request::Parts;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use crate::AppError;

/// The id of the request, put into its extensions by the host.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Gives the answer its status; without a request it does nothing.
pub fn set_status(status: StatusCode) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
    }
}

/// Who asks, if they may do this. The first line of every server function.
pub fn authorise(permission: Permission) -> Result<(Caller, Services), AppError> {
    let caller = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Caller>().cloned());
    let Some(caller) = caller else {
        set_status(StatusCode::UNAUTHORIZED);
        return Err(AppError::Unauthenticated);
    };
    if !caller.may(permission) {
        set_status(StatusCode::FORBIDDEN);
        return Err(AppError::Forbidden);
    }
    Ok((caller, expect_context::<Services>()))
}

/// A value that breaks the rule of its field.
pub fn invalid(field: &str, reason: &str) -> AppError {
    set_status(StatusCode::BAD_REQUEST);
    AppError::Invalid { field: field.into(), reason: reason.into() }
}

/// What is asked for is not there, or not in this tenant.
pub fn not_found(what: &str) -> AppError {
    set_status(StatusCode::NOT_FOUND);
    AppError::NotFound { what: what.into() }
}

/// The request's id, for the audit and for error answers.
pub fn request_id() -> Option<String> {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<RequestId>().map(|id| id.0.clone()))
}

impl From<domain::db::DbError> for AppError {
    fn from(error: domain::db::DbError) -> Self {
        let away = error.is_away();
        let request = request_id().unwrap_or_default();
        tracing::error!(%error, request, "a server function failed");
        set_status(if away { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::INTERNAL_SERVER_ERROR });
        if away { AppError::Unavailable } else { AppError::Internal { request } }
    }
}

impl From<SyncError> for AppError {
    fn from(error: SyncError) -> Self {
        if let SyncError::Db(error) = error {
            return domain::db::DbError::from(error).into();
        }
        set_status(StatusCode::CONFLICT);
        AppError::Conflict { code: error.code().into(), message: error.to_string() }
    }
}
