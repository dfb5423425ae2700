//! `GET /api/dashboard?startDate&endDate`: all figures at once.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use chrono::{DateTime, Utc};
use domain::Services;
use domain::dashboard::DateRange;
use domain::dashboard::cache::Computed;
use domain::identity::Permission;
use serde::Serialize;

use super::params::Params;
use crate::http::error::ApiResult;
use crate::http::{Asking, State};

/// The figures and when they were computed: at most a second ago.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Out {
    success: bool,
    data: Arc<Computed>,
    computed_at: DateTime<Utc>,
    timestamp: DateTime<Utc>,
}

/// All figures of the dashboard at once.
#[utoipa::path(
    get,
    path = "/dashboard",
    tag = "dashboard",
    params(crate::openapi::dashboard::RangeQuery),
    responses(
        (status = 200, description = "The figures.", body = crate::openapi::dashboard::Answer),
        crate::openapi::answers::Asked
    )
)]
pub async fn read(asking: Asking, Shared(state): Shared<State>, mut params: Params) -> ApiResult<Json<Out>> {
    let caller = asking.to(Permission::ReadMirror)?;
    let (from, to) = params.dates("startDate", "endDate")?;
    params.end()?;
    let Services { db, dashboards, .. } = &state.services;
    let data = dashboards.read(db, &caller.actor(), DateRange { from, to }).await?;
    Ok(Json(Out { success: true, computed_at: data.computed_at, data, timestamp: Utc::now() }))
}
