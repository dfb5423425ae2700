//! What server functions have in common on the host: who asks, the services, and the one place that maps errors to HTTP.

use std::sync::Arc;

use domain::Services;
use domain::audit::Source;
use domain::identity::session::Current;
use domain::identity::token::Token;
use domain::identity::{Caller, Change, Permission};
use domain::opportunities::list_build::ListError;
use domain::sync::SyncError;
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use crate::AppError;

/// The id of the request, put into its extensions by the host.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Makes the header that hands a session's token to the browser.
pub type SessionCookie = Arc<dyn Fn(&str) -> Option<HeaderValue> + Send + Sync>;

/// What server functions need of the host around them.
#[derive(Clone)]
pub struct Outside {
    /// Where people reach the host, without a slash at its end.
    pub public_url: Arc<str>,
    pub session_cookie: SessionCookie,
}

/// Whether a browser posts a form by itself: it is sent back to its page, which says what came of it.
pub fn is_plain_form() -> bool {
    use_context::<Parts>().is_some_and(|parts| {
        let accept = parts.headers.get(http::header::ACCEPT).and_then(|value| value.to_str().ok());
        parts.method == http::Method::POST && accept.is_some_and(|accept| accept.contains("text/html"))
    })
}

/// The session that asks.
pub fn current_session() -> Result<Current, AppError> {
    let current = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Current>().copied());
    current.ok_or_else(|| {
        set_status(StatusCode::UNAUTHORIZED);
        AppError::Unauthenticated
    })
}

/// Hands the session's new token to the browser.
pub fn renew_session(token: &Token) {
    let outside = expect_context::<Outside>();
    if let (Some(response), Some(cookie)) = (use_context::<ResponseOptions>(), (outside.session_cookie)(token.reveal()))
    {
        response.append_header(http::header::SET_COOKIE, cookie);
    }
}

/// Gives the answer its status; without a request, or where a redirect answers, it does nothing.
pub fn set_status(status: StatusCode) {
    if is_plain_form() {
        return;
    }
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

/// A change by this caller from a screen.
pub fn change<'a>(caller: &'a Caller, request_id: Option<&'a str>) -> Change<'a> {
    Change { caller, source: Source::Screen, request_id }
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

impl From<ListError> for AppError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Fault(fault) => invalid(&fault.field, &fault.reason),
            ListError::Db(error) => domain::db::DbError::from(error).into(),
        }
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
