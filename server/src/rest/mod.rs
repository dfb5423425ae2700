//! REST: one file a noun, thin handlers: who asks, what is asked, one call, the answer.

mod dashboard;
mod export;
mod health;
mod keys;
mod opportunities;
mod params;
mod people;
mod session;
pub mod shape;
mod sync;

use axum::Router;
use axum::routing::{delete, get, patch, post};

use crate::http::State;
use crate::http::error::ApiError;

/// Everything under `/api`.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/health", get(health::read))
        .route("/session", get(session::read).post(session::open).delete(session::close))
        .route("/dashboard", get(dashboard::read))
        .route("/opportunities", get(opportunities::list))
        .route("/opportunities.csv", get(export::opportunities))
        .route("/opportunities/{id}", get(opportunities::read))
        .route("/people", get(people::list).post(people::invite))
        .route("/people/{id}", patch(people::change))
        .route("/people/{id}/link", post(people::make_link))
        .route("/keys", get(keys::list).post(keys::create))
        .route("/keys/{id}", delete(keys::revoke))
        .route("/sync/initial", post(sync::initial))
        .route("/sync/incremental", post(sync::incremental))
        .route("/sync/sweep", post(sync::sweep))
        .route("/sync/cancel", post(sync::cancel))
        .route("/sync/status", get(sync::status))
        .route("/sync/failures", get(sync::failures))
        .fallback(async || ApiError::not_found("route"))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
}
