//! `/api/events`: what other systems posted, one event, its bytes.

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::identity::{Caller, Permission};
use domain::inbox::events::{self, EventFilter, EventRow};
use serde_json::{Value, json};

use super::params::Params;
use super::shape::Pagination;
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State};
use crate::openapi::answers;
use crate::openapi::events::{EventOut, EventsOut, EventsQuery};

/// Whether somebody sees which colleague did what in the source, and the bytes, where addresses of people may stand.
fn sees_people(caller: &Caller) -> bool {
    caller.may(Permission::ReadPayloads)
}

fn shown(caller: &Caller, row: EventRow) -> EventRow {
    if sees_people(caller) { row } else { row.without_people() }
}

/// What other systems posted, newest first.
#[utoipa::path(
    get,
    path = "/events",
    tag = "inbox",
    params(EventsQuery),
    responses((status = 200, description = "A page.", body = EventsOut), answers::Asked)
)]
pub async fn list(asking: Asking, Shared(state): Shared<State>, mut params: Params) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadMirror)?;
    let (page, limit) = params.page()?;
    let filter = EventFilter::take(&mut params, &caller.tenant_view.timezone)?;
    params.end()?;
    let named = sees_people(&caller);
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let rows = events::page(&mut tx, &filter, named, page, limit).await?;
    let total = events::count(&mut tx, &filter, named).await?;
    let rows: Vec<EventRow> = rows.into_iter().map(|row| shown(&caller, row)).collect();
    Ok(Json(json!({"events": rows, "pagination": Pagination::new(page, limit, total)})))
}

/// One event, with its deliveries.
#[utoipa::path(
    get,
    path = "/events/{id}",
    tag = "inbox",
    params(("id" = String, Path, description = "Its id.")),
    responses((status = 200, description = "The event.", body = EventOut), answers::AskedOfOne)
)]
pub async fn read(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadMirror)?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let row = events::find(&mut tx, known(&id)?).await?.ok_or_else(unknown)?;
    let deliveries = events::deliveries(&mut tx, &id).await?;
    let mut event = json!(shown(&caller, row));
    event["deliveries"] = json!(deliveries);
    Ok(Json(event))
}

/// The bytes of an event, as they came.
#[utoipa::path(
    get,
    path = "/events/{id}/raw",
    tag = "inbox",
    params(("id" = String, Path, description = "Its id.")),
    responses(
        (status = 200, description = "The bytes.", body = Vec<u8>, content_type = "application/octet-stream"),
        answers::ChangingOne
    )
)]
pub async fn raw(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::ReadPayloads)?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let bytes = events::raw(&mut tx, known(&id)?).await?.ok_or_else(unknown)?.ok_or_else(no_bytes)?;
    // Never something that a browser shows: it is anybody's text.
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"event.json\""),
    ];
    Ok((headers, bytes).into_response())
}

/// U+0000 is in no id.
pub fn known(id: &str) -> ApiResult<&str> {
    if id.contains('\0') { Err(unknown()) } else { Ok(id) }
}

pub fn unknown() -> ApiError {
    ApiError::not_found("event")
}

pub fn no_bytes() -> ApiError {
    ApiError::conflict("NO_BYTES", "the bytes of this event are not kept any more", Value::Null)
}
