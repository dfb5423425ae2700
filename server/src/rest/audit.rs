//! `/api/audit`: who changed what, and proof that nobody changed that.

use axum::Json;
use axum::extract::{RawQuery, State as Shared};
use axum::response::Response;
use chrono::Utc;
use domain::audit::trail::{self, TrailFilter};
use domain::audit::{self, verify};
use domain::identity::Permission;
use serde_json::{Value, json};

use super::export::file;
use super::params::Params;
use super::shape::Pagination;
use crate::http::error::ApiResult;
use crate::http::{Asking, State};
use crate::openapi::answers;
use crate::openapi::audit::{TrailOut, TrailQuery, VerdictOut};

/// Who changed what, newest first. At most 100,001 rows are counted.
#[utoipa::path(
    get,
    path = "/audit",
    tag = "audit",
    params(TrailQuery),
    responses((status = 200, description = "A page.", body = TrailOut), answers::Asked)
)]
pub async fn list(asking: Asking, Shared(state): Shared<State>, mut params: Params) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadAudit)?;
    let (page, limit) = params.page()?;
    let filter = TrailFilter::take(&mut params, &caller.tenant_view.timezone)?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let rows = trail::get_audit_trail(&mut tx, &filter, page, limit).await?;
    let total = trail::count(&mut tx, &filter).await?;
    Ok(Json(json!({
        "success": true,
        "entityType": filter.entity_type,
        "entityId": filter.entity_id,
        "count": total,
        "auditTrail": rows,
        "pagination": Pagination::new(page, limit, total),
    })))
}

/// The same as CSV (RFC 4180): the newest 100,000 rows, after three lines that say what was asked for.
#[utoipa::path(
    get,
    path = "/audit.csv",
    tag = "audit",
    params(TrailQuery),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv"), answers::Asked)
)]
pub async fn csv(
    asking: Asking,
    Shared(state): Shared<State>,
    RawQuery(search): RawQuery,
    params: Params,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::ReadAudit)?;
    let (search, params) = (search.unwrap_or_default(), params.into_inner());
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let begun = audit::export::begin(&mut tx, params, &search, &caller.tenant_view, Utc::now()).await;
    drop(tx);
    Ok(file("audit", begun?, &state, &caller))
}

/// Checks every row and its place in the chain.
#[utoipa::path(
    get,
    path = "/audit/verify",
    tag = "audit",
    responses((status = 200, description = "What was found.", body = VerdictOut), answers::Asked)
)]
pub async fn check(asking: Asking, Shared(state): Shared<State>, params: Params) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Administer)?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let verdict = verify::verify(&mut tx, None).await?;
    let mut answer = json!(verdict);
    answer["success"] = json!(verdict.found == 0);
    Ok(Json(answer))
}
