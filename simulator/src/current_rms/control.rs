//! `/control`: the hand of an outside test, for callers on the same machine only.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::log::RequestRecord;
use super::{CurrentRms, DeliveryRecord, Faults};

pub(crate) fn router(account: &CurrentRms) -> Router {
    Router::new()
        .route("/control/ids", get(ids))
        .route("/control/create", post(create))
        .route("/control/change", post(change))
        .route("/control/raw", post(put_raw))
        .route("/control/delete", post(delete))
        .route("/control/faults", post(faults))
        .route("/control/requests", get(requests).delete(clear_requests))
        .route("/control/deliveries", get(deliveries))
        .layer(from_fn(loopback_only))
        .with_state(account.clone())
}

async fn loopback_only(request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<ConnectInfo<SocketAddr>>();
    match caller {
        Some(ConnectInfo(address)) if address.ip().is_loopback() => next.run(request).await,
        _ => (StatusCode::FORBIDDEN, "the control side answers loopback callers only\n").into_response(),
    }
}

#[derive(Deserialize)]
struct Target {
    id: i64,
}

#[derive(Deserialize)]
struct Change {
    id: i64,
    patch: Map<String, Value>,
}

#[derive(Deserialize)]
struct Raw {
    id: i64,
    text: String,
}

async fn ids(State(account): State<CurrentRms>) -> Json<Vec<i64>> {
    Json(account.ids())
}

async fn create(State(account): State<CurrentRms>, Json(patch): Json<Map<String, Value>>) -> Json<Value> {
    Json(json!({ "id": account.create(patch) }))
}

async fn change(State(account): State<CurrentRms>, Json(change): Json<Change>) -> StatusCode {
    account.change(change.id, change.patch);
    StatusCode::NO_CONTENT
}

async fn put_raw(State(account): State<CurrentRms>, Json(raw): Json<Raw>) -> StatusCode {
    account.put_raw(raw.id, raw.text);
    StatusCode::NO_CONTENT
}

async fn delete(State(account): State<CurrentRms>, Json(target): Json<Target>) -> StatusCode {
    account.delete(target.id);
    StatusCode::NO_CONTENT
}

/// Takes `["NAME=VALUE", …]` in place of the faults so far.
async fn faults(State(account): State<CurrentRms>, Json(pairs): Json<Vec<String>>) -> Response {
    match Faults::parse(&pairs) {
        Ok(faults) => {
            account.set_faults(faults);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, format!("{error}\n")).into_response(),
    }
}

async fn requests(State(account): State<CurrentRms>) -> Json<Vec<RequestRecord>> {
    Json(account.requests())
}

async fn deliveries(State(account): State<CurrentRms>) -> Json<Vec<DeliveryRecord>> {
    Json(account.deliveries())
}

async fn clear_requests(State(account): State<CurrentRms>) -> StatusCode {
    account.clear_requests();
    StatusCode::NO_CONTENT
}
