//! Signing in and out with plain forms and one-time links: no WASM is needed to get in.

use axum::Form;
use axum::extract::{Query, State as Shared};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::audit::Source;
use domain::identity::session;
use domain::identity::sign_in::{self, Attempt, SignInError};
use domain::identity::token::Token;
use serde::Deserialize;

use super::client::ClientOf;
use super::error::ApiResult;
use super::state::State;
use super::{cookie, current_request_id};

#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

#[derive(Deserialize)]
pub struct Link {
    #[serde(default)]
    token: String,
    /// `account`: the link was made to set a password.
    to: Option<String>,
}

pub async fn with_password(
    Shared(state): Shared<State>,
    ClientOf(client): ClientOf,
    Form(typed): Form<Typed>,
) -> Response {
    let id = current_request_id();
    let attempt = Attempt {
        email: &typed.email,
        password: &typed.password,
        tenant: None,
        client: &client,
        source: Source::Screen,
        request_id: Some(&id),
    };
    let outcome = sign_in::with_password(&state.services.db, &state.services.passwords, &attempt).await;
    enter(&state, outcome.map(|(token, _)| token), "/", "wrong")
}

pub async fn with_link(Shared(state): Shared<State>, ClientOf(client): ClientOf, Query(link): Query<Link>) -> Response {
    let outcome = sign_in::with_link(&state.services.db, &link.token, &client, Some(&current_request_id())).await;
    let page = if link.to.as_deref() == Some("account") { "/settings/account" } else { "/" };
    enter(&state, outcome.map(|(token, _)| token), page, "link")
}

pub async fn out(Shared(state): Shared<State>, headers: HeaderMap) -> ApiResult<Response> {
    if let Some(token) = cookie::presented(&headers, &state.origins) {
        let request_id = current_request_id();
        let ended = session::close(&state.services.db, token, Source::Screen, Some(&request_id)).await?;
        if let Some(caller) = ended {
            state.services.changes.mark(caller.tenant, &[domain::live::Topic::Sessions]);
        }
    }
    let mut response = Redirect::to("/sign-in").into_response();
    if let Some(gone) = cookie::session_cookie(None, &state.origins) {
        response.headers_mut().insert(header::SET_COOKIE, gone);
    }
    response.headers_mut().insert("clear-site-data", axum::http::HeaderValue::from_static("\"cache\""));
    Ok(response)
}

fn enter(state: &State, outcome: Result<Token, SignInError>, page: &str, wrong: &str) -> Response {
    let problem = match outcome {
        Ok(token) => {
            let mut response = Redirect::to(page).into_response();
            if let Some(cookie) = cookie::session_cookie(Some(token.reveal()), &state.origins) {
                response.headers_mut().insert(header::SET_COOKIE, cookie);
            }
            return response;
        }
        Err(SignInError::Wrong) => wrong,
        Err(SignInError::Throttled(_)) => "throttled",
        Err(SignInError::Busy) => "busy",
        Err(SignInError::NoTenant) => "tenant",
        Err(SignInError::Db(error)) => {
            tracing::error!(%error, "a sign-in failed");
            "away"
        }
    };
    Redirect::to(&format!("/sign-in?problem={problem}")).into_response()
}
