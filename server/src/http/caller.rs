//! Who asks: a key in the header, else the session of the cookie. Read anew for each request.

use axum::extract::{FromRequestParts, Request, State as Shared};
use axum::http::header;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use domain::identity::{Caller, Permission, session};

use super::cookie;
use super::error::ApiError;
use super::state::State;

/// The one route that the operator's key of the job queue opens; it also takes a key as `x-api-key`.
pub const PROCESS: &str = "/api/jobs/process";

/// The request presented `JOB_PROCESSOR_API_KEY`: the operator's, above tenants.
#[derive(Debug, Clone, Copy)]
pub struct OperatorsKey;

/// Puts the caller into the request, if there is one. A key that is wrong is refused, not ignored.
pub async fn layer(Shared(state): Shared<State>, mut request: Request, next: Next) -> Result<Response, ApiError> {
    let process = request.uri().path() == PROCESS;
    if process
        && let Some(Ok(key)) = presented(&request)
        && state.is_operators_key(key)
    {
        request.extensions_mut().insert(OperatorsKey);
        return Ok(next.run(request).await);
    }
    let refused = if process { ApiError::no_processor } else { ApiError::unauthenticated };
    let db = &state.services.db;
    let caller = match if process { presented(&request) } else { bearer(&request) } {
        Some(key) => Some(session::find_key(db, key.map_err(|_| refused())?).await?.ok_or_else(refused)?),
        None => match cookie::presented(request.headers(), &state.origins) {
            Some(token) => {
                let current = session::Current::of(token);
                let found = session::find(db, token).await?;
                if found.is_some() {
                    request.extensions_mut().insert(current);
                }
                found
            }
            None => None,
        },
    };
    if let Some(caller) = caller {
        request.extensions_mut().insert(caller);
    }
    Ok(next.run(request).await)
}

fn presented(request: &Request) -> Option<Result<&str, ApiError>> {
    let header =
        request.headers().get("x-api-key").map(|key| key.to_str().map(str::trim).map_err(|_| ApiError::no_processor()));
    header.or_else(|| bearer(request))
}

fn bearer(request: &Request) -> Option<Result<&str, ApiError>> {
    let value = request.headers().get(header::AUTHORIZATION)?;
    let key = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    Some(key.map(|(_, key)| key.trim()).ok_or_else(ApiError::unauthenticated))
}

/// The caller of a route that is not for everybody. The first line of a handler asks it for a permission.
pub struct Asking(Caller);

impl Asking {
    /// The caller, if they may do this.
    pub fn to(self, permission: Permission) -> Result<Caller, ApiError> {
        if self.0.may(permission) { Ok(self.0) } else { Err(ApiError::forbidden()) }
    }

    /// The caller, whatever they may do.
    pub fn anything(self) -> Caller {
        self.0
    }
}

impl<S: Sync> FromRequestParts<S> for Asking {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Caller>().cloned().map(Asking).ok_or_else(ApiError::unauthenticated)
    }
}
