//! `/api/notifications`: what the asking person was told, and marking it as read. A key is no person.

use axum::Json;
use axum::extract::State as Shared;
use domain::audit::Source;
use domain::identity::{Caller, Change, Permission, PersonId};
use domain::notifications::store::{self, NotificationRow};
use serde::Deserialize;
use serde_json::{Value, json};

use super::params::Params;
use super::shape::{Body, Pagination};
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State, current_request_id};
use crate::openapi::answers;
use crate::openapi::notifications::{NotificationsOut, NotificationsQuery, ReadBody, ReadOut};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadIn {
    ids: Option<Vec<i64>>,
    #[serde(default)]
    all: bool,
}

/// One's own notifications, what changed last first.
#[utoipa::path(
    get,
    path = "/notifications",
    tag = "notifications",
    params(NotificationsQuery),
    responses((status = 200, description = "A page.", body = NotificationsOut), answers::Asked)
)]
pub async fn list(asking: Asking, Shared(state): Shared<State>, mut params: Params) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::OwnAccount)?;
    let person = person(&caller)?;
    let unread = params.value::<bool>("unread", "true or false")?.unwrap_or(false);
    let (page, limit) = params.page()?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let totals = store::totals(&mut tx, person).await?;
    let rows = store::page(&mut tx, person, unread, page, limit).await?;
    let total = if unread { totals.unread } else { totals.all };
    Ok(Json(json!({
        "notifications": rows.iter().map(shown).collect::<Vec<_>>(),
        "unread": totals.unread,
        "pagination": Pagination::new(page, limit, total),
    })))
}

/// Marks some or all of one's own notifications as read.
#[utoipa::path(
    post,
    path = "/notifications/read",
    tag = "notifications",
    request_body = ReadBody,
    responses((status = 200, description = "How many were unread.", body = ReadOut), answers::Changing)
)]
pub async fn mark_read(
    asking: Asking,
    Shared(state): Shared<State>,
    body: Result<Body<ReadIn>, ApiError>,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::OwnAccount)?;
    let person = person(&caller)?;
    let Body(body) = body?;
    let ids = match (&body.ids, body.all) {
        (Some(ids), false) if !ids.is_empty() && ids.len() <= 1000 => ids.as_slice(),
        (Some(_), false) => return Err(ApiError::invalid("ids", "expected 1 to 1000 ids")),
        (None, true) => &[],
        _ => return Err(ApiError::invalid("body", "expected either ids or all")),
    };
    let id = current_request_id();
    let change = Change { caller: &caller, source: Source::Api, request_id: Some(&id) };
    let count = store::read_now(&state.services, &change, person, ids).await?;
    Ok(Json(json!({"count": count})))
}

fn person(caller: &Caller) -> ApiResult<PersonId> {
    caller.person().ok_or_else(ApiError::forbidden)
}

fn shown(row: &NotificationRow) -> Value {
    json!({
        "id": row.id,
        "kind": row.kind,
        "title": row.title,
        "body": row.body,
        "href": row.href,
        "createdAt": row.created_at,
        "changedAt": row.changed_at,
        "readAt": row.read_at,
    })
}
