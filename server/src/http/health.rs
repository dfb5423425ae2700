//! `/healthz`: the process lives. `/readyz`: it can serve, with the database there and all migrations applied.

use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::state::State;

pub async fn alive() -> &'static str {
    "ok"
}

pub async fn ready(Shared(state): Shared<State>) -> (StatusCode, Json<Value>) {
    let database = state.services.db.ping().await.is_ok();
    if database && !state.migrated.load(Ordering::Relaxed) {
        let current = domain::db::migrate::is_current(&state.direct_url).await.unwrap_or(false);
        state.migrated.store(current, Ordering::Relaxed);
    }
    let migrations = state.migrated.load(Ordering::Relaxed);
    let status = if database && migrations { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({"ready": status == StatusCode::OK, "database": database, "migrations": migrations})))
}
