//! Metrics: their list, one of them, its history, and the editor.

mod act;
mod editor;
mod history;
mod list;
mod one;
mod rows;
mod start;
mod view;
mod words;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use domain::calendar::zone_or_utc;
use domain::identity::{Caller, Permission};
use domain::metrics::now::Now;
use domain::metrics::{Definition, MetricCode, MetricError, store};

use super::{Asking, Stop, page as answer};
use crate::http::State;

/// Who reads the mirror reads metrics.
const READ: Permission = Permission::ReadMirror;
const WRITE: Permission = Permission::DefineMetrics;

pub fn routes() -> Router<State> {
    Router::new()
        .route("/metrics/definitions", get(list::page))
        .route("/metrics/new", get(start::page).post(editor::create))
        .route("/metrics/definitions/{code}", get(one::page))
        .route("/metrics/definitions/{code}/edit", get(editor::edit).post(editor::change))
        .route("/metrics/definitions/{code}/history", get(history::page))
        .route("/metrics/definitions/{code}/restore", post(act::restore))
        .route("/metrics/definitions/{code}/activate", post(act::activate))
        .route("/metrics/definitions/{code}/deprecate", post(act::deprecate))
        .route("/metrics/definitions/{code}/values", post(act::compute))
        .route("/metrics/definitions/{code}/rows.csv", get(rows::csv))
}

impl From<MetricError> for Stop {
    fn from(error: MetricError) -> Stop {
        match error {
            MetricError::Db(error) => Stop::Broken(error),
            MetricError::Fault(fault) => fault.into(),
            MetricError::NotFound(_) | MetricError::NotFoundOrDeprecated(_) | MetricError::NoVersion { .. } => {
                Stop::NotFound
            }
            MetricError::Problems(_) => Stop::invalid(error.to_string()),
            error => Stop::Refused(StatusCode::CONFLICT, error.to_string()),
        }
    }
}

fn code(text: &str) -> Result<MetricCode, Stop> {
    MetricCode::parse(text).ok_or(Stop::NotFound)
}

/// The version that a code's page shows.
async fn shown(tx: &mut domain::db::TenantTx, code: &MetricCode) -> Result<Definition, Stop> {
    store::find(tx, code).await?.ok_or(Stop::NotFound)
}

fn now(caller: &Caller) -> Now {
    Now::of(chrono::Utc::now(), zone_or_utc(&caller.tenant_view.timezone))
}
