//! `/api/session`: sign in, who am I, sign out, for scripts that use a cookie.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use domain::audit::Source;
use domain::identity::sign_in::{self, Attempt, SignInError};
use domain::identity::{Principal, session};
use domain::live::Topic;
use serde::Deserialize;
use serde_json::{Value, json};

use super::shape::Body;
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, ClientOf, State, current_request_id, presented_token, session_cookie};
use crate::openapi::answers;
use crate::openapi::session::{SessionOut, SignInIn};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInBody {
    email: String,
    password: String,
    /// A slug; without it the tenant used last.
    tenant: Option<String>,
}

/// Signs in: the answer sets the cookie.
#[utoipa::path(
    post,
    path = "/session",
    tag = "session",
    security(()),
    request_body = SignInIn,
    responses((status = 204, description = "The cookie is set."), answers::SigningIn)
)]
pub async fn open(
    Shared(state): Shared<State>,
    ClientOf(client): ClientOf,
    Body(body): Body<SignInBody>,
) -> ApiResult<Response> {
    let id = current_request_id();
    let attempt = Attempt {
        email: &body.email,
        password: &body.password,
        tenant: body.tenant.as_deref(),
        client: &client,
        source: Source::Api,
        request_id: Some(&id),
    };
    let (token, _) =
        sign_in::with_password(&state.services.db, &state.services.passwords, &attempt).await.map_err(refusal)?;
    let cookie = session_cookie(Some(token.reveal()), &state.origins)
        .ok_or_else(|| ApiError::internal(&"a cookie could not be made"))?;
    Ok((StatusCode::NO_CONTENT, AppendHeaders([(header::SET_COOKIE, cookie)])).into_response())
}

fn refusal(error: SignInError) -> ApiError {
    match error {
        SignInError::Wrong => ApiError::wrong_credentials(),
        SignInError::Throttled(wait) => ApiError::too_many(wait),
        SignInError::Busy => ApiError::busy(),
        SignInError::NoTenant => ApiError::invalid("tenant", "you have no role in this tenant"),
        SignInError::Db(error) => error.into(),
    }
}

/// Who asks, and in which tenant.
#[utoipa::path(
    get,
    path = "/session",
    tag = "session",
    responses((status = 200, description = "Who asks.", body = SessionOut), answers::SignedIn)
)]
pub async fn read(asking: Asking) -> Json<Value> {
    let caller = asking.anything();
    let who = match &caller.principal {
        Principal::Person { email, role, .. } => {
            json!({"kind": "person", "name": caller.name, "email": email, "role": role.as_str()})
        }
        Principal::Key { scopes, .. } => json!({"kind": "key", "name": caller.name, "scopes": scopes, "role": null}),
    };
    Json(json!({"who": who, "role": who["role"], "tenant": caller.tenant_view}))
}

/// Signs out: the session ends at once, wherever its cookie is.
#[utoipa::path(
    delete,
    path = "/session",
    tag = "session",
    security(("cookie" = [])),
    responses((status = 204, description = "The session has ended."), answers::Guarded)
)]
pub async fn close(Shared(state): Shared<State>, headers: HeaderMap) -> ApiResult<Response> {
    let token = presented_token(&headers, &state.origins).ok_or_else(ApiError::unauthenticated)?;
    let request_id = current_request_id();
    let ended = session::close(&state.services.db, token, Source::Api, Some(&request_id)).await?;
    if let Some(caller) = ended {
        state.services.changes.mark(caller.tenant, &[Topic::Sessions]);
    }
    let gone = session_cookie(None, &state.origins).into_iter().map(|cookie| (header::SET_COOKIE, cookie));
    Ok((StatusCode::NO_CONTENT, AppendHeaders(gone.collect::<Vec<_>>())).into_response())
}
