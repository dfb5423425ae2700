//! `GET /api/dashboard?startDate&endDate`: all figures at once.

use axum::Json;
use axum::extract::State as Shared;
use domain::dashboard::{DateRange, store};
use domain::identity::Permission;
use serde_json::{Value, json};

use super::params::Params;
use crate::http::error::ApiResult;
use crate::http::{Asking, State};

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
pub async fn read(asking: Asking, Shared(state): Shared<State>, mut params: Params) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadMirror)?;
    let (from, to) = params.dates("startDate", "endDate")?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let data = store::read(&mut tx, DateRange { from, to }).await?;
    Ok(Json(json!({"success": true, "data": data, "timestamp": chrono::Utc::now()})))
}
