//! `/api/people`: list, invite, change role or state, make a link. Links are in the answer, and only there.

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::audit::Source;
use domain::identity::people::{self, Invitation};
use domain::identity::token::Token;
use domain::identity::{Change, Permission};
use domain::live::Topic;
use serde::Deserialize;
use serde_json::{Value, json};

use super::params::{Params, id};
use super::shape::Body;
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State, current_request_id};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvitationIn {
    email: String,
    name: String,
    role: String,
}

/// One of the two: each is a change of its own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonPatch {
    role: Option<String>,
    enabled: Option<bool>,
}

/// Everybody with a role in the tenant.
#[utoipa::path(
    get,
    path = "/people",
    tag = "people",
    responses((status = 200, description = "All of them.", body = crate::openapi::people::PeopleAnswer), crate::openapi::answers::Asked)
)]
pub async fn list(asking: Asking, Shared(state): Shared<State>, params: Params) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Administer)?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    Ok(Json(json!({"people": people::rows(&mut tx).await?})))
}

/// Invites a person; the one-time link is in the answer, and only there.
#[utoipa::path(
    post,
    path = "/people",
    tag = "people",
    request_body = crate::openapi::people::InvitationBody,
    responses((status = 201, description = "Invited.", body = crate::openapi::people::Invited), crate::openapi::answers::Changing)
)]
pub async fn invite(
    asking: Asking,
    Shared(state): Shared<State>,
    body: Result<Body<InvitationIn>, ApiError>,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::Administer)?;
    let Body(body) = body?;
    let request_id = current_request_id();
    let change = Change { caller: &caller, source: Source::Api, request_id: Some(&request_id) };
    let who = Invitation { email: &body.email, name: &body.name, role: &body.role };
    let (person, token) = people::invite(&state.services.db, &change, &who).await?;
    Ok((StatusCode::CREATED, Json(json!({"id": person, "link": link(&state, &token)}))).into_response())
}

/// Changes a person's role, or lets them in or keeps them out.
#[utoipa::path(
    patch,
    path = "/people/{id}",
    tag = "people",
    params(("id" = String, Path, description = "Its id.", format = Uuid)),
    request_body = crate::openapi::people::PersonChange,
    responses((status = 204, description = "Changed."), crate::openapi::answers::ChangingOne)
)]
pub async fn change(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(person): Path<String>,
    body: Result<Body<PersonPatch>, ApiError>,
) -> ApiResult<StatusCode> {
    let caller = asking.to(Permission::Administer)?;
    let (person, Body(body)) = (id(&person)?, body?);
    let request_id = current_request_id();
    let change = Change { caller: &caller, source: Source::Api, request_id: Some(&request_id) };
    let db = &state.services.db;
    match (body.role, body.enabled) {
        (Some(role), None) => people::set_role(db, &change, person, &role).await?,
        (None, Some(enabled)) => {
            people::set_enabled(db, &change, person, enabled).await?;
            state.services.changes.mark(caller.tenant, &[Topic::Sessions]);
        }
        _ => return Err(ApiError::invalid("body", "expected either role or enabled")),
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a one-time link for a person who cannot sign in.
#[utoipa::path(
    post,
    path = "/people/{id}/link",
    tag = "people",
    params(("id" = String, Path, description = "Its id.", format = Uuid)),
    responses((status = 201, description = "The link.", body = crate::openapi::people::LinkAnswer), crate::openapi::answers::ChangingOne)
)]
pub async fn make_link(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(person): Path<String>,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::Administer)?;
    let request_id = current_request_id();
    let change = Change { caller: &caller, source: Source::Api, request_id: Some(&request_id) };
    let token = people::reset_link(&state.services.db, &change, id(&person)?).await?;
    Ok((StatusCode::CREATED, Json(json!({"link": link(&state, &token)}))).into_response())
}

fn link(state: &State, token: &Token) -> String {
    format!("{}/sign-in/link?token={}&to=account", state.origins.public(), token.reveal())
}
